"""The reseller module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.reseller import models

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    models.ResellerStatus: "Whether a reseller may take on customers; that needs ACTIVE",
    models.CommissionKind: "Why a commission entry was written: earned, taken back, corrected",
    models.CommissionState: "Whether a commission entry is on a statement already",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)
