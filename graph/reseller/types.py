"""Object types of the reseller module."""

import datetime
import decimal
from typing import Any

import strawberry

from domain.reseller import lifecycle, models, records
from domain.reseller.errors import ResellerCodeTaken as ResellerCodeTakenError
from domain.reseller.errors import ResellerNotActive as ResellerNotActiveError
from graph.connections import Connection
from graph.ids import encode_id, id_of
from graph.money import Money
from graph.node import Node
from graph.payloads import PROBLEMS, Problem, UserError
from graph.refs import CustomerRef, ResellerRef
from graph.reseller import enums  # noqa: F401 (describes the enums before a type names them)
from graph.rows import RowType
from graph.scalars import CurrencyCode, EmailAddress
from resolvers.customer import customers
from resolvers.reseller import commissions as commission
from resolvers.reseller import resellers


def _invoice_id(root: Any) -> str:
    return encode_id("Invoice", root.invoice_id)


def _allowed_statuses(root: Any) -> list[models.ResellerStatus]:
    return sorted(lifecycle.STATUS_ARROWS[root.status])


@strawberry.type(description="What a reseller's entries of one currency and state add up to")
class CommissionTotal(RowType):
    row = records.CommissionTotal

    state: models.CommissionState = strawberry.field(description="Settled or not yet")
    amount: Money = strawberry.field(description="Their sum")
    entry_count: int = strawberry.field(description="How many they are")


@strawberry.federation.type(
    keys=["id"], description="What a reseller earned, or lost again, on one invoice"
)
class CommissionEntry(RowType, Node):
    row = records.CommissionEntry

    id: strawberry.ID = strawberry.field(
        resolver=id_of("CommissionEntry"), description="Global id, opaque"
    )
    kind: models.CommissionKind = strawberry.field(description="Why it was written")
    state: models.CommissionState = strawberry.field(description="Settled or not yet")
    amount: Money = strawberry.field(
        description="What it adds to the reseller's claim; negative where taken back",
    )
    base: Money = strawberry.field(description="Invoice's amount without tax")
    rate_percent: decimal.Decimal = strawberry.field(
        description="Reseller's share when the invoice was paid, in per cent"
    )
    invoice_id: strawberry.ID = strawberry.field(
        resolver=_invoice_id, description="Global id of the invoice it was earned on"
    )
    invoice_number: str = strawberry.field(description="Number of that invoice")
    period: str = strawberry.field(description="UTC month it counts for, as 2025-03")
    earned_at: datetime.datetime = strawberry.field(description="Timestamp of the payment")
    note: str | None = strawberry.field(description="Why it was taken back or corrected")
    reseller: ResellerRef | None = strawberry.field(
        resolver=resellers.of_row, description="Who earned it"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner,
        description="Who paid the invoice; null once deleted or another reseller's",
    )
    settlement: "CommissionSettlement | None" = strawberry.field(
        resolver=commission.entry_settlement, description="Statement it is on"
    )


@strawberry.federation.type(
    keys=["id"], description="A statement of commission: the exact sum of its entries"
)
class CommissionSettlement(RowType, Node):
    row = records.CommissionSettlement

    id: strawberry.ID = strawberry.field(
        resolver=id_of("CommissionSettlement"), description="Global id, opaque"
    )
    total: Money = strawberry.field(description="Sum of its entries")
    entry_count: int = strawberry.field(description="How many entries it settles")
    settled_until: datetime.datetime = strawberry.field(
        description="Timestamp before which its entries were earned"
    )
    settled_at: datetime.datetime = strawberry.field(description="Timestamp of the statement")
    settled_by: str = strawberry.field(description="Who settled")
    reseller: ResellerRef | None = strawberry.field(
        resolver=resellers.of_row, description="Whose commission it is"
    )
    entries: Connection[CommissionEntry] | None = strawberry.field(
        resolver=commission.settlement_entries, description="What it settles, newest first"
    )


@strawberry.federation.type(
    keys=["id", "resellerId"], description="A company that sells the provider's plans"
)
class Reseller(RowType, Node):
    row = records.Reseller

    id: strawberry.ID = strawberry.field(
        resolver=id_of("Reseller"), description="Global id, opaque"
    )
    reseller_id: int = strawberry.field(
        resolver=lambda root: root.id, description="The number other modules know it by"
    )
    code: str = strawberry.field(description="Short name, unique, in upper case")
    name: str = strawberry.field(description="Name of the company")
    status: models.ResellerStatus = strawberry.field(description="Whether it may take on customers")
    allowed_statuses: list[models.ResellerStatus] = strawberry.field(
        resolver=_allowed_statuses, description="Statuses it may go to from here"
    )
    email: EmailAddress | None = strawberry.field(description="Address for business mail")
    currency: CurrencyCode = strawberry.field(description="Currency it is settled in by default")
    commission_percent: decimal.Decimal | None = strawberry.field(
        description="Share of its customers' paid net amounts; null if you may not read commission"
    )
    parent: ResellerRef | None = strawberry.field(
        resolver=resellers.reseller_parent,
        description="Reseller right above; null at the top of the tree or of what you may see",
    )
    children: Connection[ResellerRef] | None = strawberry.field(
        resolver=resellers.reseller_children, description="Resellers right below"
    )
    customers: Connection[CustomerRef] | None = strawberry.field(
        resolver=customers.reseller_customers,
        description="Its own customers, without its sub-resellers'",
    )
    commissions: Connection[CommissionEntry] | None = strawberry.field(
        resolver=commission.reseller_commissions,
        description="What it earned itself, newest first",
    )
    commission_totals: list[CommissionTotal] | None = strawberry.field(
        resolver=commission.reseller_totals,
        description="Sums of what it earned, by currency and state",
    )
    settlements: Connection[CommissionSettlement] | None = strawberry.field(
        resolver=commission.reseller_settlements, description="Its statements, newest first"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.type(description="Another reseller has this code")
class ResellerCodeTaken(Problem, UserError):
    shows = ResellerCodeTakenError

    reseller_code: str = strawberry.field(description="The code asked for")


@strawberry.type(description="Only an ACTIVE reseller takes on customers and sub-resellers")
class ResellerNotActive(Problem, UserError):
    shows = ResellerNotActiveError

    reseller_id: int = strawberry.field(description="The reseller's number")
    status: str = strawberry.field(description="Status it has")


PROBLEMS.extend([ResellerCodeTaken, ResellerNotActive])
