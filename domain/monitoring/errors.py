"""What can go wrong in monitoring."""

from domain.kernel.errors import Conflict, ErrorCode, NotFound


class AlertNotFound(NotFound):
    def __init__(self, key: object) -> None:
        super().__init__("alert", key, path=["alertId"])


class SegmentNotFound(NotFound):
    def __init__(self, key: object) -> None:
        super().__init__("network segment", key, path=["segmentId"])


class CustomerClosed(Conflict):
    """A closed customer has no service to be alerted about."""

    code = ErrorCode.CUSTOMER_CLOSED

    def __init__(self, customer_id: int) -> None:
        super().__init__(
            f"Customer {customer_id} is CLOSED: it gets no alerts", path=["customerId"]
        )
        self.customer_id = customer_id


class SegmentCodeTaken(Conflict):
    """Another network segment has this code."""

    code = ErrorCode.SEGMENT_CODE_TAKEN

    def __init__(self, segment_code: str) -> None:
        super().__init__(f"The segment code {segment_code} is taken", path=["code"])
        self.segment_code = segment_code
