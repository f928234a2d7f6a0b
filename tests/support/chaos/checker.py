"""The judge of a storm: every way in which the witnesses' stories may disagree, by its name."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.support.chaos.witnesses import (
    LIFECYCLE,
    Change,
    Delivery,
    Effect,
    Evidence,
    Fact,
    Outcome,
    Track,
)

#: What the storm's handler is subscribed to.
HANDLED = LIFECYCLE


class Fault(StrEnum):
    """What can be wrong."""

    HOLE = "the log's positions are not 1, 2, 3, …"
    STREAM = "a stream's numbers are not 1, 2, 3, … in the order of the log"
    LOST = "an event never came"
    SKIPPED = "an event was left out of a connection that went on behind it"
    DUPLICATED = "an event came twice in one connection, or came from before its cursor"
    MISORDERED = "an event came behind a later one"
    FOREIGN = "an event came that is not for this subscriber"
    UNKNOWN = "an event came that is not in the log"
    CURSOR = "one cursor for two events, or two for one"
    REFUSED = "a subscription was refused without reason"
    CHANGE_LOST = "a change was acknowledged and is not in the log"
    CHANGE_INVENTED = "the log has a change that nobody made, or has one twice"
    EFFECT_LOST = "a handler did not have its effect"
    EFFECT_REPEATED = "a handler had its effect twice"
    EFFECT_MISORDERED = "a handler took a stream's events out of order"
    LEFT_OVER = "the database has what it should not have"


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement, and where."""

    fault: Fault
    where: str
    what: str = ""


def findings(evidence: Evidence) -> list[Finding]:
    """Every disagreement between the witnesses; none after a storm that was survived."""
    facts = sorted(evidence.facts, key=lambda fact: fact.position)
    found = [*_log(facts), *_cursors(evidence), *_changes(evidence.changes, facts)]
    found += _effects(evidence.effects, [fact for fact in facts if fact.type in HANDLED])
    found += [Finding(Fault.LEFT_OVER, "database", what) for what in evidence.leftovers]
    places = _places(evidence, facts)
    for track in evidence.tracks:
        found += _track(track, facts, places, places[evidence.origin.cursor])
    return found


def is_complete(evidence: Evidence) -> bool:
    """Whether every subscriber has heard all that is for it."""
    positions = {fact.event_id: fact.position for fact in evidence.facts}
    origin = positions[evidence.origin.event_id]
    for track in evidence.tracks:
        heard = track.heard()
        for fact in evidence.facts:
            is_due = fact.position > origin and track.audience.hears(fact)
            if is_due and fact.event_id not in heard:
                return False
    return True


def _log(facts: Sequence[Fact]) -> Iterator[Finding]:
    positions = [fact.position for fact in facts]
    odd = [given for due, given in enumerate(positions, 1) if given != due]
    if odd:
        yield Finding(Fault.HOLE, "log", f"from {odd[:3]}")
    numbers: dict[str, list[int]] = defaultdict(list)
    for fact in facts:
        numbers[fact.stream].append(fact.seq)
    for stream, given in numbers.items():
        if given != list(range(1, len(given) + 1)):
            yield Finding(Fault.STREAM, stream, str(given[:20]))


def _cursors(evidence: Evidence) -> Iterator[Finding]:
    """A cursor is an event's place: the same from every process and at every time."""
    ids: dict[str, str] = {}
    cursors: dict[str, str] = {}
    for one in _deliveries(evidence):
        if ids.setdefault(one.cursor, one.event_id) != one.event_id:
            yield Finding(Fault.CURSOR, one.cursor, f"{ids[one.cursor]} and {one.event_id}")
        if cursors.setdefault(one.event_id, one.cursor) != one.cursor:
            yield Finding(Fault.CURSOR, one.event_id, f"{cursors[one.event_id]} and {one.cursor}")


def _deliveries(evidence: Evidence) -> Iterator[Delivery]:
    yield evidence.origin
    for track in evidence.tracks:
        for connection in track.connections:
            yield from connection.deliveries


def _places(evidence: Evidence, facts: Iterable[Fact]) -> dict[str, int]:
    """Cursor → position, as the deliveries tell it."""
    positions = {fact.event_id: fact.position for fact in facts}
    return {one.cursor: positions.get(one.event_id, 0) for one in _deliveries(evidence)}


