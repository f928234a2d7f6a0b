"""Top-ups: octets bought on top of a plan's allowance."""

from datetime import datetime, timedelta

from domain.customer.errors import CustomerNotActive
from domain.customer.models import CustomerStatus
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.assignments import plans_in_force
from domain.tariff.enforcement import reassess
from domain.tariff.errors import NoPlanAssigned
from domain.tariff.events import TopUpActivated
from domain.tariff.periods import UsageMonth
from domain.tariff.usage_models import TopUp

_LARGEST_OCTETS = 2**60
_LARGEST_MINOR = 10**10
_LONGEST = timedelta(days=366)


class TopUpService:
    """The use cases of top-ups."""

    async def top_up(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        octets: int,
        price: Money,
        expires_at: datetime | None = None,
    ) -> TopUp:
        """
        Give the customer octets from now on, until the instant or the end of the present month.

        They are used once the allowance is, the top-up that expires first before the others.
        Announces ``tariff.topup.activated`` and, if it lifts a restriction,
        ``tariff.fup.changed``.

        Raises:
            CustomerNotFound, CustomerNotActive.
            NoPlanAssigned: there is no metered plan to top up.
            Invalid: a value out of its range, or another currency than the plan's.
        """
        require(session.actor, Permission.TARIFF_ASSIGN, "top up usage")
        customer = await CustomerService().locked(session, customer_id)
        if customer.status is not CustomerStatus.ACTIVE:
            raise CustomerNotActive(customer_id, customer.status)
        [plan] = await plans_in_force(session, customer_id, session.now)
        if plan is None or plan.allowance_octets is None:
            raise NoPlanAssigned(customer_id)
        month = UsageMonth.of(session.now, customer.time_zone)
        top_up = TopUp(
            customer_id=customer_id,
            octets=_checked_octets(octets),
            used_octets=0,
            price_minor=_checked_price(price, plan.currency),
            currency=plan.currency,
            starts_at=session.now,
            expires_at=_checked_end(expires_at or month.ends_at, session.now),
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(top_up)
        await session.flush()
        await session.announce(
            TopUpActivated(
                customer_id=customer_id,
                reseller_id=customer.reseller_id,
                top_up_id=top_up.id,
                octets=top_up.octets,
                amount_minor=top_up.price_minor,
                currency=top_up.currency,
                expires_at=top_up.expires_at,
            )
        )
        await reassess(session, customer)
        return top_up


def _checked_octets(octets: int) -> int:
    if not 1 <= octets <= _LARGEST_OCTETS:
        raise Invalid("octets", f"must be 1 to {_LARGEST_OCTETS}")
    return octets


def _checked_price(price: Money, currency: str) -> int:
    if values.currency_code(price.currency, "price") != currency:
        raise Invalid("price", f"must be in {currency} like the plan's")
    if not 0 <= price.minor <= _LARGEST_MINOR:
        raise Invalid("price", "must not be negative or out of range")
    return price.minor


def _checked_end(expires_at: datetime, now: datetime) -> datetime:
    if expires_at.tzinfo is None:
        raise Invalid("expiresAt", "must have an offset from UTC")
    if not now < expires_at <= now + _LONGEST:
        raise Invalid("expiresAt", "must be ahead, by a year at most")
    return expires_at
