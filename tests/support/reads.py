"""Every read there is, called in every way that its parameters allow."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from itertools import chain
from typing import Any, get_type_hints
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

import domain
from domain.billing.dunning_queries import DunningCaseFilter
from domain.billing.gateway_queries import PaymentAttemptFilter
from domain.billing.invoice_queries import InvoiceFilter
from domain.billing.kinds import (
    AttemptStatus,
    DunningStage,
    InvoiceStatus,
    ItemState,
    LedgerAccount,
    PaymentMethod,
    PaymentState,
    PaymentStatus,
)
from domain.billing.ledger_queries import EntryFilter, StatementFilter
from domain.billing.queries import PaymentFilter
from domain.billing.run_queries import RunItemFilter
from domain.customer.details import AddressChoice, DocumentChoice
from domain.customer.models import (
    AddressType,
    CustomerStatus,
    CustomerType,
    SubscriptionState,
    VerificationStatus,
)
from domain.customer.queries import CustomerFilter
from domain.customer.timeline import TimelineList
from domain.identity.models import AccountRole
from domain.identity.queries import AccountFilter
from domain.kernel.access import Actor
from domain.kernel.audit import AuditKind
from domain.kernel.audit_queries import AuditFilter
from domain.kernel.delivery_queries import DeadLetterFilter
from domain.kernel.paging import Page, Slice
from domain.monitoring.commands import AlertFilter
from domain.monitoring.models import AlertSeverity, AlertStatus, MetricKind, SegmentKind
from domain.monitoring.series import SeriesRequest
from domain.radius.queries import SessionFilter
from domain.reseller.commission_queries import CommissionFilter
from domain.reseller.models import CommissionKind, CommissionState, ResellerStatus
from domain.reseller.queries import ResellerFilter
from domain.tariff.queries import PlanFilter
from domain.tariff.summaries import UsagePeriod
from domain.webhook.models import WebhookStatus
from domain.webhook.queries import AttemptFilter, EndpointFilter
from tests.support import multitude

Query = Callable[..., Awaitable[Any]]

NOW = datetime(2026, 2, 1, tzinfo=UTC)
TODAY = date(2026, 2, 1)
PART = Slice(first=10)
_EVENT_ID = UUID("0199f000-0000-7000-8000-000000000a00")

#: Filter → a value of each of its fields, such as a client would give.
FILTERS: dict[type[Any], dict[str, Any]] = {
    CustomerFilter: {
        "query": "customer-5000",
        "status": (CustomerStatus.SUSPENDED,),
        "subscription_state": (SubscriptionState.EXPIRED,),
        "type": (CustomerType.BUSINESS,),
        "reseller_id": multitude.SMALL_RESELLER,
        "tag": "vip",
        "created_from": NOW,
        "created_to": NOW,
    },
    InvoiceFilter: {
        "status": (InvoiceStatus.ISSUED,),
        "payment_status": (PaymentStatus.UNPAID,),
        "is_overdue": True,
        "issued_from": TODAY,
        "issued_to": TODAY,
        "due_from": TODAY,
        "due_to": TODAY,
    },
    PaymentFilter: {
        "method": (PaymentMethod.CREDIT_CARD,),
        "received_from": NOW,
        "received_to": NOW,
        "has_credit": True,
        "state": (PaymentState.DISPUTED,),
    },
    DunningCaseFilter: {
        "stage": (DunningStage.WARNED,),
        "is_open": True,
        "customer_id": multitude.CUSTOMER_ID,
    },
    PaymentAttemptFilter: {"status": (AttemptStatus.FAILED,)},
    EntryFilter: {
        "account": LedgerAccount.TAX,
        "customer_id": multitude.CUSTOMER_ID,
        "booked_from": NOW,
        "booked_to": NOW,
    },
    RunItemFilter: {"state": ItemState.FAILED},
    StatementFilter: {"booked_from": NOW, "booked_to": NOW},
    SessionFilter: {
        "active": True,
        "customer_id": multitude.CUSTOMER_ID,
        "username": f"customer-{multitude.CUSTOMER_ID}",
        "nas_ip_address": ip_address("10.0.0.7"),
        "framed_ip_address": ip_address("100.64.0.7"),
    },
    AlertFilter: {"statuses": (AlertStatus.ACTIVE,), "severities": (AlertSeverity.CRITICAL,)},
    CommissionFilter: {
        "state": CommissionState.ACCRUED,
        "kind": CommissionKind.ACCRUAL,
        "period": "2026-03",
    },
    ResellerFilter: {"query": "Reseller 20", "status": (ResellerStatus.ACTIVE,)},
    PlanFilter: {"on_sale": True, "code": ("P-7",)},
    EndpointFilter: {
        "status": (WebhookStatus.PAUSED,),
        "reseller_id": multitude.SMALL_RESELLER,
    },
    AttemptFilter: {"event_id": _EVENT_ID, "was_delivered": False},
    AccountFilter: {"role": (AccountRole.ADMIN,), "reseller_id": 7, "is_active": False},
    DeadLetterFilter: {"consumer": "webhook:20", "customer_id": multitude.CUSTOMER_ID},
    AuditFilter: {
        "customer_id": multitude.CUSTOMER_ID,
        "actor": "staff:7",
        "kind": AuditKind.CHANGE,
        "entity_type": "Type7",
        "operation": "Operation7",
        "since": NOW,
        "until": NOW,
    },
    AddressChoice: {"type": AddressType.SERVICE},
    DocumentChoice: {"status": VerificationStatus.VERIFIED},
}
_SERIES = SeriesRequest.of(
    kinds=[MetricKind.LATENCY_MS], start=NOW, end=NOW + timedelta(days=1), step=None
)
_TYPES = frozenset({"customer.created"})
#: Parameter → what it is called with.
ARGUMENTS: dict[str, list[Any]] = {
    "numbers": [["C-1005000", "F-5000"]],
    "usernames": [["customer-5000", "customer-7"]],
    "emails": [["customer-5000@example.com"]],
    "countries": [["AT", "BT"]],
    "codes": [["P-7", "R-7"]],
    "types": [_TYPES],
    "name": [None, "webhook:7"],
    "at": [NOW],
    "kinds": [(), (SegmentKind.SITE,)],
    "request": [_SERIES],
    "period": [*UsagePeriod],
    "part": [PART, Slice(last=10)],
}
_KEYS = [multitude.CUSTOMER_ID, *range(1, 10)]


def all_reads() -> Iterator[Query]:
    """The functions of the domain that read rows for an actor: their names are not private."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        found = importlib.import_module(module.name)
        for name, each in vars(found).items():
            if inspect.iscoroutinefunction(each) and each.__module__ == module.name:
                takes = [*inspect.signature(each).parameters][:2]
                if takes == ["connection", "actor"] and not name.startswith("_"):
                    yield each


