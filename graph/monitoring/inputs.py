"""Input types of the monitoring module; each knows the command it stands for."""

import datetime
from typing import Any

import strawberry

import graph.monitoring.enums  # noqa: F401 (describes the enums before an input names them)
from domain.kernel.errors import Invalid
from domain.monitoring import commands, models
from graph.ids import key_of
from graph.payloads import ChangeInput, MutationInput
from graph.scalars import CountryCode

_MOST_CHOICES = 100


@strawberry.input(description="A half-open range of time: `start` belongs to it, `end` does not")
class TimeRange:
    start: datetime.datetime = strawberry.field(description="First timestamp of the range")
    end: datetime.datetime = strawberry.field(description="First timestamp after the range")


@strawberry.input(description="Which alerts: all that are given must hold")
class AlertFilter:
    status: list[models.AlertStatus] | None = strawberry.field(
        default=None, description="In one of these statuses"
    )
    severity: list[models.AlertSeverity] | None = strawberry.field(
        default=None, description="Of one of these severities"
    )

    def to_domain(self) -> commands.AlertFilter:
        """Raises ``Invalid`` for a list that is too long."""
        return commands.AlertFilter(
            statuses=_chosen(self.status, "status"), severities=_chosen(self.severity, "severity")
        )


@strawberry.input(description="A measured value")
class MetricSampleInput:
    customer_id: int = strawberry.field(description="Number of the customer whose line it is")
    kind: models.MetricKind = strawberry.field(description="What was measured")
    value: float = strawberry.field(description="Finite value in the kind's unit")
    sampled_at: datetime.datetime = strawberry.field(
        description="Timestamp of the measurement, at most five minutes ahead of the server's"
    )

    def to_domain(self) -> commands.NewSample:
        return commands.NewSample(
            customer_id=self.customer_id,
            kind=self.kind,
            value=self.value,
            sampled_at=self.sampled_at,
        )


@strawberry.input(description="Measured values to store, all or none")
class RecordMetricsInput(MutationInput):
    samples: list[MetricSampleInput] = strawberry.field(
        description="1 to 1,000 samples; one of a customer, kind and timestamp is stored once"
    )


@strawberry.input(description="An alert to raise")
class CreateAlertInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    type: str = strawberry.field(description="What kind of fault, at most 64 characters")
    severity: models.AlertSeverity = strawberry.field(description="How bad it is in itself")
    message: str = strawberry.field(
        description="What the customer is told, at most 1,000 characters"
    )


@strawberry.input(description="An alert to take on")
class AcknowledgeAlertInput(ChangeInput):
    alert_id: strawberry.ID = strawberry.field(description="Global id of the alert")

    @property
    def key(self) -> int:
        return key_of(self.alert_id, "Alert")


@strawberry.input(description="An alert to put behind us")
class ResolveAlertInput(AcknowledgeAlertInput):
    pass


@strawberry.input(description="A part of the network to enter")
class CreateNetworkSegmentInput(MutationInput):
    code: str = strawberry.field(description="Unique code: 1 to 32 of A-Z, 0-9 and . _ -")
    name: str = strawberry.field(description="Name for people")
    kind: models.SegmentKind = strawberry.field(description="What part of the network it is")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the segment above it"
    )

    def to_domain(self) -> commands.CreateNetworkSegment:
        parent = None if self.parent_id is None else key_of(self.parent_id, "NetworkSegment")
        return commands.CreateNetworkSegment(
            code=self.code, name=self.name, kind=self.kind, parent_id=parent
        )


@strawberry.input(description="Postal codes that a segment is to serve, whichever had them before")
class CoverNetworkSegmentInput(MutationInput):
    segment_id: strawberry.ID = strawberry.field(description="Global id of the segment")
    country: CountryCode = strawberry.field(description="ISO 3166-1 alpha-2 code")
    postal_code_prefix: str = strawberry.field(
        default="",
        description="Beginning of the postal codes; empty for the rest of the country",
    )

    def to_domain(self) -> commands.CoverNetworkSegment:
        return commands.CoverNetworkSegment(
            segment_id=key_of(self.segment_id, "NetworkSegment"),
            country=self.country,
            postal_code_prefix=self.postal_code_prefix,
        )


def _chosen(choices: list[Any] | None, name: str) -> tuple[Any, ...]:
    if choices is not None and len(choices) > _MOST_CHOICES:
        raise Invalid(["filter", name], f"must be at most {_MOST_CHOICES}")
    return tuple(sorted(set(choices or ())))
