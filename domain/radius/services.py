"""What may be done through RADIUS (guide: Integration with RADIUS & AAA Module)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.customer.errors import CustomerNotFound
from domain.customer.models import Customer
from domain.customer.policy import within_scope
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import Vault
from domain.radius.authentication import Authentication, authenticated
from domain.radius.authorization import AccessDecision
from domain.radius.commands import AccountingRecord, RegisterNas
from domain.radius.decisions import authorizations
from domain.radius.errors import NasTaken, SessionEnded, SessionNotFound
from domain.radius.events import DisconnectRequested
from domain.radius.models import Nas, RadiusSession, SessionState
from domain.radius.recording import Recorded, recorded


@dataclass(frozen=True)
class RadiusService:
    """
    Authentication, authorization and accounting. The session brings the actor.

    The ``vault`` opens service credentials; without one, who has some is not authenticated.
    """

    vault: Vault | None = None

    async def authenticate_customer(
        self, session: UnitOfWork, username: str, password: str
    ) -> Authentication:
        """
        Whether the customer may come online with these; true or false, with the reason.

        A service credential of the name is asked first; else it is the customer's own login.
        Every attempt of a known customer is logged; a refused one announces
        ``radius.auth.rejected``, once after a minute without. Takes as long for an unknown
        username as for a wrong password, and answers both the same.

        Raises:
            SecretUnavailable: the credential's secret is sealed under a key that is not configured.
            Busy: too many passwords are being checked; ask again.
        """
        require(session.actor, Permission.RADIUS_AUTHENTICATE, "authenticate customers")
        return await authenticated(session, self.vault, username, password)

    async def authorize_customer(self, session: UnitOfWork, customer_id: int) -> AccessDecision:
        """What a NAS would be told of the customer now. Raises ``CustomerNotFound``."""
        connection = await session.connection()
        decisions = await authorizations(connection, session.actor, [customer_id])
        if customer_id not in decisions:
            raise CustomerNotFound(customer_id)
        return decisions[customer_id]

    async def record_accounting(self, session: UnitOfWork, record: AccountingRecord) -> Recorded:
        """
        Keep what a NAS reports; any order and any repetition of records ends in the same rows.

        Totals only rise, and what they rise by is recorded as usage. A Stop without a Start makes
        the session, a Start after the Stop changes nothing; ON and OFF close all sessions of the
        NAS. Announces ``radius.session.started`` and ``radius.session.stopped``. A record of an
        unknown username is kept for a person. Answer the NAS after the commit (RFC 2866 §2).

        Raises:
            Invalid: a value that no NAS may send; no retry would mend it.
        """
        require(session.actor, Permission.RADIUS_ACCOUNT, "record accounting")
        return await recorded(session, record)

    async def disconnect_session(
        self, session: UnitOfWork, session_id: int, reason: str
    ) -> RadiusSession:
        """
        Ask for a session's end: DISCONNECT_REQUESTED, online until its NAS reports a Stop.

        This sends nothing to the NAS yet: the Disconnect-Request (RFC 5176) is to follow the
        ``radius.session.disconnect_requested`` announced here. Asking again is a no-op.

        Raises:
            SessionNotFound, Invalid.
            SessionEnded: the session is not online any more.
        """
        require(session.actor, Permission.RADIUS_CONTROL, "disconnect sessions")
        reason = values.text(reason, "reason")
        customer, row = await _locked(session, session_id)
        if row.stopped_at is not None:
            raise SessionEnded(session_id)
        if row.state is SessionState.DISCONNECT_REQUESTED:
            return row
        row.state = SessionState.DISCONNECT_REQUESTED
        row.disconnect_requested_at = row.updated_at = session.now
        row.disconnect_reason = reason
        await session.announce(_disconnect_requested(row, customer.reseller_id, reason))
        return row

    async def register_nas(self, session: UnitOfWork, command: RegisterNas) -> Nas:
        """Put a network access server on the list. Raises ``NasTaken``, ``Invalid``."""
        require(session.actor, Permission.RADIUS_CONTROL, "register network access servers")
        nas = Nas(
            name=values.text(command.name, "name", longest=64),
            address=command.address,
            vendor=command.vendor,
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(nas)
        try:
            await session.flush()
        except IntegrityError as error:
            constraint = violated_constraint(error)
            if constraint == "nas_name_key":
                raise NasTaken("name", nas.name) from error
            if constraint == "nas_address_key":
                raise NasTaken("address", command.address) from error
            raise
        return nas


async def _locked(session: UnitOfWork, session_id: int) -> tuple[Customer, RadiusSession]:
    """The session in scope and its customer, both locked, the customer first as everywhere."""
    seen = RadiusSession.id == session_id
    found = await session.scalar(
        select(RadiusSession.customer_id).where(
            seen, within_scope(session.actor, RadiusSession.customer_id)
        )
    )
    customer = await session.locked(Customer, Customer.id == found)
    row = await session.locked(RadiusSession, seen)
    if customer is None or row is None:
        raise SessionNotFound(session_id)
    return customer, row


def _disconnect_requested(
    row: RadiusSession, reseller_id: int | None, reason: str
) -> DisconnectRequested:
    return DisconnectRequested(
        customer_id=row.customer_id,
        reseller_id=reseller_id,
        session_id=row.id,
        nas_ip_address=str(row.nas_ip_address),
        reason=reason,
    )
