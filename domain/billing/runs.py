"""Billing runs: started with an item for each account, and charged by whoever takes the items."""

from datetime import UTC, date, timedelta

from sqlalchemy import func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from domain.billing.events import BillingRunFinished, BillingRunStarted
from domain.billing.kinds import AccountStatus, Invoicing, ItemState, RunState
from domain.billing.models import BillingAccount
from domain.billing.run_models import BillingRun, BillingRunItem
from domain.customer.models import Customer
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork

_MOST_DAYS_AHEAD = 31
#: Accounts that runs charge: of customers who are there, ACTIVE, and on nobody's hold.
CHARGED = (BillingAccount.status == AccountStatus.OPEN) & (
    BillingAccount.invoicing == Invoicing.ACTIVE
)


class BillingRunService:
    """The use cases of charging all accounts. Workers do the charging: ``run_worker``."""

    async def start(
        self, session: UnitOfWork, *, on: date | None = None, is_dry_run: bool = False
    ) -> int:
        """
        The id of a new run that charges every account with ACTIVE invoicing for its period.

        ``on`` is a day of the periods, today (UTC) unless given. What was charged before is not
        charged again, whatever the number of runs. Announces ``billing.run.started``.

        Raises:
            Invalid: the day is more than 31 days ahead.
        """
        require(session.actor, Permission.BILLING_WRITE, "run billing")
        today = session.now.astimezone(UTC).date()
        on = on or today
        if on > today + timedelta(days=_MOST_DAYS_AHEAD):
            raise Invalid("on", f"must be {_MOST_DAYS_AHEAD} days ahead at most")
        run_id = await _opened(session, on, is_dry_run=is_dry_run, is_scheduled=False)
        assert run_id is not None
        return run_id

    async def start_scheduled(self, session: UnitOfWork) -> int | None:
        """The id of today's run; None if there is one already."""
        require(session.actor, Permission.BILLING_WRITE, "run billing")
        today = session.now.astimezone(UTC).date()
        return await _opened(session, today, is_dry_run=False, is_scheduled=True)


async def finish_if_done(session: UnitOfWork, run_id: int) -> bool:
    """
    Whether the run is over; says so, once, when its last item is done.

    Announces ``billing.run.finished``. PARTIAL means that items failed.
    """
    run = await session.locked(BillingRun, BillingRun.id == run_id)
    if run is None or run.state is not RunState.RUNNING:
        return True
    counts = dict.fromkeys(ItemState, 0)
    rows = await session.execute(
        select(BillingRunItem.state, func.count())
        .where(BillingRunItem.run_id == run_id)
        .group_by(BillingRunItem.state)
    )
    counts.update((state, number) for state, number in rows)
    if counts[ItemState.PENDING]:
        return False
    run.state = RunState.PARTIAL if counts[ItemState.FAILED] else RunState.DONE
    run.finished_at = session.now
    await session.announce(
        BillingRunFinished(
            run_id=run.id,
            charged_on=run.charged_on,
            is_dry_run=run.is_dry_run,
            issued=counts[ItemState.ISSUED],
            skipped=counts[ItemState.SKIPPED],
            failed=counts[ItemState.FAILED],
        )
    )
    return True


async def _opened(
    session: UnitOfWork, on: date, *, is_dry_run: bool, is_scheduled: bool
) -> int | None:
    run_id: int | None = await session.scalar(
        insert_or_leave(BillingRun)
        .values(
            charged_on=on,
            is_dry_run=is_dry_run,
            is_scheduled=is_scheduled,
            state=RunState.RUNNING,
            started_by=session.actor.subject,
            started_at=session.now,
        )
        .on_conflict_do_nothing()
        .returning(BillingRun.id)
    )
    if run_id is None:
        return None
    charged = (
        select(
            literal(run_id),
            BillingAccount.customer_id,
            literal(ItemState.PENDING.value),
            BillingAccount.currency,
            literal(0),
            literal(0),
        )
        .join(Customer, Customer.id == BillingAccount.customer_id)
        .where(CHARGED, Customer.deleted_at.is_(None))
        .order_by(BillingAccount.customer_id)
    )
    columns = ["run_id", "customer_id", "state", "currency", "net_minor", "tax_minor"]
    await session.execute(insert(BillingRunItem).from_select(columns, charged))
    await session.announce(BillingRunStarted(run_id=run_id, charged_on=on, is_dry_run=is_dry_run))
    return run_id
