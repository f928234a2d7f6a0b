"""Object types of the audit log."""

import datetime

import strawberry

from domain.kernel.audit_queries import AuditFilter as DomainFilter
from domain.kernel.audit_queries import AuditRecord
from graph.audit.enums import AuditAction, AuditKind
from graph.rows import RowType
from graph.scalars import JSON


@strawberry.type(description="One row changed, or records of one type that an operation read")
class AuditEntry(RowType):
    row = AuditRecord

    id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.id), description="UUIDv7: entries sort by it"
    )
    at: datetime.datetime = strawberry.field(description="Timestamp of the act")
    kind: AuditKind = strawberry.field(description="Whether data was looked at or changed")
    action: AuditAction = strawberry.field(description="What was done with the rows")
    actor: str = strawberry.field(description="Who did it, as tokens name them")
    actor_role: str = strawberry.field(description="Role in which they did it")
    reseller_id: int | None = strawberry.field(
        description="Number of the reseller that they acted for"
    )
    operation: str | None = strawberry.field(
        description="GraphQL operation by its name, or by its root fields; null outside of one"
    )
    request_id: str | None = strawberry.field(description="Request, as log lines name it")
    client: str | None = strawberry.field(description="Network address that the request came from")
    entity_type: str = strawberry.field(description="Kind of the rows, like `Customer`")
    entity_id: str | None = strawberry.field(
        description="Key of the changed row; null of reads and of statements on many rows"
    )
    customer_ids: list[int] = strawberry.field(
        description="Numbers of the customers whose data it was"
    )
    before: JSON | None = strawberry.field(
        description="Changed columns as they were; secrets only as `changed`"
    )
    after: JSON | None = strawberry.field(
        description="Changed columns as they became; secrets only as `changed`"
    )
    transaction_id: strawberry.ID | None = strawberry.field(
        resolver=lambda root: root.transaction_id and str(root.transaction_id),
        description="Common to all entries and events of one change",
    )
    causation_id: strawberry.ID | None = strawberry.field(
        resolver=lambda root: root.causation_id and str(root.causation_id),
        description="Event whose handling made the change",
    )


@strawberry.input(description="Which entries: all that are given must hold")
class AuditFilter:
    customer_id: int | None = strawberry.field(
        default=None, description="About this customer's data"
    )
    actor: str | None = strawberry.field(
        default=None, description="By this account, like `staff:7` or `reseller:3`"
    )
    kind: AuditKind | None = strawberry.field(default=None, description="Reads, or changes")
    entity_type: str | None = strawberry.field(
        default=None, description="Of rows of this kind, like `Customer`"
    )
    operation: str | None = strawberry.field(default=None, description="By this operation")
    start: datetime.datetime | None = strawberry.field(
        default=None, description="First timestamp of the range"
    )
    end: datetime.datetime | None = strawberry.field(
        default=None, description="First timestamp after the range"
    )

    def to_domain(self) -> DomainFilter:
        return DomainFilter(
            customer_id=self.customer_id,
            actor=self.actor,
            kind=self.kind,
            entity_type=self.entity_type,
            operation=self.operation,
            since=self.start,
            until=self.end,
        )
