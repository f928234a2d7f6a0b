"""Dunning policies: made, changed and given to accounts; rules that make no sense are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from domain.billing.dunning import STAGES, Rules, steps_of
from domain.billing.dunning_models import DunningPolicy
from domain.billing.errors import DunningPolicyCodeTaken, DunningPolicyNotFound, WrongCurrency
from domain.billing.events import DunningPolicyCreated, DunningPolicyUpdated
from domain.billing.kinds import DunningAction, DunningStage
from domain.billing.models import BillingAccount
from domain.billing.policy import visible_policies
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Conflict, Invalid, VersionConflict
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "change dunning policies"
_REQUIRED = {
    "name": "name",
    "steps": "steps",
    "grace_days": "graceDays",
    "is_default": "isDefault",
    "no_cut_weekdays": "noCutWeekdays",
    "no_cut_dates": "noCutDates",
}
_MOST_DAYS = 365
_MOST_DATES = 400
_LARGEST_MINOR = 10**12


@dataclass(frozen=True, kw_only=True)
class NewStep:
    """A step to be written: amounts in the policy's currency, checked with the policy."""

    stage: DunningStage
    after_days: int
    actions: tuple[DunningAction, ...]
    minimum: Money | None = None
    late_fee: Money | None = None


@dataclass(frozen=True, kw_only=True)
class NewPolicy:
    """A dunning policy to be made."""

    code: str
    name: str
    currency: str
    steps: tuple[NewStep, ...]
    grace_days: int = 0
    minimum: Money | None = None
    is_default: bool = False
    no_cut_weekdays: tuple[int, ...] = ()
    no_cut_dates: tuple[date, ...] = ()


def rules_of(policy: DunningPolicy) -> Rules:
    """What the policy's row says, for ``judge``."""
    return Rules(
        grace_days=policy.grace_days,
        minimum_minor=policy.minimum_minor,
        steps=steps_of(policy.steps),
        no_cut_weekdays=frozenset(policy.no_cut_weekdays),
        no_cut_dates=frozenset(date.fromisoformat(day) for day in policy.no_cut_dates),
    )


async def policy_for(session: UnitOfWork, account: BillingAccount) -> DunningPolicy | None:
    """The account's own policy, else the default of its currency, else None: nothing is done."""
    wanted = (
        DunningPolicy.id == account.dunning_policy_id
        if account.dunning_policy_id is not None
        else (DunningPolicy.currency == account.currency) & DunningPolicy.is_default
    )
    found = await session.scalar(select(DunningPolicy).where(wanted))
    return found if found is not None and found.currency == account.currency else None


class DunningPolicyService:
    """The use cases of dunning policies."""

    async def create_policy(self, session: UnitOfWork, command: NewPolicy) -> DunningPolicy:
        """
        Make a policy; one that is the default takes that from the currency's former one.

        Announces ``billing.dunning_policy.created``.

        Raises:
            Invalid: a value or the order of the steps breaks a rule.
            WrongCurrency: an amount is not in the policy's currency.
            DunningPolicyCodeTaken: another policy has the code.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        policy = DunningPolicy(
            code=values.text(command.code, "code", longest=32),
            currency=values.currency_code(command.currency),
            created_at=session.now,
            updated_at=session.now,
            **_checked(vars(command), command.currency),
        )
        if policy.is_default:
            await _leave_default(session, policy.currency)
        session.add(policy)
        await _flush(session, command.code)
        await session.announce(DunningPolicyCreated(policy_id=policy.id, code=policy.code))
        return policy

    async def update_policy(
        self,
        session: UnitOfWork,
        policy_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> DunningPolicy:
        """
        Change what is given of ``NewPolicy`` but code and currency; open cases go on by it.

        Announces ``billing.dunning_policy.updated`` if anything changed.

        Raises:
            DunningPolicyNotFound, VersionConflict, Invalid, WrongCurrency.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        policy = await self._locked(session, policy_id)
        if expected_version not in (None, policy.version):
            raise VersionConflict("dunning policy", current_version=policy.version)
        for name, value in changes.items():
            if value is None and name in _REQUIRED:
                raise Invalid(_REQUIRED[name], "is required")
        checked = _checked(changes, policy.currency)
        changed = sorted(name for name in checked if getattr(policy, name) != checked[name])
        if not changed:
            return policy
        if checked.get("is_default"):
            await _leave_default(session, policy.currency)
        for name in changed:
            setattr(policy, name, checked[name])
        policy.updated_at = session.now
        await session.announce(
            DunningPolicyUpdated(policy_id=policy.id, code=policy.code, changed_fields=changed)
        )
        return policy

    async def _locked(self, session: UnitOfWork, policy_id: int) -> DunningPolicy:
        found = await session.locked(
            DunningPolicy, DunningPolicy.id == policy_id, visible_policies(session.actor)
        )
        if found is None:
            raise DunningPolicyNotFound(policy_id)
        return found


