"""A customer's username and password, checked in the time that any answer takes, and logged."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select

from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.kernel import passwords, values
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import Vault
from domain.radius import credential_secrets
from domain.radius.credentials import holder_of, is_active
from domain.radius.events import AuthRejected
from domain.radius.models import AuthLogEntry, AuthOutcome, AuthReason, ServiceCredential
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


async def authenticated(
    session: UnitOfWork, vault: Vault | None, username: str, password: str
) -> Authentication:
    """
    The guide's rule, with TRIAL let in: ACTIVE, subscribed, and the right password.

    The password is checked first, so no other reason shows without it; an unknown username
    costs the same argon2 verification. Raises ``SecretUnavailable``, and ``Busy`` unless a service
    credential is right: nothing is logged or announced then.
    """
    customer, credential = await _holder(session, username)
    right = await _is_right(vault, customer, credential, password)
    if customer is None:
        return Authentication(AuthReason.BAD_CREDENTIALS)
    reason = _reason(customer) if right else AuthReason.BAD_CREDENTIALS
    if reason is not AuthReason.OK:
        await _announce_rejection(session, customer, reason)
    name = credential.username if credential else customer.username
    _log(session, customer.id, name or "", reason)
    return Authentication(reason, customer.id)


async def _holder(
    session: UnitOfWork, username: str
) -> tuple[Customer | None, ServiceCredential | None]:
    """Whose the name is, and the credential it is of, if it is one's."""
    try:
        name = values.username(username)
    except Invalid:
        return None, None
    own = (ServiceCredential.customer_id == Customer.id) & is_active(name)
    found = await session.execute(
        select(Customer, ServiceCredential)
        .outerjoin(ServiceCredential, own)
        .where(Customer.id == holder_of(name), served_customers(session.actor))
    )
    row = found.one_or_none()
    return (None, None) if row is None else (row[0], row[1])


async def _is_right(
    vault: Vault | None,
    customer: Customer | None,
    credential: ServiceCredential | None,
    password: str,
) -> bool:
    if credential is None:
        return await passwords.matches(password, customer.password_hash if customer else None)
    if credential_secrets.is_right(credential_secrets.opened(vault, credential), password):
        # A whole city comes back after a power cut: whoever is right need not wait for argon2.
        return True
    await passwords.matches(password, None)  # A wrong one takes as long as an unknown name.
    return False


def _reason(customer: Customer) -> AuthReason:
    if customer.status is not CustomerStatus.ACTIVE:
        return AuthReason.CUSTOMER_NOT_ACTIVE
    if customer.subscription_state not in _LIVE:
        return AuthReason.SUBSCRIPTION_NOT_ACTIVE
    return AuthReason.OK


def _log(session: UnitOfWork, customer_id: int, username: str, reason: AuthReason) -> None:
    accepted = reason is AuthReason.OK
    session.add(
        AuthLogEntry(
            customer_id=customer_id,
            username=username,
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
