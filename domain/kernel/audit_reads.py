"""Whose data an operation reads: collected while it runs, told to the audit log at its end."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from domain.kernel.access import Actor, Role
from domain.kernel.audit import AuditAction, AuditKind, new_entry
from domain.kernel.contexts import Holding
from domain.kernel.ids import uuid7

#: They only ever read what is their own, or nobody's.
_UNWATCHED = frozenset({Role.CUSTOMER, Role.ANONYMOUS})
#: By the class of record, once it was seen: their number is that of the classes.
_KEYS: dict[type[Any], str | None] = {}


class Reads:
    """Customer ids by the type of the records that were read."""

    __slots__ = ("_customers",)

    def __init__(self) -> None:
        self._customers: dict[str, set[int]] = {}

    def add(self, records: Iterable[Any]) -> None:
        """Count these in; what is about no customer is passed over."""
        last, key = None, None
        customers: set[int] = set()
        for record in records:
            kind = type(record)
            if kind is not last:
                last, key = kind, _KEYS[kind] if kind in _KEYS else _customer_key(kind)
                if key is not None:
                    customers = self._customers.setdefault(kind.__name__, set())
            if key is None:
                continue
            about = getattr(record, key)
            if isinstance(about, int):
                customers.add(about)
            elif about is not None:
                customers.update(about)

    def entries(self, actor: Actor) -> list[dict[str, Any]]:
        """An entry for each type of record."""
        if not self._customers:
            return []
        common = new_entry(actor, AuditKind.READ, AuditAction.READ)
        return [
            {
                **common,
                "id": uuid7(),
                "entity_type": entity_type,
                "customer_ids": sorted(customers),
            }
            for entity_type, customers in self._customers.items()
        ]


_reads: ContextVar[Reads | None] = ContextVar("reads", default=None)


def watching(actor: Actor) -> Holding[Reads | None, Reads]:
    """Inside, what is read is collected; nothing of customers who read their own."""
    reads = Reads()
    return Holding(_reads, None if actor.role in _UNWATCHED else reads, reads)


def note(records: Iterable[Any]) -> None:
    """These records are handed out to whoever asked."""
    reads = _reads.get()
    if reads is not None:
        reads.add(records)


def _customer_key(kind: type[Any]) -> str | None:
    """The attribute that tells whom a record is about: ``customer_id``, or what the class says."""
    key: str = getattr(kind, "__customer_key__", "customer_id")
    _KEYS[kind] = key if hasattr(kind, key) else None
    return _KEYS[kind]