def _checked(given: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Column → value, of the fields given."""
    checked: dict[str, Any] = {}
    if "name" in given:
        checked["name"] = values.text(given["name"], "name", longest=120)
    if "is_default" in given:
        checked["is_default"] = given["is_default"]
    if "grace_days" in given:
        checked["grace_days"] = _days(given["grace_days"], "graceDays")
    if "minimum" in given:
        checked["minimum_minor"] = _minor(given["minimum"], currency, "minimum")
    if "steps" in given:
        checked["steps"] = _steps(given["steps"], currency)
    return checked | _calendar(given)


def _calendar(given: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    if "no_cut_weekdays" in given:
        weekdays = sorted(set(given["no_cut_weekdays"]))
        if not set(weekdays) <= set(range(1, 8)) or len(weekdays) == 7:
            raise Invalid("noCutWeekdays", "must be of 1 (Monday) to 7, and not all of them")
        checked["no_cut_weekdays"] = weekdays
    if "no_cut_dates" in given:
        dates = sorted({day.isoformat() for day in given["no_cut_dates"]})
        if len(dates) > _MOST_DATES:
            raise Invalid("noCutDates", f"must be at most {_MOST_DATES}")
        checked["no_cut_dates"] = dates
    return checked


def _steps(steps: Sequence[NewStep], currency: str) -> list[dict[str, Any]]:
    if not 1 <= len(steps) <= len(STAGES):
        raise Invalid("steps", f"must be 1 to {len(STAGES)}")
    for number, (before, after) in enumerate(pairwise(steps), start=1):
        if STAGES.index(after.stage) <= STAGES.index(before.stage):
            raise Invalid(["steps", str(number), "stage"], "must be beyond the one before")
        if after.after_days <= before.after_days:
            raise Invalid(["steps", str(number), "afterDays"], "must be later than the one before")
    return [_step(step, number, currency) for number, step in enumerate(steps)]


def _step(step: NewStep, number: int, currency: str) -> dict[str, Any]:
    try:
        fee = _minor(step.late_fee, currency, "lateFee")
        if (fee > 0) is not (DunningAction.LATE_FEE in step.actions):
            raise Invalid("lateFee", "is for a step with LATE_FEE, which needs one")
        return {
            "stage": step.stage,
            "after_days": _days(step.after_days, "afterDays"),
            "actions": sorted(set(step.actions)),
            "minimum_minor": _minor(step.minimum, currency, "minimum"),
            "late_fee_minor": fee,
        }
    except Invalid as failure:
        failure.path = ("steps", str(number), *failure.path)
        raise


def _days(days: int, field: str) -> int:
    if not 0 <= days <= _MOST_DAYS:
        raise Invalid(field, f"must be 0 to {_MOST_DAYS}")
    return days


def _minor(amount: Money | None, currency: str, field: str) -> int:
    if amount is None:
        return 0
    if amount.currency != currency:
        raise WrongCurrency(field, currency=currency)
    if not 0 <= amount.minor <= _LARGEST_MINOR:
        raise Invalid(field, "must not be negative, and in range")
    return amount.minor


async def _leave_default(session: UnitOfWork, currency: str) -> None:
    await session.execute(
        update(DunningPolicy)
        .where(DunningPolicy.currency == currency, DunningPolicy.is_default)
        .values(is_default=False, updated_at=session.now, version=DunningPolicy.version + 1)
    )


async def _flush(session: UnitOfWork, code: str) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "dunning_policies_code_key":
            raise DunningPolicyCodeTaken(code.strip()) from error
        if violated_constraint(error) == "dunning_policies_default_key":
            raise Conflict("Another policy has just become the default") from error
        raise
