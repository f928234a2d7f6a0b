"""How customers got where they are: each story is a way through the two state machines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.customer.models import CustomerStatus, SubscriptionState, TrackedState
from domain.demo.clock import Clock, dice

_Status = CustomerStatus
_State = SubscriptionState


@dataclass(frozen=True, slots=True)
class Step:
    """
    One arrow of a story.

    ``day`` counts from the customer's creation, or backwards from now if negative; None is the
    instant of the step before.
    """

    to: CustomerStatus | SubscriptionState
    day: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A life that ``share`` of fifty customers have led, in days of age."""

    name: str
    share: int
    youngest: float
    oldest: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow taken, with its instant."""

    at: datetime
    machine: TrackedState
    left: str
    entered: str
    reason: str | None


_WELCOME = (Step(_Status.ACTIVE, 0.3), Step(_State.ACTIVE, 0.6))
_OVERDUE = "Invoices overdue"

STORIES = (
    Story("settled", 27, 40, 1100, _WELCOME),
    Story(
        "tried",
        4,
        60,
        900,
        (Step(_Status.ACTIVE, 0.3), Step(_State.TRIAL, 0.6), Step(_State.ACTIVE, 14.0)),
    ),
    Story(
        "resumed",
        3,
        200,
        1000,
        (*_WELCOME, Step(_State.SUSPENDED, -60, _OVERDUE), Step(_State.ACTIVE, -45, "Paid")),
    ),
    Story("trial", 2, 3, 12, (Step(_Status.ACTIVE, 0.3), Step(_State.TRIAL, 0.6))),
    Story("overdue", 2, 150, 800, (*_WELCOME, Step(_State.SUSPENDED, -9, _OVERDUE))),
    Story("prepaid", 1, 90, 500, (*_WELCOME, Step(_State.PENDING_PAYMENT, -6, "Renewal due"))),
    Story("ordered", 1, 2, 10, (Step(_Status.ACTIVE, 0.3), Step(_State.PENDING_PAYMENT, 0.6))),
    Story("waiting", 2, 2, 8, (Step(_Status.ACTIVE, 0.3), Step(_State.PENDING_ACTIVATION, 0.6))),
    Story("expired", 1, 150, 700, (*_WELCOME, Step(_State.EXPIRED, -40, "Contract ended"))),
    Story("cancelled", 1, 200, 900, (*_WELCOME, Step(_State.CANCELLED, -50, "Moved abroad"))),
    Story("registered", 2, 0.5, 14, ()),
    Story(
        "left",
        1,
        250,
        900,
        (
            *_WELCOME,
            Step(_State.CANCELLED, -70, "Chose another provider"),
            Step(_Status.INACTIVE, -66, "No subscription"),
        ),
    ),
    Story(
        "held",
        2,
        100,
        900,
        (
            *_WELCOME,
            Step(_Status.SUSPENDED, -5, "Spam sent from the line"),
            Step(_State.SUSPENDED, None, "customer suspended"),
        ),
    ),
    Story(
        "closed",
        1,
        300,
        900,
        (
            *_WELCOME,
            Step(_State.CANCELLED, -120, "Moved away"),
            Step(_Status.CLOSED, -90, "Left"),
        ),
    ),
)


def cast() -> tuple[Story, ...]:
    """Fifty stories in the order that customers have them, again and again; settled ones first."""
    stories = [story for story in STORIES for _ in range(story.share)]
    settled, others = stories[:8], stories[8:]
    dice("cast").shuffle(others)
    return (*settled, *others)


def born(story: Story, clock: Clock, chance: Random) -> datetime:
    """When the customer of the story was created; more of them lately than long ago."""
    share = chance.random() ** 1.4
    age = story.youngest + (story.oldest - story.youngest) * share
    return (clock.now - timedelta(days=age)).replace(microsecond=0)


def moves(story: Story, created_at: datetime, clock: Clock, chance: Random) -> Iterator[Move]:
    """The arrows in the order taken."""
    stands: dict[TrackedState, str] = {
        TrackedState.STATUS: _Status.PENDING,
        TrackedState.SUBSCRIPTION: _State.INACTIVE,
    }
    at = created_at
    for step in story.steps:
        is_status = isinstance(step.to, CustomerStatus)
        machine = TrackedState.STATUS if is_status else TrackedState.SUBSCRIPTION
        at = at if step.day is None else _instant(step.day, created_at, clock, chance)
        yield Move(at, machine, stands[machine], step.to, step.reason)
        stands[machine] = step.to


def _instant(day: float, created_at: datetime, clock: Clock, chance: Random) -> datetime:
    base = created_at if day >= 0 else clock.now
    return base + timedelta(days=day, seconds=chance.randint(0, 12_000))
