"""Object types of usage: what was used when, top-ups, and what usage beyond them costs."""

import datetime

import strawberry

from domain.tariff import overage, records, windows
from graph.money import Money
from graph.rows import RowType
from graph.scalars import BigInt
from graph.tariff import enums  # noqa: F401 (describes the enums before a type names them)


@strawberry.type(description="Time of the week, where the customer is, at which usage is free")
class FreeWindow(RowType):
    row = windows.FreeWindow

    weekdays: list[int] = strawberry.field(description="Days from 1 (Monday) to 7 (Sunday)")
    from_minute: int = strawberry.field(description="Minutes since midnight of its start")
    to_minute: int = strawberry.field(description="Minutes since midnight of its end, exclusive")


@strawberry.type(description="Usage beyond allowance and top-ups, and what it costs")
class UsageOverage(RowType):
    row = overage.Overage

    octets: BigInt = strawberry.field(description="Octets beyond what is paid for")
    blocks: BigInt = strawberry.field(description="Blocks of octets begun")
    amount: Money = strawberry.field(description="Price of these blocks, without tax")


@strawberry.type(description="What a customer used on one day in its time zone")
class UsageDay(RowType):
    row = records.UsageDay

    day: datetime.date = strawberry.field(description="The day")
    downloaded_octets: BigInt = strawberry.field(description="Octets to the customer")
    uploaded_octets: BigInt = strawberry.field(description="Octets from the customer")
    free_octets: BigInt = strawberry.field(
        description="Octets of both directions that do not count"
    )
    metered_octets: BigInt = strawberry.field(description="Octets of both directions that count")


@strawberry.type(description="Octets bought on top of a plan's allowance")
class TopUp(RowType):
    row = records.TopUp

    top_up_id: int = strawberry.field(resolver=lambda root: root.id, description="Its number")
    state: records.TopUpState = strawberry.field(description="Whether it can be used")
    octets: BigInt = strawberry.field(description="Octets bought")
    used_octets: BigInt = strawberry.field(description="Octets of it that months took")
    remaining_octets: BigInt = strawberry.field(description="Octets left of it")
    price: Money = strawberry.field(description="What it costs, without tax")
    starts_at: datetime.datetime = strawberry.field(description="Timestamp from which it is good")
    expires_at: datetime.datetime = strawberry.field(
        description="Timestamp from which what is left of it is lost"
    )
