"""The radius module's enums, as the domain has them, named and described for the schema."""

import enum

import strawberry

from domain.radius import authorization, models, recording

_DESCRIPTIONS: dict[type[enum.Enum], tuple[str, str]] = {
    authorization.Decision: ("AccessDecision", "What a NAS is told to do with a customer"),
    authorization.ReasonCode: ("AccessReason", "Why a NAS is told so"),
    models.AuthReason: (
        "AuthenticationReason",
        "How an authentication ended; an unknown username is BAD_CREDENTIALS too",
    ),
    models.SessionState: (
        "RadiusSessionState",
        "Where a session stands; DISCONNECT_REQUESTED is online until its NAS reports a Stop",
    ),
    models.AcctStatusType: ("AcctStatusType", "What an accounting record tells (RFC 2866 5.1)"),
    models.NasVendor: ("NasVendor", "Who made a network access server"),
    recording.AccountingOutcome: (
        "AccountingOutcome",
        "What became of an accounting record; each is final, so it need not be sent again",
    ),
}


# At import: a type that names an enum first would register it without its description.
for enumeration, (name, description) in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, name=name, description=description)
