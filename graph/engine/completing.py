"""Completes values by their types: nulls, lists, leaves, and objects to be executed next."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from functools import partial
from itertools import chain
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

_LISTS = frozenset({list, tuple})
#: The items of an iterable, and what broke them off.
_Drained = tuple[Sequence[Any], Exception | None]


class Completing:
    """The part of a run that knows types."""

    def __init__(self, run: Run) -> None:
        self._run = run
        #: What a predicate that looks at classes alone has said, or raised.
        self._verdicts: dict[Any, dict[type[Any], Any]] = {}

    def field(
        self, batch: Batch, field: Field, values: list[Any], numbers: Sequence[int] | None = None
    ) -> None:
        """Put the field's values in the rows of the batch, or in those of these ``numbers``."""
        key, rows = field.key, batch.rows
        if field.leaf is not None and not field.is_list:
            for row, value in enumerate(values):
                rows[row][key] = self.leaf(At(batch, field, row), value)
            return
        if numbers is None and not field.is_list and self._run.are_regular(values):
            self._meet(batch, field, Spots.of_rows(field, rows, values))
            return
        if numbers is None and (found := self._plain_lists(batch, field, values)) is not None:
            self._meet(batch, field, found)
            return
        spots = Spots(field)
        for row, value in zip(numbers or range(len(values)), values, strict=True):
            if value is None or value is Undefined or isinstance(value, Exception):
                self._absent(At(batch, field, row), value)
            elif field.is_list:
                self._list(At(batch, field, row), value, rows[row], key, spots)
            else:
                spots.add(row, (), rows[row], key, value)
        self._meet(batch, field, spots)

    def _plain_lists(self, batch: Batch, field: Field, values: list[Any]) -> Spots | None:
        """Places in the lists of all rows at once, if they hold objects and nothing else."""
        is_plain = len(field.nullables) == 2 and field.leaf is None
        if not is_plain or not _LISTS.issuperset(map(type, values)):
            return None
        if not self._run.are_regular([*chain.from_iterable(values)]):
            return None
        spots = Spots(field)
        for row, items in enumerate(values):
            batch.rows[row][field.key] = shown = [None] * len(items)
            spots.add_list(row, (), shown, items)
        return spots

    def is_of_type(self, batch: Batch, field: Field, value: Any) -> bool:
        """Whether an object is of the field's type, which is no abstract one and goes by class."""
        is_type_of = field.named_type.is_type_of  # type: ignore[attr-defined]
        if is_type_of is None:
            return True
        verdicts = self._verdicts_on(is_type_of, is_type_of, batch, field, [value])
        return verdicts[type(value)] is True

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
        if type(value) is list or type(value) is tuple:
            self._show(at, (value, None), container, key, spots)
            return
        if self._run.executor.is_async_iterable(value):
            then = partial(self._gathered, at, container, key)
            self._run.when_ready([_gathered(value)], then)
            return
        if not is_iterable(value):
            place = f"{at.field.parent_type}.{at.field.name}"
            message = f"Expected Iterable, but did not find one for field '{place}'."
            self._run.fail(GraphQLError(message), at)
            return
        self._show(at, _drained(value), container, key, spots)

    def _show(
        self, at: At, drained: _Drained, container: Any, key: str | int, spots: Spots
    ) -> None:
        items, broken = drained
        container[key] = shown = [None] * len(items)
        if self._run.has_awaitable(items):
            self._run.when_ready(list(items), partial(self._arrived, at, shown))
        else:
            self._items(at, shown, spots, items)
        if broken is not None:
            self._run.fail(broken, at, after=len(items))

    def _gathered(self, at: At, container: Any, key: str | int, values: list[Any]) -> None:
        [value] = values
        spots = Spots(at.field)
        self._show(at, value, container, key, spots)
        self._meet(at.batch, at.field, spots)

    def _arrived(self, at: At, shown: list[Any], items: list[Any]) -> None:
        spots = Spots(at.field)
        self._items(at, shown, spots, items)
        self._meet(at.batch, at.field, spots)

    def _items(self, at: At, shown: list[Any], spots: Spots, items: Sequence[Any]) -> None:
        is_leaf, holds_lists = at.field.leaf is not None, at.holds_lists
        if not is_leaf and not holds_lists and self._run.are_regular(items):
            spots.add_list(at.row, at.place, shown, items)
            return
        for index, item in enumerate(items):
            if item is None or item is Undefined or isinstance(item, Exception):
                self._absent(at.item(index), item)
            elif holds_lists:
                self._list(at.item(index), item, shown, index, spots)
            elif is_leaf:
                shown[index] = self.leaf(at.item(index), item)
            else:
                spots.add(at.row, at.place, shown, index, item)

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

        names = self._asked(resolve, ask, batch, field, spots.values)
        self._run.when_ready(names, partial(self._typed, batch, field, spots))

    def _typed(self, batch: Batch, field: Field, spots: Spots, names: list[Any]) -> None:
        numbers: dict[GraphQLObjectType, list[int]] = {}
        #: Of the names that were found good.
        types: dict[Any, GraphQLObjectType] = {}
        for number, name in enumerate(names):
            type_ = types.get(name) if type(name) is str else None
            if type_ is None:
                type_ = self._runtime_type(batch, field, spots, number, name)
            if type_ is not None:
                types[name] = type_
                numbers.setdefault(type_, []).append(number)
        for each, wanted in numbers.items():
            are_all = len(wanted) == len(names)
            self._check(batch, field, each, spots if are_all else spots.only(wanted))

    def _runtime_type(
        self, batch: Batch, field: Field, spots: Spots, number: int, name: Any
    ) -> GraphQLObjectType | None:
        """The type of this name, if an object of the field may be of it."""
        try:
            if isinstance(name, Exception):
                raise name
            return self._run.executor.ensure_valid_runtime_type(
                name,
                field.named_type,  # type: ignore[arg-type]
                field.details,
                self._run.info(batch, field),
                spots.values[number],
            )
        except Exception as error:
            self._run.fail(error, spots.at(batch, number))
            return None

    def _check(self, batch: Batch, field: Field, type_: GraphQLObjectType, spots: Spots) -> None:
        """Have objects completed that are of the type."""
        is_type_of = type_.is_type_of
        if is_type_of is None:
            self._run.spawn(batch, field, type_, spots)
            return
        if is_by_class(is_type_of):
            verdicts = self._verdicts_on(is_type_of, is_type_of, batch, field, spots.values)
            if all(verdicts[kind] is True for kind in set(map(type, spots.values))):
                self._run.spawn(batch, field, type_, spots)
                return
        answers = self._asked(is_type_of, is_type_of, batch, field, spots.values)
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
            self._run.fail(error, spots.at(batch, number))
        are_all = len(passed) == len(answers)
        self._run.spawn(batch, field, type_, spots if are_all else spots.only(passed))

    def _asked(
        self,
        predicate: Callable[..., Any],
        ask: Callable[[Any, Any], Any],
        batch: Batch,
        field: Field,
        values: list[Any],
    ) -> list[Any]:
        """The predicate's answer, or the exception it raises, for each object."""
        if not is_by_class(predicate):
            info = self._run.info(batch, field)
            return [_answer(ask, value, info) for value in values]
        verdicts = self._verdicts_on(predicate, ask, batch, field, values)
        return [verdicts[type(value)] for value in values]

    def _verdicts_on(
        self,
        predicate: Callable[..., Any],
        ask: Callable[[Any, Any], Any],
        batch: Batch,
        field: Field,
        values: list[Any],
    ) -> dict[type[Any], Any]:
        """What a predicate that looks at classes alone says, by class, of these and others."""
        verdicts = self._verdicts.setdefault(predicate, {})
        for kind in set(map(type, values)) - verdicts.keys():
            one = next(value for value in values if type(value) is kind)
            verdicts[kind] = _answer(ask, one, self._run.info(batch, field))
        return verdicts


def _answer(ask: Callable[[Any, Any], Any], value: Any, info: Any) -> Any:
    try:
        return ask(value, info)
    except Exception as error:
        return error


def _drained(value: Iterable[Any]) -> _Drained:
    items: list[Any] = []
    try:
        # Not extend: it would lose those that came before a failure.
        for item in value:
            items.append(item)  # noqa: PERF402
    except Exception as error:
        return items, error
    return items, None


async def _gathered(value: AsyncIterable[Any]) -> _Drained:
    items: list[Any] = []
    try:
        async for item in value:
            items.append(item)  # noqa: PERF401
    except Exception as error:
        return items, error
    return items, None
