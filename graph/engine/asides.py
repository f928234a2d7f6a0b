"""Objects that a compiled loop could not make itself: they go the way that all others go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graph.engine.batch import Batch, Spots
from graph.engine.plan import Part

if TYPE_CHECKING:
    from graph.engine.run import Run


class Asides:
    """What the loop asks about the parts of a batch, and what it leaves of them."""

    __slots__ = ("_batch", "_read", "_run", "_whole")

    def __init__(self, run: Run, batch: Batch) -> None:
        self._run = run
        self._batch = batch
        #: By the number of the part: the number of the row, and the object or what was read of it.
        self._whole: dict[int, list[tuple[int, Any]]] = {}
        self._read: dict[int, list[tuple[int, tuple[Any, ...]]]] = {}

    def fits(self, number: int, value: Any, known: set[type[Any]]) -> bool:
        """Whether an object and all others of its class may be made in the loop."""
        field = self._batch.selection.parts[number].field
        completing = self._run.completing
        fits = self._run.are_regular([value]) and completing.is_of_type(self._batch, field, value)
        if fits:
            known.add(type(value))
        return fits

    def whole(self, number: int, rows: list[Any], value: Any) -> None:
        """An object that does not fit, or what stands in its place."""
        self._whole.setdefault(number, []).append((len(rows), value))

    def read(self, number: int, rows: list[Any], *values: Any) -> None:
        """An object that fits, with what was read of it; some leaf is not plain."""
        self._read.setdefault(number, []).append((len(rows), values))

    def complete(self) -> None:
        """Once the rows are in their place: what was put aside."""
        run, batch = self._run, self._batch
        for number, found in self._whole.items():
            field = batch.selection.parts[number].field
            rows = [row for row, _ in found]
            then = partial(run.completing.field, batch, field, numbers=rows)
            run.when_ready([value for _, value in found], then)
        for number, partly in self._read.items():
            self._complete_read(batch.selection.parts[number], partly)

    def _complete_read(self, part: Part, found: list[tuple[int, tuple[Any, ...]]]) -> None:
        spots, selection = Spots(part.field), part.selection
        for row, values in found:
            spots.add(row, (), self._batch.rows[row], part.field.key, values)
        batch = Batch(selection, spots, self._batch)
        batch.place([{key: selection.constants.get(key) for key in selection.keys} for _ in found])
        for at, leaf in enumerate(selection.leaves):
            values_of_all = [values[at] for _, values in found]
            leaf.plain |= self._run.regular_kinds(values_of_all)
            self._run.when_ready(
                values_of_all, partial(self._run.completing.field, batch, leaf.field)
            )
