"""Input types of dunning; each knows the request it stands for."""

import datetime
from collections.abc import Iterable
from typing import Any

import strawberry

from domain.billing import dunning_queries, kinds
from domain.billing.dunning_policies import NewPolicy, NewStep
from domain.kernel import money
from domain.kernel.errors import Invalid
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.ids import key_of
from graph.money import MoneyInput
from graph.payloads import ChangeInput, MutationInput, given, within
from graph.scalars import CurrencyCode

UNSET = strawberry.UNSET
_MOST_STAGES = len(kinds.DunningStage)


@strawberry.input(description="Which dunning cases: all that are given must hold")
class DunningCaseFilter:
    stage: list[kinds.DunningStage] | None = strawberry.field(
        default=None, description="At one of these stages"
    )
    is_open: bool | None = strawberry.field(default=None, description="Whether not cured yet")
    customer_id: int | None = strawberry.field(default=None, description="Of this customer")

    def to_domain(self) -> dunning_queries.DunningCaseFilter:
        """Raises ``Invalid`` for a list that is too long."""
        if self.stage is not None and len(self.stage) > _MOST_STAGES:
            raise Invalid("stage", f"must be at most {_MOST_STAGES}")
        return dunning_queries.DunningCaseFilter(
            stage=None if self.stage is None else tuple(self.stage),
            is_open=self.is_open,
            customer_id=self.customer_id,
        )


@strawberry.input(description="A step of a dunning policy")
class DunningStepInput:
    stage: kinds.DunningStage = strawberry.field(
        description="Stage that is entered, beyond that of the step before"
    )
    after_days: int = strawberry.field(
        description="Days from the end of the grace, 0 to 365, more than of the step before"
    )
    actions: list[kinds.DunningAction] = strawberry.field(description="What is done")
    minimum: MoneyInput | None = strawberry.field(
        default=None, description="Least overdue amount that it is done about"
    )
    late_fee: MoneyInput | None = strawberry.field(
        default=None, description="Fee for each overdue invoice, with LATE_FEE"
    )

    def to_domain(self) -> NewStep:
        return NewStep(
            stage=self.stage,
            after_days=self.after_days,
            actions=tuple(self.actions),
            minimum=_money(self.minimum, "minimum"),
            late_fee=_money(self.late_fee, "lateFee"),
        )


@strawberry.input(description="A dunning policy to make")
class CreateDunningPolicyInput(MutationInput):
    code: str = strawberry.field(description="Operator's code, unique")
    name: str = strawberry.field(description="Name shown to staff")
    currency: CurrencyCode = strawberry.field(description="Currency of the accounts it is for")
    steps: list[DunningStepInput] = strawberry.field(description="What is done, in order")
    grace_days: int = strawberry.field(
        default=0, description="Days after the due date in which nothing is done, 0 to 365"
    )
    minimum: MoneyInput | None = strawberry.field(
        default=None, description="Least overdue amount that anything is done about"
    )
    is_default: bool = strawberry.field(
        default=False, description="Whether it takes the place of the currency's default"
    )
    no_cut_weekdays: list[int] = strawberry.field(
        default_factory=list, description="Weekdays, 1 for Monday, on which nobody is cut off"
    )
    no_cut_dates: list[datetime.date] = strawberry.field(
        default_factory=list, description="Dates on which nobody is cut off, at most 400"
    )

    def to_domain(self) -> NewPolicy:
        """Raises ``Invalid``."""
        return NewPolicy(
            code=self.code,
            name=self.name,
            currency=self.currency,
            steps=_steps(self.steps),
            grace_days=self.grace_days,
            minimum=_money(self.minimum, "minimum"),
            is_default=self.is_default,
            no_cut_weekdays=tuple(self.no_cut_weekdays),
            no_cut_dates=tuple(self.no_cut_dates),
        )


@strawberry.input(description="Changes of a dunning policy: what is left out stays")
class UpdateDunningPolicyInput(ChangeInput):
    policy_id: strawberry.ID = strawberry.field(description="Global id of the policy")
    name: str | None = strawberry.field(default=UNSET, description="Name shown to staff")
    steps: list[DunningStepInput] | None = strawberry.field(
        default=UNSET, description="What is done, in order: all steps"
    )
    grace_days: int | None = strawberry.field(
        default=UNSET, description="Days after the due date in which nothing is done, 0 to 365"
    )
    minimum: MoneyInput | None = strawberry.field(
        default=UNSET, description="Least overdue amount that anything is done about"
    )
    is_default: bool | None = strawberry.field(
        default=UNSET, description="Whether accounts of the currency follow it"
    )
    no_cut_weekdays: list[int] | None = strawberry.field(
        default=UNSET, description="Weekdays, 1 for Monday, on which nobody is cut off"
    )
    no_cut_dates: list[datetime.date] | None = strawberry.field(
        default=UNSET, description="Dates on which nobody is cut off, at most 400"
    )

    @property
    def key(self) -> int:
        return key_of(self.policy_id, "DunningPolicy")

    def changes(self) -> dict[str, Any]:
        """What the client gave. Raises ``Invalid``."""
        changes = given(
            name=self.name,
            grace_days=self.grace_days,
            is_default=self.is_default,
            no_cut_weekdays=self.no_cut_weekdays,
            no_cut_dates=self.no_cut_dates,
        )
        if self.steps is not UNSET:
            changes["steps"] = None if self.steps is None else _steps(self.steps)
        if self.minimum is not UNSET:
            changes["minimum"] = _money(self.minimum, "minimum")
        return changes


@strawberry.input(description="Which policy an account is dunned by")
class AssignDunningPolicyInput(ChangeInput):
    customer_id: int = strawberry.field(description="The customer's number")
    policy_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the policy; the currency's default if left out"
    )

    @property
    def key(self) -> int | None:
        return None if self.policy_id is None else key_of(self.policy_id, "DunningPolicy")


@strawberry.input(description="A customer whose account is to be looked at by its dunning policy")
class ReviewDunningInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")


@strawberry.input(description="A promise to pay")
class PromiseToPayInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    until_on: datetime.date = strawberry.field(
        description="Day by whose end it pays, the customer's date; at most 30 days ahead"
    )
    note: str = strawberry.field(description="Who promised what, for the record")


@strawberry.input(description="An exemption from dunning")
class ExemptFromDunningInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    until_on: datetime.date | None = strawberry.field(
        default=None, description="Last day of it, the customer's date; until ended if left out"
    )
    note: str = strawberry.field(description="Why, for the record")


@strawberry.input(description="A pause of dunning to end")
class EndDunningPauseInput(MutationInput):
    pause_id: strawberry.ID = strawberry.field(description="Id of the pause")

    @property
    def key(self) -> int:
        return key_of(self.pause_id, "DunningPause")


def _steps(steps: Iterable[DunningStepInput]) -> tuple[NewStep, ...]:
    made = []
    for number, step in enumerate(steps):
        with within("steps", str(number)):
            made.append(step.to_domain())
    return tuple(made)


def _money(amount: MoneyInput | None, *path: str) -> money.Money | None:
    if amount is None:
        return None
    try:
        return amount.to_domain()
    except Invalid as failure:
        raise Invalid(path, failure.reason) from None
