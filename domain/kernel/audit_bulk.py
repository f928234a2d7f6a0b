"""What a bulk statement changes, as far as the statement itself tells."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import ORMExecuteState

from domain.kernel.audit import AuditAction

#: A column's value in a VALUES list of several rows.
_OF_ROW = re.compile(r"(?P<column>.+)_m(?P<row>\d+)")

#: The action, the columns it sets, the row's key and the customers it names.
BulkChange = tuple[AuditAction, dict[str, Any], str | None, list[int]]


def bulk_changes(state: ORMExecuteState) -> Iterator[BulkChange]:
    """
    One change for each row that an INSERT gives, one for a whole UPDATE or DELETE.

    Its rows are those of the customers that it names: among its values, or in its WHERE.
    """
    mapper: Any = state.bind_mapper
    table: Table = mapper.local_table
    customer_key: str = mapper.class_.__customer_key__
    if state.is_insert:
        for row in _inserted(state, table):
            yield AuditAction.INSERT, row, None, _numbers(row.get(customer_key))
        return
    bound = _bound(state)
    values = {name: value for name, value in bound.items() if name in table.c}
    where = {name: value for name, value in bound.items() if name not in table.c}
    key = where.get("id_1")
    action = AuditAction.UPDATE if state.is_update else AuditAction.DELETE
    customers = _numbers(where.get(f"{customer_key}_1"))
    yield action, values, None if key is None else str(key), customers


def _inserted(state: ORMExecuteState, table: Table) -> list[dict[str, Any]]:
    if isinstance(state.parameters, (list, tuple)):
        return [dict(row) for row in state.parameters]
    bound = _bound(state) | dict(state.parameters or {})  # type: ignore[arg-type]
    rows: dict[str, dict[str, Any]] = {}
    for name, value in bound.items():
        if name in table.c:
            rows.setdefault("0", {})[name] = value
        elif (part := _OF_ROW.fullmatch(name)) and part["column"] in table.c:
            rows.setdefault(part["row"], {})[part["column"]] = value
    return list(rows.values())


def _bound(state: ORMExecuteState) -> dict[str, Any]:
    """Values by name: of a column that is set its own name, of one compared it and a number."""
    dialect = state.session.get_bind().dialect
    compiled: Any = state.statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    return dict(compiled.params)


def _numbers(value: Any) -> list[int]:
    values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    return [each for each in values if isinstance(each, int)]
