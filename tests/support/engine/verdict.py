"""
Whether two executions of one document agree.

``data`` must be equal, keys in the same order. So must errors, but for one liberty that the
specification gives (6.4.4): where an error made a parent null, whether and which of the errors
beneath that null are reported depends on the order of execution. There both must have at least
one error, and each must be one that occurs when nothing is propagated.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from tests.support.engine.running import Outcome, Told
from tests.support.engine.world import Call

Path = tuple[str | int, ...]


def failed(outcome: Outcome) -> set[Path]:
    """The positions that are null because of an error there or further down."""
    places = (_null_at(outcome.data, e.path) for e in outcome.errors if e.path is not None)
    return {place for place in places if place is not None}


def nulled(outcome: Outcome) -> set[Path]:
    """The positions that are null because of an error further down."""
    deep = {e.path[:n] for e in outcome.errors if e.path for n in range(len(e.path))}
    return failed(outcome) & deep


def _null_at(data: Any, path: Path) -> Path | None:
    """The first prefix of the path that holds null; none if the path leads elsewhere."""
    for length in range(len(path) + 1):
        if data is None:
            return path[:length]
        if length < len(path):
            try:
                data = data[path[length]]
            except (KeyError, IndexError, TypeError):
                return None
    return None


def is_beneath(path: Path | None, places: Iterable[Path]) -> bool:
    """Whether the path is one of the places or leads on from it."""
    return path is not None and any(path[: len(each)] == each for each in places)


def differences(expected: Outcome, actual: Outcome, possible: Outcome) -> list[str]:
    """
    What is wrong with ``actual``; nothing if it is as it should be.

    ``possible`` is the outcome without propagation.
    """
    found = ["data differ"] if expected.text != actual.text else []
    places = nulled(expected) | nulled(actual)
    foreign = _foreign(expected, actual)

    def settled(outcome: Outcome) -> Counter[Told]:
        left = (e for e in outcome.errors if not is_beneath(e.path, places) and e not in foreign)
        return Counter(left)

    wanted, got = settled(expected), settled(actual)
    found += [f"missing error: {each}" for each in (wanted - got).elements()]
    found += [f"unexpected error: {each}" for each in (got - wanted).elements()]
    for place in places:
        if not any(is_beneath(e.path, [place]) or e in foreign for e in actual.errors):
            found.append(f"no error explains the null at {list(place)}")
    if places or foreign:
        occurring = set(possible.errors) | set(expected.errors)
        strange = [e for e in actual.errors if e not in occurring]
        found += [f"an error that cannot occur: {each}" for each in strange]
    return found


def _foreign(*outcomes: Outcome) -> set[Told]:
    """Errors that say they are elsewhere, where it matters that they cannot be told apart."""
    if not any(failed(each) for each in outcomes):
        return set()
    return {e for each in outcomes for e in each.errors if e.path and e.path[0] == "foreign"}


def call_differences(
    expected: list[Call], actual: list[Call], possible: list[Call], places: set[Path]
) -> list[str]:
    """
    What is wrong with the calls of resolvers.

    Each of the expected, but for those beneath the failed places, is made, wherever its object
    stands; none is made that is not possible, and none more often.
    """
    wanted = {_asked(each) for each in expected if not is_beneath(each.path, places)}
    if places:
        # Without info a resolver does not know its path.
        wanted = {_asked(e) for e in expected if e.path and not is_beneath(e.path, places)}
    found = [f"not called: {each}" for each in wanted - {_asked(each) for each in actual}]
    most = Counter(map(_anywhere, possible)) | Counter(map(_anywhere, expected))
    excess = Counter(map(_anywhere, actual)) - most
    return found + [f"called too often or wrongly: {each}" for each in excess.elements()]


def path_differences(possible: Outcome, actual: list[Call]) -> list[str]:
    """Whether an object stands wherever ``info.path`` said that the field is resolved."""
    lost = failed(possible)
    paths = {each.path for each in actual if each.path}
    return [
        f"called for what is not there: {list(path)}"
        for path in paths
        if not is_beneath(path, lost) and (_null_at(possible.data, path) or path)[:-1] != path[:-1]
    ]


def _asked(call: Call) -> tuple[str, str, str]:
    return call.coordinate, call.source, call.arguments


def _anywhere(call: Call) -> Call:
    return call._replace(path=None)


def order_differences(expected: list[Call], actual: list[Call], places: set[Path]) -> list[str]:
    """Whether the root fields of a mutation were at work one after the other, as they must be."""
    wanted, got = _roots(expected, places), _roots(actual, places)
    return [] if wanted == got else [f"root fields ran as {got}, not as {wanted}"]


def _roots(calls: list[Call], places: set[Path]) -> list[str]:
    """The root fields in the order of their calls, one name for all calls in a row."""
    within = (each.path for each in calls if each.path)
    # Beneath what failed, the library may still be at work when the next field begins.
    firm = (path for path in within if len(path) == 1 or not is_beneath(path, places))
    return [name for name, _ in groupby(str(path[0]) for path in firm)]
