"""One data loader per relation, each batch in a session of its own, as the documentation does."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from aiodataloader import DataLoader
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from domain.billing.models import Invoice, InvoiceLine, Payment, PaymentAllocation
from domain.customer.models import Customer
from domain.radius.models import RadiusSession
from domain.reseller.models import Reseller
from domain.tariff.models import PlanAssignment, TariffPlan

Sessions = async_sessionmaker[AsyncSession]


def by_key(sessions: Sessions, model: type[Any]) -> DataLoader[int, Any]:
    """``id -> entity | None``."""

    async def load(keys: list[int]) -> Sequence[Any]:
        async with sessions() as session:
            found = await session.scalars(select(model).where(model.id.in_(keys)))
            entities = {entity.id: entity for entity in found}
        return [entities.get(key) for key in keys]

    return DataLoader(load)


def by_parent(
    sessions: Sessions, model: type[Any], parent: Any, *order: ColumnElement[Any]
) -> DataLoader[int, list[Any]]:
    """``parent's id -> entities`` in that order."""

    async def load(keys: list[int]) -> Sequence[list[Any]]:
        children: dict[int, list[Any]] = defaultdict(list)
        async with sessions() as session:
            found = await session.scalars(select(model).where(parent.in_(keys)).order_by(*order))
            for entity in found:
                children[getattr(entity, parent.key)].append(entity)
        return [children[key] for key in keys]

    return DataLoader(load)


def customers_of_resellers(
    sessions: Sessions,
) -> Callable[[int], DataLoader[int, list[Customer]]]:
    """A loader for each size of page; a reseller has more customers than a page shows."""
    made: dict[int, DataLoader[int, list[Customer]]] = {}

    def loader(first: int) -> DataLoader[int, list[Customer]]:
        async def load(keys: list[int]) -> Sequence[list[Customer]]:
            pages = []
            async with sessions() as session:
                for key in keys:
                    page = select(Customer).where(Customer.reseller_id == key)
                    found = await session.scalars(page.order_by(Customer.id).limit(first))
                    pages.append(list(found))
            return pages

        return made.setdefault(first, DataLoader(load))

    return loader


class Loaders:
    """Those of one request."""

    def __init__(self, sessions: Sessions) -> None:
        self.customer = by_key(sessions, Customer)
        self.reseller = by_key(sessions, Reseller)
        self.plan = by_key(sessions, TariffPlan)
        self.payment = by_key(sessions, Payment)
        self.customers_of_reseller = customers_of_resellers(sessions)
        self.assignments = by_parent(
            sessions,
            PlanAssignment,
            PlanAssignment.customer_id,
            PlanAssignment.started_at.desc(),
        )
        self.invoices = by_parent(
            sessions, Invoice, Invoice.customer_id, Invoice.created_at.desc(), Invoice.id.desc()
        )
        self.sessions = by_parent(
            sessions, RadiusSession, RadiusSession.customer_id, RadiusSession.started_at.desc()
        )
        self.lines = by_parent(
            sessions, InvoiceLine, InvoiceLine.invoice_id, InvoiceLine.position.asc()
        )
        self.allocations = by_parent(
            sessions, PaymentAllocation, PaymentAllocation.invoice_id, PaymentAllocation.id.asc()
        )
