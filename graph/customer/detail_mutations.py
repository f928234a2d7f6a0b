"""Mutations of addresses, channels, documents and e-mail verification."""

import strawberry

from domain.customer.addresses import AddressService
from domain.customer.communication_service import CommunicationService
from domain.customer.documents import DocumentService
from domain.customer.email_verification import EmailVerificationService
from domain.kernel.errors import Conflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring.notifiers import DeliveryFailed, current_notifier
from graph.context import Info
from graph.customer.detail_inputs import (
    AddAddressInput,
    ConfirmEmailInput,
    RegisterDocumentInput,
    RejectDocumentInput,
    RemoveAddressInput,
    RequestEmailVerificationInput,
    SetCommunicationPreferenceInput,
    UpdateAddressInput,
    VerifyDocumentInput,
)
from graph.customer.types import Address, Document
from graph.payloads import Payload, perform, within
from graph.refs import CustomerRef
from resolvers.customer import customers, details


@strawberry.type(description="What became of a change to an address")
class AddressPayload(Payload):
    address: Address | None = strawberry.field(default=None, description="The address now")


@strawberry.type(description="What became of a change to a document")
class DocumentPayload(Payload):
    document: Document | None = strawberry.field(default=None, description="The document now")


@strawberry.type(description="What became of `setCommunicationPreference`")
class SetCommunicationPreferencePayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `requestEmailVerification`")
class RequestEmailVerificationPayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer")


@strawberry.type(description="What became of `confirmEmail`")
class ConfirmEmailPayload(Payload):
    confirmed: bool | None = strawberry.field(
        default=None, description="True once the address is verified"
    )


async def _send_token(address: str, token: str) -> None:
    # Within the transaction: a token that could not be sent is not kept either.
    text = f"Your confirmation code:\n\n{token}\n"
    try:
        await current_notifier().send_email(address, "Confirm your e-mail address", text)
    except DeliveryFailed as failure:
        raise Conflict("The message could not be sent; try again later") from failure


async def _true(_info: Info, _key: int) -> bool:
    return True


@strawberry.type
class CustomerDetailMutations:
    @strawberry.mutation(description="Add an address to a customer")
    async def add_address(self, info: Info, input: AddAddressInput) -> AddressPayload | None:
        async def work(session: UnitOfWork) -> int:
            new = input.address.to_domain()
            with within("address"):
                return (await AddressService().add_address(session, input.customer_id, new)).id

        return await perform(info, input, AddressPayload, work, address=details.address_by_id)

    @strawberry.mutation(description="Change parts of an address")
    async def update_address(self, info: Info, input: UpdateAddressInput) -> AddressPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await AddressService().update_address(
                session, input.key, input.changes(), expected_version=input.expected_version
            )
            return changed.id

        return await perform(info, input, AddressPayload, work, address=details.address_by_id)

    @strawberry.mutation(description="Take an address out of use")
    async def remove_address(self, info: Info, input: RemoveAddressInput) -> AddressPayload | None:
        async def work(session: UnitOfWork) -> int:
            removed = await AddressService().remove_address(
                session, input.key, expected_version=input.expected_version
            )
            return removed.id

        return await perform(info, input, AddressPayload, work, address=details.address_by_id)

    @strawberry.mutation(description="Turn switches of one of a customer's channels on or off")
    async def set_communication_preference(
        self, info: Info, input: SetCommunicationPreferenceInput
    ) -> SetCommunicationPreferencePayload | None:
        async def work(session: UnitOfWork) -> int:
            await CommunicationService().set_preference(
                session, input.customer_id, input.communication_type, input.switches()
            )
            return input.customer_id

        return await perform(
            info, input, SetCommunicationPreferencePayload, work, customer=customers.by_id
        )

    @strawberry.mutation(description="Hand in a document for verification")
    async def register_document(
        self, info: Info, input: RegisterDocumentInput
    ) -> DocumentPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await DocumentService().register_document(session, input.to_domain())).id

        return await perform(info, input, DocumentPayload, work, document=details.document_by_id)

    @strawberry.mutation(description="Accept a document")
    async def verify_document(
        self, info: Info, input: VerifyDocumentInput
    ) -> DocumentPayload | None:
        async def work(session: UnitOfWork) -> int:
            verified = await DocumentService().verify_document(
                session, input.key, expected_version=input.expected_version
            )
            return verified.id

        return await perform(info, input, DocumentPayload, work, document=details.document_by_id)

    @strawberry.mutation(description="Refuse a document, or revoke one accepted")
    async def reject_document(
        self, info: Info, input: RejectDocumentInput
    ) -> DocumentPayload | None:
        async def work(session: UnitOfWork) -> int:
            rejected = await DocumentService().reject_document(
                session, input.key, input.reason, expected_version=input.expected_version
            )
            return rejected.id

        return await perform(info, input, DocumentPayload, work, document=details.document_by_id)

    @strawberry.mutation(description="Send a customer a message that proves the address is theirs")
    async def request_email_verification(
        self, info: Info, input: RequestEmailVerificationInput
    ) -> RequestEmailVerificationPayload | None:
        async def work(session: UnitOfWork) -> int:
            token, address = await EmailVerificationService().request(session, input.customer_id)
            await _send_token(address, token)
            return input.customer_id

        return await perform(
            info, input, RequestEmailVerificationPayload, work, customer=customers.by_id
        )

    @strawberry.mutation(description="Prove an e-mail address by the token sent there")
    async def confirm_email(
        self, info: Info, input: ConfirmEmailInput
    ) -> ConfirmEmailPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await EmailVerificationService().confirm(session, input.token)).id

        return await perform(info, input, ConfirmEmailPayload, work, confirmed=_true)
