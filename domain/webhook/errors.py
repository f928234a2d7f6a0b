"""What can go wrong with a webhook endpoint."""

from domain.kernel.errors import Conflict, ErrorCode, NotFound


class WebhookEndpointNotFound(NotFound):
    """Absent, or another owner's: the two look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("webhook endpoint", key, path=["endpointId"])


class TooManyWebhookEndpoints(Conflict):
    """The owner has as many endpoints as it may have."""

    code = ErrorCode.TOO_MANY_WEBHOOK_ENDPOINTS

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} webhook endpoints already, and no more may be")


class TestedTooOften(Conflict):
    """The endpoint was tested as often as it may be in a minute."""

    code = ErrorCode.TESTED_TOO_OFTEN

    def __init__(self, most: int) -> None:
        super().__init__(
            f"At most {most} tests of an endpoint a minute: try again later", path=["endpointId"]
        )
