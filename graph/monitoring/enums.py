"""The monitoring module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.monitoring import models, records

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    models.MetricKind: "What a sample measures; the name ends in its unit",
    models.AlertSeverity: "How bad a fault is in itself, whoever has it",
    models.AlertPriority: "How soon to look: severity weighed with the customer's type and status",
    models.AlertStatus: "Where an alert stands; it moves forwards only",
    models.NotificationStatus: "What became of a message; QUEUED ones are still tried",
    models.SegmentKind: "What part of the network a segment is, from the core outwards",
    records.QualityRating: "A quality score in a word: from 90, from 70, from 50, below",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)
