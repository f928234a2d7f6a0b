"""Which tax an account's charges bear: its exemption, its own rate, or that of its country."""

from datetime import UTC, date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.billing.events import TaxRateSet
from domain.billing.models import BillingAccount
from domain.billing.pricing import checked_percent
from domain.billing.tax_models import TaxRate
from domain.customer.models import Customer, CustomerType
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork

_NONE = Decimal(0)


def is_exempt(account: BillingAccount, on: date) -> bool:
    """Whether the account shows an exemption that holds on the day, the last one included."""
    if account.tax_exemption is None:
        return False
    return account.tax_exempt_until is None or on <= account.tax_exempt_until


async def tax_percent_for(session: UnitOfWork, account: BillingAccount) -> Decimal:
    """
    The rate of today for lines of the account that have none of their own.

    An exemption comes first, then the account's own rate, then the rate of the country of the
    billing address for the customer's type, then that for everybody there; else it is 0.
    """
    today = session.now.astimezone(UTC).date()
    if is_exempt(account, today):
        return _NONE
    if account.tax_percent is not None:
        return account.tax_percent
    country = (account.billing_address or {}).get("country")
    if country is None:
        return _NONE
    kind = select(Customer.type).where(Customer.id == account.customer_id).scalar_subquery()
    percent = await session.scalar(
        select(TaxRate.percent)
        .where(
            TaxRate.country == country,
            TaxRate.valid_from <= today,
            TaxRate.customer_type.is_(None) | (TaxRate.customer_type == kind),
        )
        .order_by(TaxRate.customer_type.is_(None), TaxRate.valid_from.desc())
        .limit(1)
    )
    return _NONE if percent is None else percent


class TaxRateService:
    """The use case of saying what is taxed where. Stateless."""

    async def set_tax_rate(
        self,
        session: UnitOfWork,
        *,
        country: str,
        percent: Decimal,
        valid_from: date,
        customer_type: CustomerType | None = None,
    ) -> int:
        """
        The id of the rate of the country, for that type of customers or all, from the day on.

        A rate set before for the same day is replaced. Announces ``billing.tax_rate.set``.

        Raises:
            Invalid: no country, no rate from 0 to 100, or a day that is over.
        """
        require(session.actor, Permission.BILLING_WRITE, "set tax rates")
        if valid_from < session.now.astimezone(UTC).date():
            raise Invalid("validFrom", "must not be in the past: invoices have been issued")
        country, percent = values.country_code(country), checked_percent(percent, "percent")
        written = insert(TaxRate).values(
            country=country,
            customer_type=customer_type,
            percent=percent,
            valid_from=valid_from,
            set_by=session.actor.subject,
        )
        settled = written.on_conflict_do_update(
            index_elements=["country", "customer_type", "valid_from"],
            set_={"percent": written.excluded.percent, "set_by": written.excluded.set_by},
        )
        rate_id = (await session.execute(settled.returning(TaxRate.id))).scalar_one()
        await session.announce(
            TaxRateSet(
                tax_rate_id=rate_id,
                country=country,
                customer_type=customer_type,
                percent=str(percent),
                valid_from=valid_from,
            )
        )
        return rate_id
