"""Pauses of dunning: promises to pay and exemptions, and how they end."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from domain.billing.accounts import AccountService
from domain.billing.dunning_models import DunningCase, DunningPause
from domain.billing.errors import DunningPauseNotFound
from domain.billing.events import DunningPaused, DunningResumed
from domain.billing.kinds import PauseEnd, PauseKind
from domain.billing.models import BillingAccount
from domain.billing.policy import visible_pauses
from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "change how accounts are dunned"
_LONGEST_PROMISE = timedelta(days=30)


class DunningPauseService:
    """
    The use cases of pauses. Each leaves the customer locked and to be reviewed.

    While a pause runs no step is taken, and service held for non-payment is given back.
    """

    async def promise(
        self, session: UnitOfWork, customer_id: int, *, until_on: date, note: str
    ) -> DunningPause:
        """
        Note that the customer will pay by the end of that day, its own time.

        Announces ``billing.dunning.paused``.

        Raises:
            CustomerNotFound.
            Invalid: the day has gone or is more than 30 days ahead, or the note is empty.
            Conflict: a promise runs already, no case is open, or one was broken in this case.
        """
        customer, account = await self._locked(session, customer_id)
        today = _today(session, customer)
        if not today <= until_on <= today + _LONGEST_PROMISE:
            raise Invalid(
                "untilOn", f"must be today, or {_LONGEST_PROMISE.days} days ahead at most"
            )
        case = await session.scalar(
            select(DunningCase).where(
                DunningCase.account_id == account.id, DunningCase.closed_at.is_(None)
            )
        )
        if case is None:
            raise Conflict("The account is not dunned: there is nothing to promise")
        if await _has_broken_promise(session, case):
            raise Conflict("A promise was broken since the account is dunned")
        return await self._begin(
            session, customer, account, kind=PauseKind.PROMISE, until_on=until_on, note=note
        )

    async def exempt(
        self, session: UnitOfWork, customer_id: int, *, until_on: date | None, note: str
    ) -> DunningPause:
        """
        Have the customer's account not dunned through that day, or until the pause is ended.

        Announces ``billing.dunning.paused``.

        Raises:
            CustomerNotFound.
            Invalid: the day has gone, or the note is empty.
            Conflict: the account is exempt already.
        """
        customer, account = await self._locked(session, customer_id)
        if until_on is not None and until_on < _today(session, customer):
            raise Invalid("untilOn", "has gone")
        return await self._begin(
            session, customer, account, kind=PauseKind.EXEMPTION, until_on=until_on, note=note
        )

    async def withdraw(self, session: UnitOfWork, pause_id: int) -> DunningPause:
        """
        End a pause before its time. Announces ``billing.dunning.resumed``.

        Raises:
            DunningPauseNotFound.
            Conflict: it is over already.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        own = (DunningPause.id == pause_id) & visible_pauses(session.actor)
        customer_id = await session.scalar(select(DunningPause.customer_id).where(own))
        if customer_id is None:
            raise DunningPauseNotFound(pause_id)
        customer = await CustomerService().locked(session, customer_id)
        pause = await session.locked(DunningPause, DunningPause.id == pause_id)
        if pause is None or pause.ended_at is not None:
            raise Conflict("The pause is over", path=["pauseId"])
        await end_pause(session, pause, PauseEnd.WITHDRAWN, reseller_id=customer.reseller_id)
        return pause

    @staticmethod
    async def _locked(session: UnitOfWork, customer_id: int) -> tuple[Customer, BillingAccount]:
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer = await CustomerService().locked(session, customer_id)
        return customer, await AccountService().of(session, customer)

    @staticmethod
    async def _begin(
        session: UnitOfWork,
        customer: Customer,
        account: BillingAccount,
        *,
        kind: PauseKind,
        until_on: date | None,
        note: str,
    ) -> DunningPause:
        if any(each.kind is kind for each in await running_pauses(session, account.id)):
            raise Conflict(f"There is a running {kind} already")
        pause = DunningPause(
            account_id=account.id,
            customer_id=customer.id,
            kind=kind,
            until_on=until_on,
            note=values.text(note, "note", longest=500),
            created_by=session.actor.subject,
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(pause)
        await session.flush()
        await session.announce(
            DunningPaused(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                pause_id=pause.id,
                kind=kind,
                until_on=until_on,
            )
        )
        return pause


async def running_pauses(session: UnitOfWork, account_id: int) -> Sequence[DunningPause]:
    """The account's pauses that have not ended, also those whose last day has gone."""
    found = await session.scalars(
        select(DunningPause)
        .where(DunningPause.account_id == account_id, DunningPause.ended_at.is_(None))
        .order_by(DunningPause.id)
    )
    return found.all()


async def end_pause(
    session: UnitOfWork, pause: DunningPause, outcome: PauseEnd, *, reseller_id: int | None
) -> None:
    """End the pause of the locked customer and announce ``billing.dunning.resumed``."""
    pause.outcome, pause.ended_at, pause.updated_at = outcome, session.now, session.now
    await session.announce(
        DunningResumed(
            customer_id=pause.customer_id,
            reseller_id=reseller_id,
            pause_id=pause.id,
            kind=pause.kind,
            outcome=outcome,
        )
    )


async def _has_broken_promise(session: UnitOfWork, case: DunningCase) -> bool:
    broken = exists().where(
        DunningPause.account_id == case.account_id,
        DunningPause.outcome == PauseEnd.BROKEN,
        DunningPause.created_at >= case.opened_at,
    )
    return bool(await session.scalar(select(broken)))


def _today(session: UnitOfWork, customer: Customer) -> date:
    return session.now.astimezone(ZoneInfo(customer.time_zone)).date()
