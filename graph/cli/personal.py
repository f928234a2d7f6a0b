"""What the commands of data protection and the audit log do, as the person at the keyboard."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.kernel.audit_queries import prune_audit as prune
from domain.kernel.database import Database
from domain.privacy.models import ErasureReason
from domain.privacy.services import PrivacyService, canonical
from graph.cli.environment import done, load_settings, operator


@dataclass(frozen=True, slots=True)
class Document:
    """A customer's data as JSON, and the digest of it."""

    text: bytes
    sha256: str


def export(customer_id: int) -> Document:
    """Everything that is held of the customer; not found ends the command."""

    async def work(database: Database) -> Document:
        made = await PrivacyService().export_data(database, operator(), customer_id)
        return Document(canonical(made.document), made.sha256)

    return done(work)


def erase(customer_id: int, reason: ErasureReason) -> datetime:
    """Forget the customer; when that was done. What is in the way ends the command."""
    keep_sessions = load_settings().keep_sessions

    async def work(database: Database) -> datetime:
        async with database.unit_of_work(operator()) as session:
            request = await PrivacyService().erase(
                session, customer_id, reason=reason, keep_sessions=keep_sessions
            )
            return request.done_at

    return done(work)


def prune_audit(days: int) -> int:
    """Remove the audit log's entries that are older; how many."""
    older_than = datetime.now(UTC) - timedelta(days=days)
    return done(lambda database: prune(database, older_than))
