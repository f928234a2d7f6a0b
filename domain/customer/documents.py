"""Documents: registered by the customer or staff, verified or rejected by other staff."""

import re

from sqlalchemy import select

from domain.customer.commands import RegisterDocument
from domain.customer.errors import DocumentNotFound
from domain.customer.events import CustomerUpdated, DocumentVerified
from domain.customer.models import Customer, Document, VerificationStatus
from domain.customer.policy import visible_customers
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid, InvalidTransition, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LAST4 = re.compile(r"[A-Za-z0-9]{1,4}")
_DECISIONS = frozenset({VerificationStatus.VERIFIED, VerificationStatus.FAILED})


class DocumentService:
    """
    The verification workflow: PENDING → VERIFIED | FAILED; VERIFIED → FAILED when revoked.

    Whoever registered a document cannot verify it.
    """

    async def register_document(self, session: UnitOfWork, command: RegisterDocument) -> Document:
        """Hand in a document for verification. Raises ``CustomerNotFound``, ``Invalid``."""
        require(session.actor, Permission.CUSTOMER_WRITE, "register documents")
        customer = await CustomerService().get_customer(session, command.customer_id)
        _check(command, today=session.now.date())
        document = Document(
            customer_id=customer.id,
            type=command.type,
            status=VerificationStatus.PENDING,
            file_name=command.file_name and values.text(command.file_name, "fileName"),
            sha256=command.sha256,
            number_last4=command.number_last4,
            issued_on=command.issued_on,
            expires_on=command.expires_on,
            uploaded_by=session.actor.subject,
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(document)
        await session.flush()
        return document

    async def verify_document(
        self, session: UnitOfWork, document_id: int, *, expected_version: int | None = None
    ) -> Document:
        """
        Accept a PENDING document and announce ``customer.document.verified``.

        Raises:
            DocumentNotFound, InvalidTransition, VersionConflict.
            Conflict: the actor registered it, or it has expired.
        """
        document, customer = await self._locked(session, document_id, expected_version)
        _check_arrow(document, VerificationStatus.VERIFIED)
        if document.uploaded_by == session.actor.subject:
            raise Conflict("Whoever registered a document cannot verify it", path=["documentId"])
        if document.expires_on is not None and document.expires_on <= session.now.date():
            raise Conflict("The document has expired", path=["documentId"])
        self._decide(session, document, VerificationStatus.VERIFIED)
        await session.announce(
            DocumentVerified(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                document_id=document.id,
                document_type=document.type,
            )
        )
        return document

    async def reject_document(
        self,
        session: UnitOfWork,
        document_id: int,
        reason: str,
        *,
        expected_version: int | None = None,
    ) -> Document:
        """
        Refuse a PENDING document, or revoke a VERIFIED one, for a reason that is kept.

        Raises:
            DocumentNotFound, InvalidTransition, Invalid, VersionConflict.
        """
        document, customer = await self._locked(session, document_id, expected_version)
        _check_arrow(document, VerificationStatus.FAILED)
        document.rejection_reason = values.text(reason, "reason", longest=500)
        self._decide(session, document, VerificationStatus.FAILED)
        await session.announce(
            CustomerUpdated(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                changed_fields=["documents"],
                status=customer.status,
            )
        )
        return document

    async def _locked(
        self, session: UnitOfWork, document_id: int, expected_version: int | None
    ) -> tuple[Document, Customer]:
        require(session.actor, Permission.DOCUMENT_VERIFY, "verify documents")
        customer = await session.scalar(
            select(Customer)
            .join(Document, Document.customer_id == Customer.id)
            .where(Document.id == document_id, visible_customers(session.actor))
        )
        document = await session.locked(Document, Document.id == document_id)
        if customer is None or document is None:
            raise DocumentNotFound(document_id)
        if expected_version not in (None, document.version):
            raise VersionConflict("document", current_version=document.version)
        return document, customer

    @staticmethod
    def _decide(session: UnitOfWork, document: Document, status: VerificationStatus) -> None:
        document.status = status
        document.verified_by = session.actor.subject
        document.verified_at = document.updated_at = session.now


def _check_arrow(document: Document, requested: VerificationStatus) -> None:
    allowed = {
        VerificationStatus.PENDING: _DECISIONS,
        VerificationStatus.VERIFIED: frozenset({VerificationStatus.FAILED}),
    }.get(document.status, frozenset())
    if requested not in allowed:
        raise InvalidTransition(
            "status", current=document.status, requested=requested, allowed=sorted(allowed)
        )


def _check(command: RegisterDocument, *, today: object) -> None:
    if command.sha256 is not None and not _SHA256.fullmatch(command.sha256):
        raise Invalid("sha256", "must be 64 lower-case hex digits")
    if command.number_last4 is not None and not _LAST4.fullmatch(command.number_last4):
        raise Invalid("numberLast4", "must be 1 to 4 letters or digits")
    if command.issued_on is not None and str(command.issued_on) > str(today):
        raise Invalid("issuedOn", "must not be in the future")
