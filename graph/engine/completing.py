"""Completes values by their types: nulls, lists, leaves, and objects to be executed next."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLObjectType, Undefined, is_object_type
from graphql.execution.executor import invalid_return_type_error
from graphql.pyutils import is_iterable

from graph.engine.batch import At, Batch, Spots
from graph.engine.declarations import is_by_class
from graph.engine.leaves import coerced
from graph.engine.plan import Field

if TYPE_CHECKING:
    from graph.engine.run import Run


class Completing:
    """The part of a run that knows types."""

    def __init__(self, run: Run) -> None:
        self._run = run
        #: What a predicate that looks at classes alone has said, or raised.
        self._verdicts: dict[tuple[Any, type[Any]], Any] = {}

    def field(self, batch: Batch, field: Field, values: list[Any]) -> None:
        """Put the field's values in the rows of the batch; a value is of the row of its number."""
        key, rows = field.key, batch.rows
        if field.leaf is not None and not field.is_list:
            for row, value in enumerate(values):
                rows[row][key] = self.leaf(At(batch, field, row), value)
            return
        spots = Spots()
        for row, value in enumerate(values):
            if value is None or value is Undefined or isinstance(value, Exception):
                self._absent(At(batch, field, row), value)
            elif field.is_list:
                self._list(At(batch, field, row), value, rows[row], key, spots)
            else:
                spots.add(row, (), rows[row], key, value)
        self._meet(batch, field, spots)

    def leaf(self, at: At, value: Any) -> Any:
        """The leaf in the response, None where it failed."""
        if value is None or value is Undefined or isinstance(value, Exception):
            return self._absent(at, value)
        assert at.field.leaf is not None
        try:
            return coerced(at.field.leaf, value)
        except Exception as error:
            return self._run.fail(error, at)

    def _absent(self, at: At, value: Any) -> None:
        """There is a failure or null instead of a value."""
        if isinstance(value, Exception):
            self._run.fail(value, at)
        elif not at.is_nullable:
            place = f"{at.field.parent_type}.{at.field.name}"
            self._run.fail(TypeError(f"Cannot return null for non-nullable field {place}."), at)

    def _list(self, at: At, value: Any, container: Any, key: str | int, spots: Spots) -> None:
        """Put the list that the value is into the container."""
        if self._run.executor.is_async_iterable(value):
            then = partial(self._gathered, at, container, key)
            self._run.when_ready([_gathered(value)], then)
            return
        if not is_iterable(value):
            place = f"{at.field.parent_type}.{at.field.name}"
            message = f"Expected Iterable, but did not find one for field '{place}'."
            self._run.fail(GraphQLError(message), at)
            return
        items, broken = _drained(value)
        shown: list[Any] = [None] * len(items)
        container[key] = shown
        if any(map(self._run.executor.is_awaitable, items)):
            self._run.when_ready(items, partial(self._arrived, at, shown))
        else:
            self._items(at, shown, spots, items)
        if broken is not None:
            self._run.fail(broken, at, after=len(items))

    def _gathered(self, at: At, container: Any, key: str | int, values: list[Any]) -> None:
        [value] = values
        spots = Spots()
        if isinstance(value, Exception):
            self._run.fail(value, at)
        else:
            self._list(at, value, container, key, spots)
        self._meet(at.batch, at.field, spots)

    def _arrived(self, at: At, shown: list[Any], items: list[Any]) -> None:
        spots = Spots()
        self._items(at, shown, spots, items)
        self._meet(at.batch, at.field, spots)

    def _items(self, at: At, shown: list[Any], spots: Spots, items: list[Any]) -> None:
        field, owner = at.field, at.row
        is_leaf, holds_lists = field.leaf is not None, at.item(0).is_list
        for index, item in enumerate(items):
            if item is None or item is Undefined or isinstance(item, Exception):
                self._absent(at.item(index), item)
            elif holds_lists:
                self._list(at.item(index), item, shown, index, spots)
            elif is_leaf:
                shown[index] = self.leaf(at.item(index), item)
            else:
                spots.add(owner, (*at.place, index), shown, index, item)

    def _meet(self, batch: Batch, field: Field, spots: Spots) -> None:
        """Find out the objects' types, and have them completed."""
        if not spots.values:
            return
        type_: Any = field.named_type
        if is_object_type(type_):
            self._check(batch, field, type_, spots)
            return
        resolve = type_.resolve_type or self._run.executor.type_resolver

        def ask(value: Any, info: Any) -> Any:
            return resolve(value, info, type_)

        names = self._asked(resolve, ask, batch, field, spots)
        self._run.when_ready(names, partial(self._typed, batch, field, spots))

    def _typed(self, batch: Batch, field: Field, spots: Spots, names: list[Any]) -> None:
        numbers: dict[GraphQLObjectType, list[int]] = {}
        for number, name in enumerate(names):
            try:
                if isinstance(name, Exception):
                    raise name
                type_ = self._run.executor.ensure_valid_runtime_type(
                    name,
                    field.named_type,  # type: ignore[arg-type]
                    field.details,
                    self._run.info(batch, field),
                    spots.values[number],
                )
            except Exception as error:
                self._run.fail(error, spots.at(batch, field, number))
            else:
                numbers.setdefault(type_, []).append(number)
        for type_, wanted in numbers.items():
            self._check(batch, field, type_, spots.only(wanted))

    def _check(self, batch: Batch, field: Field, type_: GraphQLObjectType, spots: Spots) -> None:
        """Have objects completed that are of the type."""
        if type_.is_type_of is None:
            self._run.spawn(batch, field, type_, spots)
            return
        answers = self._asked(type_.is_type_of, type_.is_type_of, batch, field, spots)
        self._run.when_ready(answers, partial(self._checked, batch, field, type_, spots))

    def _checked(
        self,
        batch: Batch,
        field: Field,
        type_: GraphQLObjectType,
        spots: Spots,
        answers: list[Any],
    ) -> None:
        passed: list[int] = []
        for number, answer in enumerate(answers):
            if answer and not isinstance(answer, Exception):
                passed.append(number)
                continue
            error = (
                answer
                if isinstance(answer, Exception)
                else invalid_return_type_error(type_, spots.values[number], field.details)
            )
            self._run.fail(error, spots.at(batch, field, number))
        self._run.spawn(batch, field, type_, spots.only(passed))

    def _asked(
        self,
        predicate: Callable[..., Any],
        ask: Callable[[Any, Any], Any],
        batch: Batch,
        field: Field,
        spots: Spots,
    ) -> list[Any]:
        """The predicate's answer, or the exception it raises, for each object."""
        info = self._run.info(batch, field)
        if not is_by_class(predicate):
            return [_answer(ask, value, info) for value in spots.values]
        answers: list[Any] = []
        for value in spots.values:
            key = predicate, type(value)
            if key not in self._verdicts:
                self._verdicts[key] = _answer(ask, value, info)
            answers.append(self._verdicts[key])
        return answers


def _answer(ask: Callable[[Any, Any], Any], value: Any, info: Any) -> Any:
    try:
        return ask(value, info)
    except Exception as error:
        return error


def _drained(value: Iterable[Any]) -> tuple[list[Any], Exception | None]:
    """The items, and what broke them off."""
    items: list[Any] = []
    try:
        # Not extend: it would lose those that came before a failure.
        for item in value:
            items.append(item)  # noqa: PERF402
    except Exception as error:
        return items, error
    return items, None


async def _gathered(value: AsyncIterable[Any]) -> list[Any]:
    return [item async for item in value]
