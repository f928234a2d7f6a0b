"""Builders of service credentials, and the vault that the tests seal with."""

from sqlalchemy import select

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.vault import Vault
from domain.radius.commands import CreateCredential
from domain.radius.credentials import CredentialService
from domain.radius.models import ServiceCredential

KEY = "an encryption key for tests, long enough to seal with"
VAULT = Vault([KEY])


async def created_credential(
    database: Database,
    customer_id: int,
    *,
    username: str | None = None,
    password: str | None = None,
    vault: Vault = VAULT,
) -> tuple[int, str, str]:
    """Id, name and password of a credential of the customer."""
    command = CreateCredential(customer_id=customer_id, username=username, password=password)
    async with database.unit_of_work(SYSTEM) as session:
        row, secret = await CredentialService(vault).create_credential(session, command)
        return row.id, row.username, secret


async def the_credential(database: Database, credential_id: int) -> ServiceCredential:
    """The credential's row as it is stored."""
    async with database.session(SYSTEM) as session:
        wanted = select(ServiceCredential).where(ServiceCredential.id == credential_id)
        return (await session.scalars(wanted)).one()
