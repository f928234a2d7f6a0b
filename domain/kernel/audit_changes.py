"""Every change that a session makes leaves its audit entries in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import ClauseElement, event
from sqlalchemy.ext.asyncio import async_session
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm import object_mapper as mapper_of

from domain.kernel.audit import APPEND, AuditAction, AuditKind, as_json, new_entry
from domain.kernel.audit_bulk import bulk_changes
from domain.kernel.events import current_cause

if TYPE_CHECKING:
    from domain.kernel.unit_of_work import UnitOfWork

#: What is told of a secret that is set.
CHANGED = "changed"
_SECRET = re.compile(r"password|secret|token|sealed|hash|cipher|credential$|private_key")
#: Columns that say no more than that there was a change.
_NOISE = frozenset({"version", "updated_at", "created_at", "last_signed_in_at", "last_used_at"})
_AS_TEXT = (Decimal, UUID, IPv4Address, IPv6Address)

Values = dict[str, Any]
_Change = tuple[AuditAction, Values | None, Values | None]


class AuditedSession(Session):
    """
    A session that writes down what it changes, as it flushes, in its own transaction.

    A model may opt out by ``__audited__ = False``, or name the columns that matter. Bulk
    statements count too: what they set, and of whom, as far as the statement itself tells.
    """


@event.listens_for(AuditedSession, "after_flush")
def _record_flush(session: Session, _context: UOWTransaction) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    entries = [entry for row in changed for entry in _entries_of(session, row)]
    _write(session, entries)


@event.listens_for(AuditedSession, "do_orm_execute")
def _record_bulk(state: ORMExecuteState) -> Any:
    mapper = state.bind_mapper
    if state.is_select or mapper is None or not getattr(mapper.class_, "__audited__", False):
        return None
    result: Any = state.invoke_statement()
    if getattr(result, "rowcount", None) == 0:
        return result
    entries = []
    for action, values, entity_id, customers in bulk_changes(state):
        after = _told(mapper.class_, values)
        if after or action is AuditAction.DELETE:
            entries.append(
                _entry(
                    state.session,
                    mapper.class_,
                    action,
                    entity_id=entity_id,
                    customer_ids=customers,
                    after=after or None,
                )
            )
    _write(state.session, entries)
    return result


def _entries_of(session: Session, row: Any) -> Iterator[Values]:
    model = type(row)
    if not model.__audited__:
        return
    mapper = mapper_of(row)
    action, before, after = _change(session, row)
    before, after = _told(model, before), _told(model, after)
    if not before and not after:
        return
    key = "".join(f":{part}" for part in mapper.primary_key_from_instance(row))[1:]
    customer_id = getattr(row, model.__customer_key__, None)
    yield _entry(
        session,
        model,
        action,
        entity_id=key,
        customer_ids=[] if customer_id is None else [customer_id],
        before=before or None,
        after=after or None,
    )


def _change(session: Session, row: Any) -> _Change:
    state: InstanceState[Any] = cast("InstanceState[Any]", row._sa_instance_state)
    if row in session.new:
        return AuditAction.INSERT, None, _columns(state, state.dict)
    if row in session.deleted:
        return AuditAction.DELETE, _columns(state, state.dict), None
    before, after = {}, {}
    # What has no former value here was not changed; its history would cost more than the rest.
    for name in _columns(state, state.committed_state):
        history = state.attrs[name].history
        if not history.has_changes() or not history.added:
            continue
        old = history.deleted[0] if history.deleted else None
        if old != history.added[0]:
            before[name], after[name] = old, history.added[0]
    return AuditAction.UPDATE, before, after


def _columns(state: InstanceState[Any], values: Values) -> Values:
    columns = state.mapper.column_attrs
    return {name: value for name, value in values.items() if name in columns}


def _told(model: Any, values: Values | None) -> Values:
    """The values as they may be kept: JSON, no secrets, no noise, nothing the database computes."""
    chosen = None if model.__audited__ is True else model.__audited__
    return {
        name: _json(name, value)
        for name, value in (values or {}).items()
        if name not in _NOISE
        and (chosen is None or name in chosen)
        and not isinstance(value, ClauseElement)
    }


def _json(name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, (bytes, memoryview)) or _SECRET.search(name):
        return CHANGED
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, _AS_TEXT) else value


def _entry(session: Session, model: Any, action: AuditAction, **facts: Any) -> Values:
    uow = cast("UnitOfWork", async_session(session))
    return new_entry(
        uow.initiator,
        AuditKind.CHANGE,
        action,
        entity_type=model.__name__,
        transaction_id=uow.transaction_id,
        causation_id=current_cause(),
        **facts,
    )


def _write(session: Session, entries: list[Values]) -> None:
    if entries:
        session.connection().exec_driver_sql(APPEND, (as_json(entries),))
