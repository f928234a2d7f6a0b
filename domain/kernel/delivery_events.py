"""What people did about consumers and their deliveries: nothing of it goes without a trace."""

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class _ConsumerEvent(Event):
    consumer: str

    @property
    def stream(self) -> str:
        """A consumer's events keep their order among themselves."""
        return f"consumer:{self.consumer}"


@dataclass(frozen=True, kw_only=True)
class DeliveryRedriven(_ConsumerEvent):
    """A dead letter is to be tried again."""

    type: ClassVar[str] = "delivery.redriven"

    position: int
    event_id: str
    event_type: str | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryDiscarded(_ConsumerEvent):
    """A dead letter was given up for good; ``reason`` is what the person said."""

    type: ClassVar[str] = "delivery.discarded"

    position: int
    event_id: str
    event_type: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ConsumerPaused(_ConsumerEvent):
    """A consumer is to handle nothing for now; ``position`` is its place in the log."""

    type: ClassVar[str] = "delivery.paused"

    position: int


@dataclass(frozen=True, kw_only=True)
class ConsumerResumed(_ConsumerEvent):
    """A consumer goes on from ``position``, its place in the log."""

    type: ClassVar[str] = "delivery.resumed"

    position: int


@dataclass(frozen=True, kw_only=True)
class ConsumerReplayed(_ConsumerEvent):
    """
    A consumer's place was set back from ``position`` to ``after``.

    ``dropped`` deliveries behind that place, ``dead`` of them dead letters, are opened anew.
    """

    type: ClassVar[str] = "delivery.replayed"

    after: int
    position: int
    dropped: int
    dead: int
