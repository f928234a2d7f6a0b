"""The customer module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.customer import models, queries

CustomerEventType = enum.Enum(
    "CustomerEventType",
    {
        "CUSTOMER_CREATED": "customer.created",
        "CUSTOMER_UPDATED": "customer.updated",
        "CUSTOMER_DELETED": "customer.deleted",
        "CUSTOMER_SUBSCRIPTION_STATE_CHANGED": "customer.subscription_state.changed",
        "CUSTOMER_ADDRESS_CREATED": "customer.address.created",
        "CUSTOMER_ADDRESS_UPDATED": "customer.address.updated",
        "CUSTOMER_DOCUMENT_VERIFIED": "customer.document.verified",
        "CUSTOMER_EMAIL_VERIFIED": "customer.email.verified",
        "EVENT_GAP": "event.gap",
    },
)

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    models.CustomerType: "What kind of person or organisation a customer is",
    models.CustomerStatus: "Where the relation with a customer stands; service needs ACTIVE",
    models.SubscriptionState: "Where a subscription stands; it decides on access and invoicing",
    models.HoldReason: "Why service is held back",
    models.AddressType: "What an address is for",
    models.DocumentType: "What kind of proof a document is",
    models.VerificationStatus: "Whether staff have checked a document",
    models.CommunicationType: "A channel to reach a customer by",
    models.TrackedState: "Which of a customer's two state machines moved",
    queries.CustomerOrderField: "What a list of customers can be ordered by",
    CustomerEventType: "A lifecycle event's type: its dotted name in upper case",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)
