"""The plans that are kept: so many, so large in all, so many of one document."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import NamedTuple

from graphql import DocumentNode, OperationDefinitionNode

from graph.engine.plan import Plan

#: Plans of one document: for its operations, and for each answer to its conditions.
_MOST_OF_ONE = 16

Conditions = tuple[bool | None, ...]
_Key = tuple[int, int, Conditions]


class Statistics(NamedTuple):
    """A cache: entries in it now, look-ups that found one, and that did not."""

    entries: int
    hits: int
    misses: int


class Plans:
    """Plans by document, operation, and the answers to the conditions; oldest used go first."""

    def __init__(self, most: int, most_fields: int) -> None:
        self._most = most
        self._most_fields = most_fields
        # Documents are kept with their plans, so that their ids stay their own.
        self._kept: OrderedDict[_Key, tuple[DocumentNode, Plan]] = OrderedDict()
        self._of_document: Counter[int] = Counter()
        self._fields = 0
        self._hits = self._misses = 0

    def statistics(self) -> Statistics:
        """How it fares."""
        return Statistics(len(self._kept), self._hits, self._misses)

    def get(
        self, document: DocumentNode, operation: OperationDefinitionNode, conditions: Conditions
    ) -> Plan | None:
        """The plan, if there is one."""
        key = (id(document), id(operation), conditions)
        found = self._kept.get(key)
        if found is None:
            return None
        self._hits += 1
        self._kept.move_to_end(key)
        return found[1]

    def has_room(self, document: DocumentNode) -> bool:
        """Whether the document may have one more plan."""
        return self._of_document[id(document)] < _MOST_OF_ONE

    def put(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        conditions: Conditions,
        plan: Plan,
    ) -> None:
        """Keep a plan that was just made."""
        self._misses += 1
        self._kept[id(document), id(operation), conditions] = (document, plan)
        self._of_document[id(document)] += 1
        self._fields += plan.fields
        plan.is_kept = True
        self._shrink()

    def grown(self, plan: Plan, fields: int) -> None:
        """Selections of so many fields were added to a plan, which may be kept no longer."""
        if plan.is_kept:
            plan.fields += fields
            self._fields += fields
            self._shrink()

    def _shrink(self) -> None:
        while len(self._kept) > self._most or (self._fields > self._most_fields and self._kept):
            (document, *_), (_node, plan) = self._kept.popitem(last=False)
            self._fields -= plan.fields
            plan.is_kept = False
            self._of_document[document] -= 1
            if not self._of_document[document]:
                del self._of_document[document]
