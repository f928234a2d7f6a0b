"""How a select is cut into pages, or counted: what of that is in its text."""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from domain.kernel.reads import one_of, unplanned


class Cut(NamedTuple):
    """
    The order, and the end and size of a page in it.

    Where a page starts after or ends before is the value of parameters: ``after_0``, ``after_1``.
    """

    columns: tuple[Any, ...]
    descending: bool
    size: int
    is_backward: bool
    is_after: bool
    is_before: bool

    def ordered(self, columns: tuple[Any, ...]) -> list[Any]:
        """These columns from the end that the page is cut from."""
        downwards = self.descending != self.is_backward
        return [column.desc() if downwards else column for column in columns]


def page(statement: Select[Any], cut: Cut) -> Select[Any]:
    """The rows of the page and one more; their sort keys come after the statement's columns."""
    keys = [column.label(f"sort_key_{at}") for at, column in enumerate(cut.columns)]
    statement = statement.add_columns(*keys)
    if cut.is_after:
        statement = statement.where(_beyond(cut, "after", forwards=not cut.descending))
    if cut.is_before:
        statement = statement.where(_beyond(cut, "before", forwards=cut.descending))
    # In the text and no parameter: a plan for any number of rows is one for too many.
    limit: ColumnElement[int] = literal_column(str(cut.size + 1))
    return statement.order_by(*cut.ordered(cut.columns)).limit(limit)


def pages(statement: Select[Any], cut: Cut, parent: Any) -> Select[Any]:
    """
    The page of each of the ``parents``, whose key is the last column.

    Each is cut at its own place in an index that begins with the parent's key, so it reads no more
    rows than it has, however many the parent has.
    """
    wanted = func.unnest(unplanned("parents", parent.type))
    each = wanted.table_valued("key").render_derived("parents")
    cuts = page(statement.where(parent == each.c.key), cut).lateral("page")
    keys = tuple(cuts.c[f"sort_key_{at}"] for at in range(len(cut.columns)))
    paged = select(*cuts.c, each.c.key).join_from(each, cuts, true())
    return paged.order_by(each.c.key, *cut.ordered(keys))


def count(statement: Select[Any]) -> Select[Any]:
    """The number of its rows."""
    return statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)


def counts(statement: Select[Any], parent: Any) -> Select[Any]:
    """The number of rows of each of the ``parents`` that has any."""
    counted = statement.with_only_columns(parent, func.count())
    return counted.where(one_of(parent, "parents")).group_by(parent).order_by(None)


def _beyond(cut: Cut, name: str, *, forwards: bool) -> ColumnElement[bool]:
    values = [bindparam(f"{name}_{at}", type_=column.type) for at, column in enumerate(cut.columns)]
    left, right = tuple_(*cut.columns), tuple_(*values)
    return left > right if forwards else left < right
