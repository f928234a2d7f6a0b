"""
What the reseller module announces, in the order of each reseller.

Amounts and rates are left out on purpose: an event reaches the customer's feed and support, who
may not read commission. Whoever may looks the entry up by its id.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from domain.kernel.events import Event
from domain.reseller.models import CommissionKind, ResellerStatus


@dataclass(frozen=True, kw_only=True)
class ResellerEvent(Event):
    """A fact of one reseller; its id is part of ``data``."""

    @property
    def stream(self) -> str:
        return f"reseller:{self.reseller_id}"

    def data(self) -> dict[str, Any]:
        return {"reseller_id": self.reseller_id, **super().data()}


@dataclass(frozen=True, kw_only=True)
class ResellerCreated(ResellerEvent):
    type: ClassVar[str] = "reseller.created"

    code: str
    parent_id: int | None
    status: ResellerStatus


@dataclass(frozen=True, kw_only=True)
class ResellerUpdated(ResellerEvent):
    """``changed_fields`` are names of the reseller's fields, in snake_case."""

    type: ClassVar[str] = "reseller.updated"

    changed_fields: list[str]


@dataclass(frozen=True, kw_only=True)
class ResellerStatusChanged(ResellerEvent):
    type: ClassVar[str] = "reseller.status.changed"

    from_status: ResellerStatus
    to_status: ResellerStatus
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class CommissionAccrued(ResellerEvent):
    """An entry was appended, whatever its kind."""

    type: ClassVar[str] = "reseller.commission.accrued"

    entry_id: int
    kind: CommissionKind
    invoice_id: int
    period: str


@dataclass(frozen=True, kw_only=True)
class CommissionSettled(ResellerEvent):
    type: ClassVar[str] = "reseller.commission.settled"

    settlement_id: int
    entry_count: int