async def calls(query: Query, connection: AsyncConnection, actor: Actor) -> None:
    """Call the read in every way that its parameters allow, and go on to the second page."""
    hints = get_type_hints(query)
    names = [*inspect.signature(query).parameters][2:]
    choices = {name: _choices(name, hints[name], actor) for name in names}
    usual = {name: choice[0] for name, choice in choices.items()}
    for name, value in [("", None), *((n, v) for n in names for v in choices[n][1:])]:
        arguments = {**usual, **({name: value} if name else {})}
        found = await query(connection, actor, **arguments)
        cursor = _cursor_of(found)
        if cursor is not None:
            following = {key: _after(each, cursor) for key, each in arguments.items()}
            await query(connection, actor, **following)


def _choices(name: str, kind: Any, actor: Actor) -> list[Any]:
    """The usual value first."""
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    if name == "customer_ids":
        return [multitude.customers_of(actor)]
    if name.endswith("ids"):
        return [_KEYS]
    if kind in FILTERS:
        return [*_filters(kind)]
    if kind is TimelineList:
        return [TimelineList(PART, _TYPES)]
    assert is_dataclass(kind), f"no value is known for {name}"
    return [*_lists(kind)]


def _filters(kind: Any) -> Iterator[Any]:
    yield kind()
    for field in fields(kind):
        yield kind(**{field.name: FILTERS[kind][field.name]})


def _lists(kind: Any) -> Iterator[Any]:
    hints = get_type_hints(kind)
    yield kind(PART)
    orders: Collection[StrEnum] = hints.get("order_by", ())
    for order in orders:
        for part, descending in ((PART, False), (PART, True), (Slice(last=10), False)):
            yield kind(part, order_by=order, descending=descending)
    for wanted in _filters(hints["filter"]):
        yield kind(PART, wanted)


def _cursor_of(found: Any) -> str | None:
    pages = found.values() if isinstance(found, dict) else [found]
    cursors = chain.from_iterable(page.cursors for page in pages if isinstance(page, Page))
    return next(iter(cursors), None)


def _after(value: Any, cursor: str) -> Any:
    if isinstance(value, Slice):
        return replace(value, **{"before" if value.is_backward else "after": cursor})
    if hasattr(value, "part"):
        return replace(value, part=_after(value.part, cursor))
    return value
