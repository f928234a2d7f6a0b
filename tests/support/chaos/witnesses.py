"""What happened in a storm as its witnesses tell it: the log, the subscribers, the writers."""

from dataclasses import dataclass, field
from enum import StrEnum

#: The guide's eight, written down anew: a test that asked the program would agree with it.
LIFECYCLE = frozenset(
    {
        "customer.created",
        "customer.updated",
        "customer.deleted",
        "customer.subscription_state.changed",
        "customer.address.created",
        "customer.address.updated",
        "customer.document.verified",
        "customer.email.verified",
    }
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the event log, once the storm is over; position 0 if it was given none."""

    position: int
    event_id: str
    type: str
    stream: str
    seq: int
    customer_id: int | None
    reseller_id: int | None
    actor: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a subscription must tell of what: all that is given must hold."""

    types: frozenset[str] = LIFECYCLE
    customer_id: int | None = None
    resellers: frozenset[int] | None = None

    def hears(self, fact: Fact) -> bool:
        """Whether the fact is for this audience."""
        return (
            fact.type in self.types
            and self.customer_id in (None, fact.customer_id)
            and (self.resellers is None or fact.reseller_id in self.resellers)
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event as a subscriber got it."""

    event_id: str
    cursor: str


@dataclass(slots=True)
class Connection:
    """One subscription from its beginning to its end: the cursor it named, and what came."""

    after: str
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(slots=True)
class Track:
    """All that one subscriber was told; ``refusals`` are answers that no fault explains."""

    name: str
    audience: Audience
    connections: list[Connection] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def heard(self) -> set[str]:
        """Ids of the events that came, however often."""
        return {one.event_id for each in self.connections for one in each.deliveries}


class Outcome(StrEnum):
    """What a writer knows of its change."""

    DONE = "DONE"
    REFUSED = "REFUSED"
    #: The answer was lost: it happened if, and only if, it is in the log.
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Change:
    """One change by one writer; ``number`` events of the type if it happened."""

    actor: str
    type: str
    outcome: Outcome
    customer_id: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class Effect:
    """What a durable handler left behind: the event it was called with."""

    event_id: str
    stream: str
    position: int


@dataclass(slots=True)
class Evidence:
    """
    Everything that a storm leaves behind; ``origin`` is the cursor all subscribers began at.

    ``leftovers`` are sentences about what the database should not have.
    """

    facts: list[Fact]
    origin: Delivery
    tracks: list[Track]
    changes: list[Change]
    effects: list[Effect]
    leftovers: list[str] = field(default_factory=list)
