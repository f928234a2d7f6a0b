"""What went wrong, told as graphql-core tells it, and the nulls that it leaves in the response."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from graphql import GraphQLError
from graphql.error import located_error

from graph.engine.batch import At, Step, steps


class Failure(NamedTuple):
    """
    An exception at one place.

    ``after`` is how many items of the list there came before it broke off.
    """

    error: Exception
    at: At
    after: int | None = None

    def paths(self) -> list[tuple[Step, ...]]:
        """Where in the response it is; several places if the object stands at several."""
        tail = steps(self.at.field, self.at.place)
        return [head + tail for head in self.at.batch.paths(self.at.row)]


class _Placed(NamedTuple):
    order: tuple[int, ...]
    path: tuple[Step, ...]
    failure: Failure


def is_void(failures: Iterable[Failure]) -> bool:
    """Whether nothing is left of the response."""
    return any(_null_at(path) == 0 for failure in failures for path in failure.paths())


def settled(
    data: dict[str, Any], failures: list[Failure]
) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """
    The response with nulls where failures leave them, and the errors that are reported.

    As in depth-first execution, a failure is not reported that comes, in the order of the
    response, after one which nulled the place that it would null, or one around it.
    """
    nulled: set[tuple[str | int, ...]] = set()
    errors: list[GraphQLError] = []
    is_empty = False
    for placed in sorted(_placed(failures), key=lambda each: each.order):
        path = tuple(step.key for step in placed.path)
        null = path[: _null_at(placed.path)]
        if any(null[:length] in nulled for length in range(len(null) + 1)):
            continue
        nulled.add(null)
        failure = placed.failure
        errors.append(located_error(failure.error, failure.at.field.nodes, list(path)))
        if null:
            _put_null(data, null)
        else:
            is_empty = True
    return (None if is_empty else data), errors


def _placed(failures: Iterable[Failure]) -> Iterable[_Placed]:
    for failure in failures:
        for path in failure.paths():
            order = tuple(step.order for step in path)
            if failure.after is not None:
                order = (*order, failure.after)
            yield _Placed(order, path, failure)


def _null_at(path: tuple[Step, ...]) -> int:
    """The length of the path to the place that becomes null; 0 for the whole response."""
    length = len(path)
    while length and not path[length - 1].is_nullable:
        length -= 1
    return length


def _put_null(data: dict[str, Any], path: tuple[str | int, ...]) -> None:
    container: Any = data
    for key in path[:-1]:
        container = container[key]
        if container is None:
            # An object that stands at several places was nulled at another of them.
            return
    container[path[-1]] = None
