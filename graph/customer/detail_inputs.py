"""Input types of what hangs off a customer: addresses, channels, documents, e-mail proof."""

import datetime
from typing import Any

import strawberry

import graph.customer.enums  # noqa: F401 (registers the enums with their descriptions first)
from domain.customer import commands, models
from domain.customer.communication_service import Purpose
from graph.ids import key_of
from graph.payloads import ChangeInput, MutationInput, given
from graph.scalars import CountryCode

UNSET = strawberry.UNSET


@strawberry.input(description="An address to add")
class AddressInput:
    type: models.AddressType = strawberry.field(description="What it is for")
    line1: str = strawberry.field(description="Street and number")
    line2: str | None = strawberry.field(default=None, description="Floor, flat, care of")
    locality: str = strawberry.field(description="City or town")
    region: str | None = strawberry.field(default=None, description="State, province or district")
    postal_code: str = strawberry.field(description="Postal code")
    country: CountryCode = strawberry.field(description="ISO 3166-1 alpha-2 code")
    is_default: bool = strawberry.field(
        default=False, description="Use it in place of the present one of its type"
    )

    def to_domain(self) -> commands.NewAddress:
        return commands.NewAddress(**{name: getattr(self, name) for name in _ADDRESS_PARTS})


_ADDRESS_PARTS = (
    "type",
    "line1",
    "line2",
    "locality",
    "region",
    "postal_code",
    "country",
    "is_default",
)


@strawberry.input(description="An address to add to a customer")
class AddAddressInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    address: AddressInput = strawberry.field(description="The address")


@strawberry.input(description="Changes of an address: parts left out stay, null clears")
class UpdateAddressInput(ChangeInput):
    address_id: strawberry.ID = strawberry.field(description="Global id of the address")
    line1: str | None = strawberry.field(default=UNSET, description="Street and number")
    line2: str | None = strawberry.field(default=UNSET, description="Floor, flat, care of")
    locality: str | None = strawberry.field(default=UNSET, description="City or town")
    region: str | None = strawberry.field(default=UNSET, description="State or province")
    postal_code: str | None = strawberry.field(default=UNSET, description="Postal code")
    country: CountryCode | None = strawberry.field(default=UNSET, description="ISO 3166-1 code")
    is_default: bool | None = strawberry.field(
        default=UNSET, description="True makes it the one used of its type"
    )

    @property
    def key(self) -> int:
        return key_of(self.address_id, "Address")

    def changes(self) -> dict[str, Any]:
        """The parts that the client gave."""
        parts = (name for name in _ADDRESS_PARTS if name != "type")
        return given(**{name: getattr(self, name) for name in parts})


@strawberry.input(description="An address to take out of use")
class RemoveAddressInput(ChangeInput):
    address_id: strawberry.ID = strawberry.field(description="Global id of the address")

    @property
    def key(self) -> int:
        return key_of(self.address_id, "Address")


@strawberry.input(description="Switches of one channel: those left out stay")
class SetCommunicationPreferenceInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    communication_type: models.CommunicationType = strawberry.field(description="Channel")
    enabled: bool | None = strawberry.field(default=None, description="Use it at all")
    billing_notifications: bool | None = strawberry.field(default=None, description="Invoices")
    service_notifications: bool | None = strawberry.field(default=None, description="Service")
    technical_notifications: bool | None = strawberry.field(default=None, description="Faults")
    marketing_messages: bool | None = strawberry.field(default=None, description="Offers")
    emergency_alerts: bool | None = strawberry.field(default=None, description="Alerts")

    def switches(self) -> dict[str, bool]:
        """The switches that the client gave."""
        named = {name: getattr(self, name) for name in ("enabled", *Purpose)}
        return {name: value for name, value in named.items() if value is not None}


@strawberry.input(description="A document handed in")
class RegisterDocumentInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    type: models.DocumentType = strawberry.field(description="What kind of proof it is")
    file_name: str | None = strawberry.field(default=None, description="Name of the file")
    sha256: str | None = strawberry.field(default=None, description="SHA-256 of the file, in hex")
    number_last4: str | None = strawberry.field(
        default=None, description="Last 1 to 4 characters of its number"
    )
    issued_on: datetime.date | None = strawberry.field(default=None, description="Date of issue")
    expires_on: datetime.date | None = strawberry.field(
        default=None, description="First date it is not valid"
    )

    def to_domain(self) -> commands.RegisterDocument:
        return commands.RegisterDocument(
            customer_id=self.customer_id,
            type=self.type,
            file_name=self.file_name,
            sha256=self.sha256,
            number_last4=self.number_last4,
            issued_on=self.issued_on,
            expires_on=self.expires_on,
        )


@strawberry.input(description="A document to accept")
class VerifyDocumentInput(ChangeInput):
    document_id: strawberry.ID = strawberry.field(description="Global id of the document")

    @property
    def key(self) -> int:
        return key_of(self.document_id, "Document")


@strawberry.input(description="A document to refuse or revoke")
class RejectDocumentInput(VerifyDocumentInput):
    reason: str = strawberry.field(description="Why; the customer can read it")


@strawberry.input(description="A customer whose e-mail address is to be proved")
class RequestEmailVerificationInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")


@strawberry.input(description="The proof that came by e-mail")
class ConfirmEmailInput(MutationInput):
    token: str = strawberry.field(description="The token in the message")
