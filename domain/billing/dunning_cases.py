"""Dunning of one account: what its policy says today is done, once, with its events."""

from dataclasses import replace
from datetime import UTC, date
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from domain.billing.accounts import AccountService
from domain.billing.disputes import has_open_dispute
from domain.billing.dunning import ServiceHold, Standing, Step, Verdict, judge
from domain.billing.dunning_models import DunningCase, DunningPause, DunningPolicy, DunningStep
from domain.billing.dunning_pauses import end_pause, running_pauses
from domain.billing.dunning_policies import policy_for, rules_of
from domain.billing.events import DunningCured, DunningStageChanged
from domain.billing.kinds import DunningAction, PauseEnd, PauseKind
from domain.billing.late_fees import charge_late_fees
from domain.billing.models import BillingAccount, Invoice
from domain.billing.settlement import open_invoices
from domain.customer.holds import HoldService
from domain.customer.lifecycle import SUBSCRIPTION_ARROWS
from domain.customer.models import Customer, HoldReason, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import Permission, require
from domain.kernel.unit_of_work import UnitOfWork

_WHY_HELD = "invoices are overdue"
_WHY_RELEASED = "invoices are settled"
_WHY_ENDED = "invoices stayed overdue"


class DunningService:
    """What is done about accounts that do not pay in time."""

    async def review(self, session: UnitOfWork, customer_id: int) -> BillingAccount:
        """
        Do what the customer's policy says today; the account that was looked at.

        Repeating it on the same day does nothing more.

        Raises:
            CustomerNotFound.
        """
        require(session.actor, Permission.BILLING_WRITE, "change how accounts are dunned")
        customer = await CustomerService().locked(session, customer_id)
        await self.follow(session, customer)
        return await AccountService().of(session, customer)

    async def follow(self, session: UnitOfWork, customer: Customer) -> None:
        """
        ``review`` of a locked customer, for whoever has changed what it owes.

        Announces ``billing.dunning.stage_changed`` for a step, ``billing.dunning.cured`` at the
        end of a case, and ``billing.dunning.resumed`` for a pause that is over.
        """
        account = await AccountService().of(session, customer)
        case = await _open_case(session, account)
        policy = await _policy(session, account, case)
        if policy is None:
            return
        today = session.now.astimezone(ZoneInfo(customer.time_zone)).date()
        overdue = await _overdue(session, account)
        pauses = await _pauses_left(session, customer, account, today)
        standing = _standing(session, overdue, today=today, case=case, pauses=pauses)
        if await has_open_dispute(session, customer.id):
            standing = replace(standing, is_frozen=True)
        verdict = judge(rules_of(policy), standing)
        if verdict.is_cured and case is not None:
            await _cure(session, customer, case, pauses, standing.overdue_minor)
        if verdict.step is not None:
            work = _Work(session, customer, account, policy, standing)
            await work.take(verdict.step, case, overdue)
        await _hold(session, customer, verdict)


class _Work:
    """The taking of one step of the policy."""

    def __init__(
        self,
        session: UnitOfWork,
        customer: Customer,
        account: BillingAccount,
        policy: DunningPolicy,
        standing: Standing,
    ) -> None:
        self._session = session
        self._customer = customer
        self._account = account
        self._policy = policy
        self._standing = standing

    async def take(self, step: Step, case: DunningCase | None, overdue: list[Invoice]) -> None:
        """Enter the step's stage, in a new case if there is none, and do its actions."""
        session, left = self._session, self._standing.stage
        case = await self._enter(step, case)
        fee = None
        if DunningAction.LATE_FEE in step.actions:
            fee = await charge_late_fees(session, self._account, self._customer, step, overdue)
        session.add(
            DunningStep(
                case_id=case.id,
                stage=step.stage,
                actions=list(step.actions),
                overdue_minor=self._standing.overdue_minor,
                fee_invoice_id=fee and fee.id,
                taken_at=session.now,
            )
        )
        await session.announce(
            DunningStageChanged(
                customer_id=self._customer.id,
                reseller_id=self._customer.reseller_id,
                case_id=case.id,
                stage=step.stage,
                overdue_minor=self._standing.overdue_minor,
                currency=case.currency,
                from_stage=left,
                actions=list(step.actions),
            )
        )
        if DunningAction.DISCONNECT in step.actions:
            await _disconnect(session, self._customer)

    async def _enter(self, step: Step, case: DunningCase | None) -> DunningCase:
        session = self._session
        if case is None:
            case = DunningCase(
                account_id=self._account.id,
                customer_id=self._customer.id,
                policy_id=self._policy.id,
                currency=self._account.currency,
                opened_at=session.now,
                created_at=session.now,
            )
            session.add(case)
        case.policy_id, case.stage = self._policy.id, step.stage
        case.stage_on, case.updated_at = self._standing.today, session.now
        await session.flush()
        return case


async def _open_case(session: UnitOfWork, account: BillingAccount) -> DunningCase | None:
    return await session.locked(
        DunningCase, DunningCase.account_id == account.id, DunningCase.closed_at.is_(None)
    )


