"""The webhook module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.webhook import models

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    models.WebhookStatus: "Whether events are sent to an endpoint",
    models.WebhookDisabledReason: "Why we stopped sending to an endpoint",
    models.WebhookFormat: "How an event is written in a request's body",
    models.WebhookFailure: "Why a request did not deliver its event",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)
