"""A customer's username and password, checked in the time that any answer takes, and logged."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select

from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.kernel import passwords, values
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.radius.events import AuthRejected
from domain.radius.models import AuthLogEntry, AuthOutcome, AuthReason
from domain.radius.policy import served_customers

_LIVE = frozenset({SubscriptionState.ACTIVE, SubscriptionState.TRIAL})
_SAMPLED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Authentication:
    """How an attempt ended; true if the customer may come online."""

    reason: AuthReason
    customer_id: int | None = None

    def __bool__(self) -> bool:
        return self.reason is AuthReason.OK


async def authenticated(session: UnitOfWork, username: str, password: str) -> Authentication:
    """
    The guide's rule, with TRIAL let in: ACTIVE, subscribed, and the right password.

    The password is checked first, so no other reason shows without it; an unknown username
    costs the same argon2 verification.
    """
    customer = await _customer(session, username)
    right = await passwords.matches(password, customer.password_hash if customer else None)
    if customer is None:
        return Authentication(AuthReason.BAD_CREDENTIALS)
    reason = _reason(customer) if right else AuthReason.BAD_CREDENTIALS
    if reason is not AuthReason.OK:
        await _announce_rejection(session, customer, reason)
    _log(session, customer, reason)
    return Authentication(reason, customer.id)


async def _customer(session: UnitOfWork, username: str) -> Customer | None:
    try:
        name = values.username(username)
    except Invalid:
        return None
    return await session.scalar(
        select(Customer).where(Customer.username == name, served_customers(session.actor))
    )


def _reason(customer: Customer) -> AuthReason:
    if customer.status is not CustomerStatus.ACTIVE:
        return AuthReason.CUSTOMER_NOT_ACTIVE
    if customer.subscription_state not in _LIVE:
        return AuthReason.SUBSCRIPTION_NOT_ACTIVE
    return AuthReason.OK


def _log(session: UnitOfWork, customer: Customer, reason: AuthReason) -> None:
    accepted = reason is AuthReason.OK
    session.add(
        AuthLogEntry(
            customer_id=customer.id,
            username=customer.username,
            outcome=AuthOutcome.ACCEPTED if accepted else AuthOutcome.REJECTED,
            reason=reason,
            actor=session.actor.subject,
            attempted_at=session.now,
        )
    )


async def _announce_rejection(session: UnitOfWork, customer: Customer, reason: AuthReason) -> None:
    announced_lately = exists().where(
        AuthLogEntry.customer_id == customer.id,
        AuthLogEntry.outcome == AuthOutcome.REJECTED,
        AuthLogEntry.attempted_at > session.now - _SAMPLED_EVERY,
    )
    if not await session.scalar(select(announced_lately)):
        await session.announce(
            AuthRejected(customer_id=customer.id, reseller_id=customer.reseller_id, reason=reason)
        )