async def _policy(
    session: UnitOfWork, account: BillingAccount, case: DunningCase | None
) -> DunningPolicy | None:
    """An open case outlives a policy that is no longer the account's."""
    found = await policy_for(session, account)
    if found is None and case is not None:
        return await session.get_one(DunningPolicy, case.policy_id)
    return found


async def _overdue(session: UnitOfWork, account: BillingAccount) -> list[Invoice]:
    """The account's invoices past their due date (UTC, like ``Invoice.isOverdue``)."""
    today = session.now.astimezone(UTC).date()
    found = await open_invoices(session, account.id)
    return [invoice for invoice in found if invoice.due_on is not None and invoice.due_on < today]


async def _pauses_left(
    session: UnitOfWork, customer: Customer, account: BillingAccount, today: date
) -> list[DunningPause]:
    """The pauses that hold today; those whose last day has gone are ended."""
    left = []
    for pause in await running_pauses(session, account.id):
        if pause.until_on is None or pause.until_on >= today:
            left.append(pause)
            continue
        is_promise = pause.kind is PauseKind.PROMISE
        outcome = PauseEnd.BROKEN if is_promise else PauseEnd.EXPIRED
        await end_pause(session, pause, outcome, reseller_id=customer.reseller_id)
    return left


def _standing(
    session: UnitOfWork,
    overdue: list[Invoice],
    *,
    today: date,
    case: DunningCase | None,
    pauses: list[DunningPause],
) -> Standing:
    first = min((invoice.due_on for invoice in overdue if invoice.due_on), default=None)
    return Standing(
        overdue_minor=sum(invoice.due_minor for invoice in overdue),
        days_overdue=(session.now.astimezone(UTC).date() - first).days if first else 0,
        today=today,
        stage=case.stage if case else None,
        days_since_step=(today - case.stage_on).days if case else 0,
        is_excused=bool(pauses),
    )


async def _cure(
    session: UnitOfWork,
    customer: Customer,
    case: DunningCase,
    pauses: list[DunningPause],
    overdue_minor: int,
) -> None:
    case.closed_at = case.updated_at = session.now
    await session.announce(
        DunningCured(
            customer_id=customer.id,
            reseller_id=customer.reseller_id,
            case_id=case.id,
            stage=case.stage,
            overdue_minor=overdue_minor,
            currency=case.currency,
        )
    )
    for pause in pauses:
        if pause.kind is PauseKind.PROMISE:
            await end_pause(session, pause, PauseEnd.KEPT, reseller_id=customer.reseller_id)


async def _hold(session: UnitOfWork, customer: Customer, verdict: Verdict) -> None:
    """Only this module's own hold: service stays back for whatever other reasons there are."""
    service = HoldService()
    with session.entailing(Permission.CUSTOMER_LIFECYCLE):
        if verdict.hold is ServiceHold.PLACE:
            await service.hold(session, customer, HoldReason.NON_PAYMENT, _WHY_HELD)
        elif verdict.hold is ServiceHold.LIFT:
            await service.release(session, customer, HoldReason.NON_PAYMENT, _WHY_RELEASED)


async def _disconnect(session: UnitOfWork, customer: Customer) -> None:
    ended = SubscriptionState.CANCELLED
    if ended not in SUBSCRIPTION_ARROWS[customer.subscription_state]:
        return
    with session.entailing(Permission.CUSTOMER_LIFECYCLE):
        await CustomerService().update_subscription_state(
            session, customer.id, ended, reason=_WHY_ENDED
        )


async def is_dunned(session: UnitOfWork, customer: Customer) -> bool:
    """Whether a case of the customer's is open, or its service is held for one."""
    if HoldReason.NON_PAYMENT in customer.holds:
        return True
    is_open = (DunningCase.customer_id == customer.id) & DunningCase.closed_at.is_(None)
    return await session.scalar(select(DunningCase.id).where(is_open)) is not None


async def customers_to_review(session: UnitOfWork, *, after: int, limit: int) -> list[int]:
    """
    Ids, in order, of the next customers who owe something overdue or have an open case.

    Where there is no policy nobody is dunned, whatever is owed.
    """
    today = session.now.astimezone(UTC).date()
    owing = select(Invoice.customer_id).where(
        Invoice.status == "ISSUED",
        Invoice.paid_minor < Invoice.total_minor,
        Invoice.due_on < today,
        Invoice.customer_id > after,
        exists(select(DunningPolicy.id)),
    )
    cases = select(DunningCase.customer_id).where(
        DunningCase.closed_at.is_(None), DunningCase.customer_id > after
    )
    ids = owing.union(cases).subquery()
    found = await session.scalars(
        select(Customer.id)
        .where(Customer.id.in_(select(ids.c.customer_id)), Customer.deleted_at.is_(None))
        .order_by(Customer.id)
        .limit(limit)
    )
    return list(found.all())
