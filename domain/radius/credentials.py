"""What may be done to the names and secrets that customers' lines come online with."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.exc import IntegrityError

from domain.customer.errors import CustomerNotFound
from domain.customer.models import Customer
from domain.customer.policy import within_scope
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.kernel.vault import Vault
from domain.radius import credential_secrets
from domain.radius.commands import CreateCredential
from domain.radius.errors import CredentialNameTaken, CredentialNotFound, TooManyCredentials
from domain.radius.events import CredentialCreated, CredentialEnded, CredentialRotated
from domain.radius.models import ServiceCredential
from domain.radius.policy import served_customers

MOST_CREDENTIALS = 20


@dataclass(frozen=True, slots=True)
class OpenedCredential:
    """A credential as an AAA server needs it; its picture leaves the password out."""

    customer_id: int
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class CredentialService:
    """
    The credential's use cases. The session brings the actor, the instant and the rows.

    A credential that is absent, has ended or is out of the actor's scope raises
    ``CredentialNotFound``.
    """

    vault: Vault

    async def create_credential(
        self, session: UnitOfWork, command: CreateCredential
    ) -> tuple[ServiceCredential, str]:
        """
        A name for the customer's line and its password, which is not shown again.

        Announces ``radius.credential.created``.

        Raises:
            CustomerNotFound, Invalid.
            CredentialNameTaken: another credential, or another customer's login, has the name.
            TooManyCredentials: the customer has twenty.
        """
        require(session.actor, Permission.CREDENTIAL_WRITE, "create service credentials")
        customer = await session.locked(
            Customer, Customer.id == command.customer_id, served_customers(session.actor)
        )
        if customer is None:
            raise CustomerNotFound(command.customer_id)
        await _check_count(session, customer.id)
        username = await _free_name(session, customer.id, command.username)
        password = _chosen(command.password)
        credential = ServiceCredential(
            customer_id=customer.id,
            username=username,
            sealed=credential_secrets.sealed(self.vault, customer.id, username, password),
            rotated_at=session.now,
            created_at=session.now,
            updated_at=session.now,
        )
        await _flush(session, credential)
        await session.announce(
            CredentialCreated(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                credential_id=credential.id,
            )
        )
        return credential, password

    async def rotate_credential(
        self,
        session: UnitOfWork,
        credential_id: int,
        *,
        password: str | None = None,
        expected_version: int | None = None,
    ) -> tuple[ServiceCredential, str]:
        """
        Another password, which is not shown again; the one before lets nobody in from now on.

        Raises:
            CredentialNotFound, Invalid, VersionConflict.
        """
        require(session.actor, Permission.CREDENTIAL_WRITE, "rotate service credentials")
        chosen = _chosen(password)
        customer, row = await _locked(session, credential_id, expected_version)
        row.sealed = credential_secrets.sealed(self.vault, customer.id, row.username, chosen)
        row.rotated_at = row.updated_at = session.now
        await session.announce(
            CredentialRotated(
                customer_id=customer.id, reseller_id=customer.reseller_id, credential_id=row.id
            )
        )
        return row, chosen

    async def end_credential(
        self, session: UnitOfWork, credential_id: int, *, expected_version: int | None = None
    ) -> ServiceCredential:
        """
        Let nobody in by it any more; its secret is destroyed and its name free.

        Raises:
            CredentialNotFound, VersionConflict.
        """
        require(session.actor, Permission.CREDENTIAL_WRITE, "end service credentials")
        customer, row = await _locked(session, credential_id, expected_version)
        await end(session, customer, row)
        return row

    async def cleartext(self, session: UnitOfWork, username: str) -> OpenedCredential | None:
        """
        The name's credential with its password, for CHAP and MS-CHAPv2; None if there is none.

        Raises:
            AccessDenied: only who may authenticate customers opens secrets.
            SecretUnavailable: it was sealed under a key that is not configured.
        """
        require(session.actor, Permission.RADIUS_AUTHENTICATE, "read service passwords")
        try:
            name = values.username(username)
        except Invalid:
            return None
        row = await session.scalar(
            select(ServiceCredential)
            .join(Customer, Customer.id == ServiceCredential.customer_id)
            .where(is_active(name), served_customers(session.actor))
        )
        if row is None:
            return None
        password = credential_secrets.opened(self.vault, row)
        return OpenedCredential(row.customer_id, row.username, password)


async def end(session: UnitOfWork, customer: Customer, row: ServiceCredential) -> None:
    """End a locked credential of the customer and announce ``radius.credential.ended``."""
    row.sealed = None
    row.ended_at = row.updated_at = session.now
    await session.announce(
        CredentialEnded(
            customer_id=customer.id, reseller_id=customer.reseller_id, credential_id=row.id
        )
    )


def is_active(name: str) -> ColumnElement[bool]:
    """The predicate over ``ServiceCredential`` of the name's one that has not ended."""
    return (ServiceCredential.username == name) & ServiceCredential.ended_at.is_(None)


def holder_of(name: str) -> ScalarSelect[int]:
    """Whose the name is on the network: by credential, or else by the customer's own login."""
    by_credential = select(ServiceCredential.customer_id).where(is_active(name))
    by_login = select(Customer.id).where(Customer.username == name, Customer.deleted_at.is_(None))
    whose = func.coalesce(by_credential.scalar_subquery(), by_login.scalar_subquery())
    return select(whose).scalar_subquery()


async def _locked(
    session: UnitOfWork, credential_id: int, expected_version: int | None
) -> tuple[Customer, ServiceCredential]:
    """The credential in scope and its customer, both locked, the customer first as everywhere."""
    wanted = ServiceCredential.id == credential_id
    owner = select(ServiceCredential.customer_id).where(
        wanted, within_scope(session.actor, ServiceCredential.customer_id)
    )
    customer = await session.locked(
        Customer, Customer.id == owner.scalar_subquery(), served_customers(session.actor)
    )
    if customer is None:
        raise CredentialNotFound(credential_id)
    row = await session.locked(ServiceCredential, wanted, ServiceCredential.ended_at.is_(None))
    if row is None:
        raise CredentialNotFound(credential_id)
    if expected_version not in (None, row.version):
        raise VersionConflict("service credential", current_version=row.version)
    return customer, row


async def _check_count(session: UnitOfWork, customer_id: int) -> None:
    count = await session.scalar(
        select(func.count()).where(
            ServiceCredential.customer_id == customer_id, ServiceCredential.ended_at.is_(None)
        )
    )
    if count is not None and count >= MOST_CREDENTIALS:
        raise TooManyCredentials(MOST_CREDENTIALS)


async def _free_name(session: UnitOfWork, customer_id: int, wanted: str | None) -> str:
    """The name asked for, or a new one. Raises ``CredentialNameTaken``, ``Invalid``."""
    if wanted is None:
        return credential_secrets.new_username(customer_id)
    name = values.username(wanted)
    of_another = exists().where(
        Customer.username == name, Customer.deleted_at.is_(None), Customer.id != customer_id
    )
    if await session.scalar(select(of_another)):
        raise CredentialNameTaken(name)
    return name


async def _flush(session: UnitOfWork, credential: ServiceCredential) -> None:
    username = credential.username  # out of reach once the transaction has failed
    session.add(credential)
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "credentials_username_key":
            raise CredentialNameTaken(username) from error
        raise


def _chosen(password: str | None) -> str:
    if password is None:
        return credential_secrets.new_password()
    return credential_secrets.checked_password(password)
