"""Object types of dunning."""

import datetime

import strawberry

from domain.billing import dunning_records as records
from domain.billing import kinds
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.ids import id_of
from graph.money import Money
from graph.node import Node
from graph.refs import CustomerRef, InvoiceRef
from graph.rows import RowType
from graph.scalars import CurrencyCode
from resolvers.billing import dunning as resolvers
from resolvers.customer import customers


@strawberry.type(description="What a dunning policy does when an account enters a stage")
class DunningPolicyStep(RowType):
    row = records.PolicyStep

    stage: kinds.DunningStage = strawberry.field(description="Stage that is entered")
    after_days: int = strawberry.field(description="Days from the end of the grace")
    actions: list[kinds.DunningAction] = strawberry.field(description="What is done")
    minimum: Money = strawberry.field(description="Least overdue amount that it is done about")
    late_fee: Money = strawberry.field(description="Fee for each overdue invoice, without tax")


def _no_cut_dates(root: records.DunningPolicy) -> list[datetime.date]:
    return [datetime.date.fromisoformat(day) for day in root.no_cut_dates]


@strawberry.federation.type(
    keys=["id"], description="When and how overdue accounts are reminded, charged and cut off"
)
class DunningPolicy(RowType, Node):
    row = records.DunningPolicy

    id: strawberry.ID = strawberry.field(
        resolver=id_of("DunningPolicy"), description="Global id, opaque"
    )
    code: str = strawberry.field(description="Operator's code, unique")
    name: str = strawberry.field(description="Name shown to staff")
    currency: CurrencyCode = strawberry.field(description="Currency of the accounts it is for")
    is_default: bool = strawberry.field(
        description="Whether accounts of the currency follow it that have none of their own"
    )
    grace_days: int = strawberry.field(
        description="Days after the due date in which nothing is done"
    )
    minimum: Money = strawberry.field(
        description="Least overdue amount that anything is done about"
    )
    steps: list[DunningPolicyStep] = strawberry.field(
        resolver=lambda root: root.shown_steps, description="What is done, in order"
    )
    no_cut_weekdays: list[int] = strawberry.field(
        description="ISO numbers of weekdays, 1 for Monday, on which nobody is cut off"
    )
    no_cut_dates: list[datetime.date] = strawberry.field(
        resolver=_no_cut_dates, description="Dates on which nobody is cut off, in order"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


def _step_actions(root: records.DunningStep) -> list[kinds.DunningAction]:
    return [kinds.DunningAction(action) for action in root.actions]


@strawberry.type(description="A step of dunning that was taken")
class DunningStep(RowType):
    row = records.DunningStep

    stage: kinds.DunningStage = strawberry.field(description="Stage that was entered")
    actions: list[kinds.DunningAction] = strawberry.field(
        resolver=_step_actions, description="What was done"
    )
    overdue: Money = strawberry.field(description="What was overdue then")
    late_fee_invoice: InvoiceRef | None = strawberry.field(
        resolver=resolvers.fee_invoice, description="Invoice of the late fees, if it charged any"
    )
    taken_at: datetime.datetime = strawberry.field(description="Timestamp of the step")


@strawberry.federation.type(
    keys=["id"], description="Story of an account that did not pay in time; open until cured"
)
class DunningCase(RowType, Node):
    row = records.DunningCase

    id: strawberry.ID = strawberry.field(
        resolver=id_of("DunningCase"), description="Global id, opaque"
    )
    stage: kinds.DunningStage = strawberry.field(description="How far it has come")
    stage_on: datetime.date = strawberry.field(
        description="Date of the customer's on which the stage was entered"
    )
    opened_at: datetime.datetime = strawberry.field(description="Timestamp of the first step")
    closed_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its cure; null while open"
    )
    policy: DunningPolicy | None = strawberry.field(
        resolver=resolvers.case_policy, description="Policy of the last step; for staff"
    )
    steps: list[DunningStep] = strawberry.field(
        resolver=resolvers.case_steps, description="Steps taken, in order"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Who owes"
    )


@strawberry.type(description="A time in which an account is not dunned, and service is not held")
class DunningPause(RowType):
    row = records.DunningPause

    id: strawberry.ID = strawberry.field(
        resolver=id_of("DunningPause"), description="Id, for `endDunningPause`"
    )
    kind: kinds.PauseKind = strawberry.field(description="Promise to pay, or exemption")
    until_on: datetime.date | None = strawberry.field(
        description="Last day of it, the customer's date; null until it is ended"
    )
    note: str = strawberry.field(description="Why, as given")
    outcome: kinds.PauseEnd | None = strawberry.field(
        description="How it ended; null while it runs"
    )
    ended_at: datetime.datetime | None = strawberry.field(description="Timestamp of its end")
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its beginning")
