"""The types that are shown: fields by the entities' attributes, relations by resolvers."""

import datetime
import decimal
from typing import Any, NewType

import strawberry

from benchmarks.peers.stock.loaders import Loaders

BigInt = NewType("BigInt", int)
SCALARS = {BigInt: strawberry.scalar(name="BigInt", serialize=str, parse_value=int)}


def loaders(info: strawberry.Info) -> Loaders:
    """The loaders of the request."""
    found: Loaders = info.context["loaders"]
    return found


@strawberry.type
class TariffPlan:
    code: str
    name: str
    billing_cycle: str
    download_kbps: int
    upload_kbps: int


@strawberry.type
class Payment:
    method: str
    reference: str | None
    received_at: datetime.datetime


@strawberry.type
class PaymentAllocation:
    amount_minor: int

    @strawberry.field
    @staticmethod
    async def payment(root: strawberry.Parent[Any], info: strawberry.Info) -> Payment:
        return await loaders(info).payment.load(root.payment_id)


@strawberry.type
class InvoiceLine:
    position: int
    description: str
    quantity: decimal.Decimal
    net_minor: int
    tax_minor: int


@strawberry.type
class Invoice:
    number: str | None
    status: str
    currency: str
    issued_on: datetime.date | None
    due_on: datetime.date | None
    created_at: datetime.datetime
    total_minor: int
    paid_minor: int

    @strawberry.field
    @staticmethod
    async def lines(root: strawberry.Parent[Any], info: strawberry.Info) -> list[InvoiceLine]:
        return await loaders(info).lines.load(root.id)

    @strawberry.field
    @staticmethod
    async def allocations(
        root: strawberry.Parent[Any], info: strawberry.Info
    ) -> list[PaymentAllocation]:
        return await loaders(info).allocations.load(root.id)


@strawberry.type
class Session:
    acct_session_id: str
    state: str
    framed_ip_address: str | None
    nas_ip_address: str
    input_octets: BigInt
    output_octets: BigInt
    started_at: datetime.datetime


@strawberry.type
class Reseller:
    code: str
    name: str
    currency: str

    @strawberry.field
    @staticmethod
    async def customers(
        root: strawberry.Parent[Any], info: strawberry.Info, first: int
    ) -> list["Customer"]:
        return await loaders(info).customers_of_reseller(first).load(root.id)


@strawberry.type
class Customer:
    customer_id: int = strawberry.field(resolver=lambda root: root.id)
    customer_number: str
    type: str
    status: str
    display_name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    mobile: str | None
    language: str
    time_zone: str
    created_at: datetime.datetime

    @strawberry.field
    @staticmethod
    async def invoices(
        root: strawberry.Parent[Any], info: strawberry.Info, first: int
    ) -> list[Invoice]:
        return (await loaders(info).invoices.load(root.id))[:first]

    @strawberry.field
    @staticmethod
    async def sessions(
        root: strawberry.Parent[Any], info: strawberry.Info, first: int
    ) -> list[Session]:
        return (await loaders(info).sessions.load(root.id))[:first]

    @strawberry.field
    @staticmethod
    async def plan(root: strawberry.Parent[Any], info: strawberry.Info) -> TariffPlan | None:
        assignments = await loaders(info).assignments.load(root.id)
        if not assignments:
            return None
        return await loaders(info).plan.load(assignments[0].tariff_plan_id)

    @strawberry.field
    @staticmethod
    async def reseller(root: strawberry.Parent[Any], info: strawberry.Info) -> Reseller | None:
        return await loaders(info).reseller.load(root.reseller_id)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class CustomerEdge:
    cursor: str
    node: Customer


@strawberry.type
class CustomerPage:
    edges: list[CustomerEdge]
    page_info: PageInfo
    total_count: int
