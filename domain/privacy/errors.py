"""Failures of the privacy module."""

from collections.abc import Sequence
from enum import StrEnum

from domain.kernel.errors import Conflict, ErrorCode


class ErasureBlocker(StrEnum):
    """What has to be settled before a person can be forgotten."""

    CUSTOMER_NOT_CLOSED = "CUSTOMER_NOT_CLOSED"
    SUBSCRIPTION_NOT_ENDED = "SUBSCRIPTION_NOT_ENDED"
    INVOICE_UNPAID = "INVOICE_UNPAID"
    INVOICE_IN_DRAFT = "INVOICE_IN_DRAFT"
    CREDIT_NOT_REFUNDED = "CREDIT_NOT_REFUNDED"
    SESSION_OPEN = "SESSION_OPEN"
    TRAFFIC_DATA_RETAINED = "TRAFFIC_DATA_RETAINED"


class ErasureBlocked(Conflict):
    """The person still has dealings with the provider, or law keeps their data for now."""

    code = ErrorCode.ERASURE_BLOCKED

    def __init__(self, blockers: Sequence[ErasureBlocker]) -> None:
        super().__init__(
            f"The customer cannot be erased yet: {', '.join(blockers)}", path=["customerId"]
        )
        self.blockers = list(blockers)
