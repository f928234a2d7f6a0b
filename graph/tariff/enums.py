"""The tariff module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.tariff import commands, models, proration, queries, records

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    models.BillingCycle: "How long a plan's price pays for",
    models.FupAction: "What happens once a plan's allowance is used up (fair usage policy)",
    models.FupState: "Where a customer stands with the fair usage policy in a month",
    models.UsageSource: "Where a usage record comes from; an ADJUSTMENT may take octets away",
    commands.PlanChangeTime: "When a change of plan takes effect",
    proration.Settlement: "What becomes of days that were paid for and are not used",
    queries.UsagePeriod: "A calendar month in the customer's time zone, as seen from now",
    records.TopUpState: "Whether a top-up can be used, is used up, or was not used in time",
    records.AssignmentState: "Whether an assignment lies ahead, holds, is over or was withdrawn",
}

# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, description=description)

strawberry.enum(
    queries.PlanOrderField,
    name="TariffPlanOrderField",
    description="What a list of tariff plans can be ordered by",
)