def _track(
    track: Track, facts: Sequence[Fact], places: dict[str, int], origin: int
) -> Iterator[Finding]:
    due = [fact for fact in facts if fact.position > origin and track.audience.hears(fact)]
    known = {fact.event_id: fact for fact in facts}
    for refusal in track.refusals:
        yield Finding(Fault.REFUSED, track.name, refusal)
    for connection in track.connections:
        mine = []
        for one in connection.deliveries:
            fact = known.get(one.event_id)
            if fact is None:
                yield Finding(Fault.UNKNOWN, track.name, one.event_id)
            elif not track.audience.hears(fact):
                yield Finding(Fault.FOREIGN, track.name, _named(fact))
            else:
                mine.append(fact)
        yield from _in_order(track.name, due, mine, max(origin, places[connection.after]))
    heard = track.heard()
    for fact in due:
        if fact.event_id not in heard:
            yield Finding(Fault.LOST, track.name, _named(fact))


def _in_order(
    name: str, due: Sequence[Fact], came: Sequence[Fact], after: int
) -> Iterator[Finding]:
    """What a connection brings is the run of events behind its cursor, each of them once."""
    last, next_due = after, bisect_right(due, after, key=lambda fact: fact.position)
    seen: set[int] = set()
    skipped: dict[int, Fact] = {}
    for fact in came:
        position = fact.position
        if position in seen or position <= after:
            yield Finding(Fault.DUPLICATED, name, _named(fact))
        elif position < last:
            skipped.pop(position, None)
            yield Finding(Fault.MISORDERED, name, _named(fact))
        else:
            while due[next_due].position < position:
                skipped[due[next_due].position] = due[next_due]
                next_due += 1
            next_due += 1
            last = position
        seen.add(position)
    for fact in skipped.values():
        yield Finding(Fault.SKIPPED, name, _named(fact))


def _changes(changes: Sequence[Change], facts: Iterable[Fact]) -> Iterator[Finding]:
    """Acknowledged changes are in the log once; of the others, those that may have happened."""
    facts = list(facts)
    done, possible = _total(changes, Outcome.DONE), _total(changes, Outcome.DONE, Outcome.UNKNOWN)
    logged = Counter((fact.actor, fact.type) for fact in facts)
    for act in {(change.actor, change.type) for change in changes}:
        if logged[act] < done[act]:
            yield Finding(Fault.CHANGE_LOST, str(act), f"{logged[act]} of {done[act]}")
        if logged[act] > possible[act]:
            what = f"{logged[act]}, at most {possible[act]}"
            yield Finding(Fault.CHANGE_INVENTED, str(act), what)
    logged_to = Counter((fact.actor, fact.type, fact.customer_id) for fact in facts)
    for key, number in _done_to(changes).items():
        if logged_to[key] < number:
            yield Finding(Fault.CHANGE_LOST, str(key), f"{logged_to[key]} of {number}")


def _total(changes: Iterable[Change], *outcomes: Outcome) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for change in changes:
        if change.outcome in outcomes:
            total[change.actor, change.type] += change.number
    return total


def _done_to(changes: Iterable[Change]) -> Counter[tuple[str, str, int]]:
    done: Counter[tuple[str, str, int]] = Counter()
    for change in changes:
        if change.outcome is Outcome.DONE and change.customer_id is not None:
            done[change.actor, change.type, change.customer_id] += change.number
    return done


def _effects(effects: Sequence[Effect], facts: Iterable[Fact]) -> Iterator[Finding]:
    """One effect of each event, and a stream's effects in its order."""
    times = Counter(effect.event_id for effect in effects)
    for fact in facts:
        if times[fact.event_id] == 0:
            yield Finding(Fault.EFFECT_LOST, fact.stream, _named(fact))
        elif times[fact.event_id] > 1:
            what = f"{_named(fact)}: {times[fact.event_id]} times"
            yield Finding(Fault.EFFECT_REPEATED, fact.stream, what)
    last: dict[str, int] = {}
    for effect in effects:
        if effect.position < last.get(effect.stream, 0):
            yield Finding(Fault.EFFECT_MISORDERED, effect.stream, str(effect.position))
        last[effect.stream] = max(effect.position, last.get(effect.stream, 0))


def _named(fact: Fact) -> str:
    return f"{fact.type} at {fact.position} ({fact.stream} #{fact.seq})"
