"""The state machine of a reseller: which arrows exist."""

from domain.kernel.errors import InvalidTransition
from domain.reseller.models import Reseller, ResellerStatus

_Status = ResellerStatus

STATUS_ARROWS: dict[ResellerStatus, frozenset[ResellerStatus]] = {
    _Status.PENDING_APPROVAL: frozenset({_Status.ACTIVE, _Status.TERMINATED}),
    _Status.ACTIVE: frozenset({_Status.SUSPENDED, _Status.TERMINATED}),
    _Status.SUSPENDED: frozenset({_Status.ACTIVE, _Status.TERMINATED}),
    _Status.TERMINATED: frozenset(),
}


def check_status(reseller: Reseller, requested: ResellerStatus) -> None:
    """Whether the reseller's status may become ``requested``. Raises ``InvalidTransition``."""
    allowed = STATUS_ARROWS[reseller.status]
    if requested not in allowed:
        raise InvalidTransition(
            "status", current=reseller.status, requested=requested, allowed=sorted(allowed)
        )
