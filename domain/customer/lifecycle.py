"""The two state machines of a customer: which arrows exist, and what they ask of each other."""

from datetime import datetime
from typing import TypeVar

from domain.customer.errors import CustomerNotActive
from domain.customer.models import Customer, CustomerStatus, HoldReason, SubscriptionState
from domain.kernel import values
from domain.kernel.errors import Conflict, Invalid, InvalidTransition

_Status = CustomerStatus
_State = SubscriptionState

STATUS_ARROWS: dict[CustomerStatus, frozenset[CustomerStatus]] = {
    _Status.PENDING: frozenset({_Status.ACTIVE, _Status.INACTIVE, _Status.CLOSED}),
    _Status.ACTIVE: frozenset({_Status.INACTIVE, _Status.SUSPENDED, _Status.CLOSED}),
    _Status.INACTIVE: frozenset({_Status.ACTIVE, _Status.CLOSED}),
    _Status.SUSPENDED: frozenset({_Status.ACTIVE, _Status.INACTIVE, _Status.CLOSED}),
    _Status.CLOSED: frozenset(),
}

SUBSCRIPTION_ARROWS: dict[SubscriptionState, frozenset[SubscriptionState]] = {
    _State.INACTIVE: frozenset(
        {_State.PENDING_ACTIVATION, _State.PENDING_PAYMENT, _State.TRIAL, _State.ACTIVE}
    ),
    _State.PENDING_ACTIVATION: frozenset(
        {_State.ACTIVE, _State.TRIAL, _State.PENDING_PAYMENT, _State.CANCELLED}
    ),
    _State.PENDING_PAYMENT: frozenset(
        {_State.ACTIVE, _State.PENDING_ACTIVATION, _State.EXPIRED, _State.CANCELLED}
    ),
    _State.TRIAL: frozenset(
        {
            _State.ACTIVE,
            _State.PENDING_PAYMENT,
            _State.SUSPENDED,
            _State.EXPIRED,
            _State.CANCELLED,
        }
    ),
    _State.ACTIVE: frozenset(
        {_State.SUSPENDED, _State.PENDING_PAYMENT, _State.EXPIRED, _State.CANCELLED}
    ),
    _State.SUSPENDED: frozenset({_State.ACTIVE, _State.EXPIRED, _State.CANCELLED}),
    _State.EXPIRED: frozenset({_State.ACTIVE, _State.PENDING_PAYMENT, _State.CANCELLED}),
    _State.CANCELLED: frozenset(),
}

#: States in which service may be delivered.
LIVE = frozenset({_State.ACTIVE, _State.TRIAL})
#: States that a subscription has ended in.
ENDED = frozenset({_State.EXPIRED, _State.CANCELLED})

_NEEDS_NO_LIVE_SUBSCRIPTION = frozenset({_Status.INACTIVE, _Status.CLOSED})

S = TypeVar("S", CustomerStatus, SubscriptionState)


def checked_reason(reason: str | None) -> str | None:
    """Why a machine moves, as kept; an empty one is none. Raises ``Invalid`` if too long."""
    return values.text(reason, "reason", longest=500) if reason and reason.strip() else None


def initial_status(status: CustomerStatus) -> CustomerStatus:
    """The status of a new customer. Raises ``Invalid`` unless it is PENDING or ACTIVE."""
    if status not in (CustomerStatus.PENDING, CustomerStatus.ACTIVE):
        raise Invalid("status", "must be PENDING or ACTIVE for a new customer")
    return status


def check_status(customer: Customer, requested: CustomerStatus) -> None:
    """
    Whether the customer's status may become ``requested``.

    Raises:
        InvalidTransition: the machine has no such arrow.
        Conflict: INACTIVE and CLOSED need a subscription that is not live.
    """
    _check_arrow("status", customer.status, requested, STATUS_ARROWS[customer.status])
    live = customer.subscription_state in LIVE
    if requested in _NEEDS_NO_LIVE_SUBSCRIPTION and live:
        raise Conflict(
            f"The subscription is {customer.subscription_state}: end it first", path=["status"]
        )


def check_subscription(customer: Customer, requested: SubscriptionState) -> None:
    """
    Whether the customer's subscription may become ``requested``.

    Raises:
        InvalidTransition: the machine has no such arrow.
        CustomerNotActive: ACTIVE and TRIAL need an ACTIVE customer.
        Conflict: service is held back for more than a decision of staff.
    """
    current = customer.subscription_state
    _check_arrow("subscriptionState", current, requested, SUBSCRIPTION_ARROWS[current])
    if requested in LIVE and customer.status is not CustomerStatus.ACTIVE:
        raise CustomerNotActive(customer.id, customer.status)
    others = [why for why in customer.holds if why != HoldReason.ADMIN]
    if requested in LIVE and others:
        raise Conflict(
            f"Service is held back for {', '.join(others)}: settle that", path=["subscriptionState"]
        )


def step_dates(customer: Customer, entered: SubscriptionState, at: datetime) -> None:
    """Set the subscription's dates for the state just entered (the guide's ``update_dates``)."""
    if entered in LIVE:
        if customer.subscription_started_at is None or customer.subscription_ends_at is not None:
            customer.subscription_started_at = at
        customer.subscription_ends_at = None
    elif entered in ENDED:
        customer.subscription_ends_at = at


def _check_arrow(field: str, current: S, requested: S, allowed: frozenset[S]) -> None:
    if requested not in allowed:
        raise InvalidTransition(
            field, current=current, requested=requested, allowed=sorted(allowed)
        )
