"""Access and portability (GDPR art. 15, 20) and erasure (art. 17) of one person's data."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import insert, select, text

from domain.customer.errors import CustomerNotFound
from domain.customer.models import Customer
from domain.kernel.access import SYSTEM, Actor, Permission, Role, require
from domain.kernel.audit import AuditAction, AuditEntry, AuditKind, new_entry
from domain.kernel.database import Database
from domain.kernel.logging import about_customer
from domain.kernel.unit_of_work import UnitOfWork
from domain.privacy.blockers import blockers_of
from domain.privacy.contributors import ERASING, EXPORTING
from domain.privacy.errors import ErasureBlocked
from domain.privacy.events import CustomerDataExported, CustomerErased
from domain.privacy.models import ErasureReason, PrivacyRequest, RequestKind

FORMAT = "isp-graph/personal-data/1"
#: All of a person's rows take longer than what a client may usually ask of the database.
_PATIENCE = text("set local statement_timeout = '60s'")


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is held of a customer; ``sha256`` is of the document's canonical JSON."""

    request_id: int
    document: dict[str, Any]
    sha256: str


class PrivacyService:
    """What a person may ask of whoever keeps their data."""

    async def export_data(self, database: Database, actor: Actor, customer_id: int) -> Export:
        """
        Tell everything that is held of the customer, as one snapshot of all tables.

        Customers may ask for themselves. Announces ``customer.data_exported``.

        Raises:
            AccessDenied: others need ``privacy:admin``.
            CustomerNotFound: also for a customer who asks for another.
        """
        _require_export(actor, customer_id)
        document = await collected(database, customer_id)
        digest = hashlib.sha256(canonical(document)).hexdigest()
        # The register is nobody's to write by themselves: the platform does it in their name.
        async with database.unit_of_work(SYSTEM) as session:
            session.on_behalf_of(actor)
            await _note_read(session, customer_id)
            customer = await _locked(session, customer_id)
            request = await _registered(session, customer_id, RequestKind.EXPORT, sha256=digest)
            await session.announce(
                CustomerDataExported(customer_id=customer_id, reseller_id=customer.reseller_id)
            )
            return Export(request.id, document, digest)

    async def document_again(
        self, database: Database, actor: Actor, customer_id: int
    ) -> dict[str, Any]:
        """
        Everything once more, for a request that is repeated: no new request, but a new read.

        Raises:
            AccessDenied, CustomerNotFound: as ``export_data`` does.
        """
        _require_export(actor, customer_id)
        document = await collected(database, customer_id)
        async with database.unit_of_work(SYSTEM) as session:
            session.on_behalf_of(actor)
            await _note_read(session, customer_id)
        return document

    async def erase(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        reason: ErasureReason,
        keep_sessions: timedelta = timedelta(0),
    ) -> PrivacyRequest:
        """
        Forget the customer: what law keeps stays under a number, everything else goes.

        Announces ``customer.erased``. A customer that is erased already stays so: the answer is
        the request of that time. ``keep_sessions`` is how long law keeps traffic data.

        Raises:
            AccessDenied, CustomerNotFound.
            ErasureBlocked: something is to be settled first.
        """
        require(session.actor, Permission.PRIVACY_ADMIN, "erase customers")
        about_customer(customer_id)
        customer = await _locked(session, customer_id)
        done = await session.scalar(
            select(PrivacyRequest).where(
                PrivacyRequest.customer_id == customer_id,
                PrivacyRequest.kind == RequestKind.ERASE,
            )
        )
        if done is not None:
            return done
        if blockers := await blockers_of(session, customer, keep_sessions):
            raise ErasureBlocked(blockers)
        await _forget(session, customer_id)
        request = await _registered(session, customer_id, RequestKind.ERASE, reason=reason)
        await session.announce(
            CustomerErased(customer_id=customer_id, reseller_id=customer.reseller_id)
        )
        return request


async def collected(database: Database, customer_id: int) -> dict[str, Any]:
    """
    Everything that is held of the customer, deleted or not, as of one instant.

    Raises:
        CustomerNotFound.
    """
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        await connection.execute(_PATIENCE)
        known = select(Customer.id).where(Customer.id == customer_id)
        if await connection.scalar(known) is None:
            raise CustomerNotFound(customer_id)
        document: dict[str, Any] = {"format": FORMAT, "customer_id": customer_id}
        for exported in EXPORTING:
            document |= await exported(connection, customer_id)
        return document


def canonical(document: dict[str, Any]) -> bytes:
    """The document as JSON with sorted keys and no blanks: what its digest is of."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _require_export(actor: Actor, customer_id: int) -> None:
    about_customer(customer_id)
    if actor.role is not Role.CUSTOMER:
        require(actor, Permission.PRIVACY_ADMIN, "export customers' data")
    elif actor.customer_id != customer_id:
        raise CustomerNotFound(customer_id)


async def _note_read(session: UnitOfWork, customer_id: int) -> None:
    """Tell the audit log who saw everything; customers who read their own are not logged."""
    if session.initiator.role is not Role.CUSTOMER:
        entry = new_entry(
            session.initiator,
            AuditKind.READ,
            AuditAction.READ,
            entity_type="PersonalData",
            customer_ids=[customer_id],
        )
        await session.execute(insert(AuditEntry).values(entry))


async def _locked(session: UnitOfWork, customer_id: int) -> Customer:
    """The customer, deleted or not: whoever has left may ask too."""
    customer = await session.locked(Customer, Customer.id == customer_id)
    if customer is None:
        raise CustomerNotFound(customer_id)
    return customer


async def _registered(
    session: UnitOfWork, customer_id: int, kind: RequestKind, **facts: Any
) -> PrivacyRequest:
    request = PrivacyRequest(
        customer_id=customer_id,
        kind=kind,
        requested_by=session.initiator.subject,
        done_at=session.now,
        **facts,
    )
    session.add(request)
    await session.flush()
    return request


async def _forget(session: UnitOfWork, customer_id: int) -> None:
    # Below the ORM: the audit log is not to learn what is forgotten here.
    connection = await session.connection()
    await connection.execute(_PATIENCE)
    await connection.execute(
        text("select set_config('isp_graph.erasing', :customer_id, true)"),
        {"customer_id": str(customer_id)},
    )
    for forget in ERASING:
        await forget(connection, customer_id)
