"""Proofs that customers handed in, in every state of their verification."""

from datetime import timedelta
from random import Random
from typing import Any

from domain.customer.events import CustomerUpdated, DocumentVerified
from domain.customer.models import (
    CustomerStatus,
    CustomerType,
    Document,
    DocumentType,
    VerificationStatus,
)
from domain.demo.clock import Clock, dice
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.people import Person
from domain.demo.staff import Staff
from domain.kernel.events import Event

_Status = VerificationStatus
#: The first document of each customer, again and again.
_STATES = (
    *[_Status.VERIFIED] * 5,
    _Status.PENDING,
    *[_Status.VERIFIED] * 4,
    _Status.FAILED,
    _Status.EXPIRED,
    None,
)
_OF_PEOPLE = (DocumentType.ID_CARD, DocumentType.PASSPORT, DocumentType.DRIVING_LICENSE)
_OF_ORGANISATIONS = (DocumentType.BUSINESS_REGISTRATION, DocumentType.TAX_ID)
_REASONS = ("The photograph cannot be read", "The name is not the customer's", "A page is missing")
_EVERY_SECOND_DOCUMENT = 4


class DocumentRows:
    """Adds documents and tells what staff decided on them."""

    def __init__(self, loader: Loader, log: EventLog, staff: Staff, clock: Clock) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock

    def add(self, person: Person) -> None:
        """A proof of who the customer is, for most; a utility bill too, for some."""
        chance = dice("documents", person.number)
        status = _STATES[person.number % len(_STATES)]
        if status is not None:
            is_person = person.type is CustomerType.INDIVIDUAL
            kind = chance.choice(_OF_PEOPLE if is_person else _OF_ORGANISATIONS)
            self._add(person, kind, status, chance)
        if person.number % _EVERY_SECOND_DOCUMENT == 0:
            self._add(person, DocumentType.UTILITY_BILL, _Status.PENDING, chance)

    def _add(
        self, person: Person, kind: DocumentType, status: VerificationStatus, chance: Random
    ) -> None:
        handed_in = person.created_at + timedelta(minutes=chance.randint(5, 120))
        decided = None
        if status is not _Status.PENDING:
            decided = handed_in + timedelta(minutes=chance.randint(20, 400))
        document_id = self._loader.new_id(Document)
        self._loader.add(
            Document,
            id=document_id,
            customer_id=person.id,
            type=kind,
            status=status,
            file_name=f"{kind.lower()}.pdf",
            sha256=f"{chance.getrandbits(256):064x}",
            number_last4=f"{chance.randint(0, 9999):04d}",
            **self._validity(status, chance),
            uploaded_by=f"customer:{person.id}",
            verified_by=decided and self._staff.support,
            verified_at=decided,
            rejection_reason=chance.choice(_REASONS) if status is _Status.FAILED else None,
            created_at=handed_in,
            updated_at=decided or handed_in,
            version=1 if decided is None else 2,
        )
        if decided is not None:
            self._log.tell(
                decided, self._staff.support, _decided(person, document_id, kind, status)
            )

    def _validity(self, status: VerificationStatus, chance: Random) -> dict[str, Any]:
        expires_on = self._clock.today + timedelta(days=chance.randint(200, 3000))
        if status is _Status.EXPIRED:
            expires_on = self._clock.today - timedelta(days=chance.randint(1, 60))
        return {"issued_on": expires_on - timedelta(days=3650), "expires_on": expires_on}


def _decided(
    person: Person, document_id: int, kind: DocumentType, status: VerificationStatus
) -> Event:
    if status is _Status.FAILED:
        return CustomerUpdated(
            customer_id=person.id,
            reseller_id=person.reseller_id,
            changed_fields=["documents"],
            status=CustomerStatus.PENDING,
        )
    return DocumentVerified(
        customer_id=person.id,
        reseller_id=person.reseller_id,
        document_id=document_id,
        document_type=kind,
    )
