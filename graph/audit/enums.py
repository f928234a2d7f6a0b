"""The audit log's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.kernel.audit import AuditAction, AuditKind

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    AuditKind: "Whether data was looked at or changed",
    AuditAction: "What was done with the rows",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)

__all__ = ["AuditAction", "AuditKind"]
