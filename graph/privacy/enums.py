"""The privacy module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.privacy.errors import ErasureBlocker
from domain.privacy.models import ErasureReason

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    ErasureReason: "Ground of GDPR art. 17(1) on which a person is forgotten",
    ErasureBlocker: "What has to be settled before a person can be forgotten",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)

__all__ = ["ErasureBlocker", "ErasureReason"]
