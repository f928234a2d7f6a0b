"""The server's schema and application: ``uvicorn benchmarks.peers.stock.app:app``."""

import base64
import os
from typing import Any

import orjson
import strawberry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from benchmarks.peers.stock.loaders import Loaders
from benchmarks.peers.stock.types import (
    SCALARS,
    Customer,
    CustomerEdge,
    CustomerPage,
    PageInfo,
    Reseller,
    loaders,
)
from domain.customer import models
from domain.customer.models import CustomerStatus

_engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10)
_sessions = async_sessionmaker(_engine, expire_on_commit=False)
_ORDERS = {"DISPLAY_NAME": models.Customer.display_name}


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, info: strawberry.Info, id: int) -> Customer | None:
        return await loaders(info).customer.load(id)

    @strawberry.field
    async def customers_by_ids(
        self, info: strawberry.Info, ids: list[int]
    ) -> list[Customer | None]:
        return await loaders(info).customer.load_many(ids)

    @strawberry.field
    async def customers(self, first: int, reseller_id: int) -> list[Customer]:
        async with _sessions() as session:
            matching = select(models.Customer).where(models.Customer.reseller_id == reseller_id)
            found = await session.scalars(matching.order_by(models.Customer.id).limit(first))
            return list(found)

    @strawberry.field
    async def customer_page(
        self, first: int, reseller_id: int, status: str, order_by: str, descending: bool
    ) -> CustomerPage:
        key = _ORDERS[order_by]
        matching = select(models.Customer).where(
            models.Customer.reseller_id == reseller_id,
            models.Customer.status == CustomerStatus(status),
        )
        order = (key, models.Customer.id)
        ordered = matching.order_by(*(each.desc() if descending else each for each in order))
        async with _sessions() as session:
            found = list(await session.scalars(ordered.limit(first + 1)))
            counted = await session.scalar(select(func.count()).select_from(matching.subquery()))
        edges: list[Any] = [
            CustomerEdge(cursor=_cursor(getattr(each, key.key), each.id), node=each)
            for each in found[:first]
        ]
        ends = PageInfo(
            has_next_page=len(found) > first, end_cursor=edges[-1].cursor if edges else None
        )
        return CustomerPage(edges=edges, page_info=ends, total_count=counted or 0)

    @strawberry.field
    async def reseller(self, info: strawberry.Info, id: int) -> Reseller | None:
        return await loaders(info).reseller.load(id)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def update_customer(self, id: int, mobile: str) -> Customer:
        async with _sessions() as session, session.begin():
            customer = await session.get_one(models.Customer, id)
            customer.mobile = mobile
        return customer


def _cursor(*place: object) -> str:
    return base64.b64encode(orjson.dumps(place)).decode()


class Server(GraphQL[dict[str, Any], None]):
    """Each request has loaders of its own."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        return {"request": request, "response": response, "loaders": Loaders(_sessions)}


app = Server(
    strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS)),
    graphql_ide=None,
)
