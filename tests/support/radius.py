"""Builders of subscribers, accounting records and network access servers."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count
from typing import Any

from sqlalchemy import select

from domain.customer.models import SubscriptionState
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.radius.commands import AccountingRecord, RegisterNas
from domain.radius.models import AcctStatusType, NasVendor, RadiusSession
from domain.radius.recording import Recorded
from domain.radius.services import RadiusService
from tests.support.customers import created_customer

_numbers = count(1)

PASSWORD = "correct horse battery"
NAS_ADDRESS = ip_address("192.0.2.10")


def minutes_ago(minutes: float) -> datetime:
    """An instant that a record of today may tell."""
    return datetime.now(UTC) - timedelta(minutes=minutes)


async def created_subscriber(
    database: Database, *, username: str = "ada", password: str | None = PASSWORD, **facts: Any
) -> int:
    """Create an ACTIVE customer with an ACTIVE subscription and a login; the id."""
    facts.setdefault("state", SubscriptionState.ACTIVE)
    return await created_customer(database, username=username, password=password, **facts)


def a_record(status_type: AcctStatusType = AcctStatusType.START, **facts: Any) -> AccountingRecord:
    """A record of ada's session s-1, now."""
    defaults: dict[str, Any] = {
        "nas_ip_address": NAS_ADDRESS,
        "acct_unique_session_id": "s-1",
        "acct_session_id": "81100001",
        "username": "ada",
    }
    return AccountingRecord(status_type=status_type, **{**defaults, **facts})


def a_start(**facts: Any) -> AccountingRecord:
    return a_record(AcctStatusType.START, **facts)


def an_interim(uploaded: int, downloaded: int, seconds: int = 60, **facts: Any) -> AccountingRecord:
    """Totals so far, in octets."""
    return _with_totals(AcctStatusType.INTERIM_UPDATE, uploaded, downloaded, seconds, facts)


def a_stop(uploaded: int, downloaded: int, seconds: int = 60, **facts: Any) -> AccountingRecord:
    """Totals at the end, in octets."""
    facts.setdefault("terminate_cause", "User-Request")
    return _with_totals(AcctStatusType.STOP, uploaded, downloaded, seconds, facts)


def _with_totals(
    status_type: AcctStatusType, uploaded: int, downloaded: int, seconds: int, facts: dict[str, Any]
) -> AccountingRecord:
    totals = {"session_time_seconds": seconds}
    totals["input_gigawords"], totals["input_octets"] = divmod(uploaded, 2**32)
    totals["output_gigawords"], totals["output_octets"] = divmod(downloaded, 2**32)
    return a_record(status_type, **{**totals, **facts})


async def accounted(database: Database, *records: AccountingRecord) -> list[Recorded]:
    """Record each in a transaction of its own."""
    outcomes = []
    for record in records:
        async with database.unit_of_work(SYSTEM) as session:
            outcomes.append(await RadiusService().record_accounting(session, record))
    return outcomes


async def created_session(database: Database, *, username: str, **facts: Any) -> int:
    """An open session of the customer with this username; its id."""
    facts.setdefault("acct_unique_session_id", f"session-{next(_numbers)}")
    (outcome,) = await accounted(database, a_start(username=username, **facts))
    assert outcome.session is not None
    return outcome.session.id


async def the_session(database: Database, unique_id: str = "s-1") -> RadiusSession:
    """The session's row as it is stored."""
    async with database.session(SYSTEM) as session:
        return (
            await session.scalars(
                select(RadiusSession).where(RadiusSession.acct_unique_session_id == unique_id)
            )
        ).one()


async def registered_nas(database: Database, **facts: Any) -> int:
    """Put a MikroTik on the list, unless told otherwise; its id."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "name": f"bras-{number}",
        "address": ip_address(f"198.51.100.{number % 250}"),
        "vendor": NasVendor.MIKROTIK,
    }
    async with database.unit_of_work(SYSTEM) as session:
        nas = await RadiusService().register_nas(session, RegisterNas(**{**defaults, **facts}))
        return nas.id
