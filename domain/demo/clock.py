"""When the demo's history ends, and the dice that make it: the same throws in every run."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

_SEED = 20_250_314
#: How far back invoices, payments and usage reach.
HISTORY = timedelta(days=365)
#: Facts that come in masses are told in the event log for this long only.
TOLD_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Clock:
    """Books are kept until ``now``; what is measured goes on until ``live``, on the same day."""

    now: datetime
    live: datetime

    @classmethod
    def of(cls, now: datetime | None) -> "Clock":
        """``now`` and nothing later; or today's midnight (UTC), measured until this hour."""
        if now is not None:
            return cls(now.astimezone(UTC), now.astimezone(UTC))
        live = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        return cls(live.replace(hour=0), live)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def horizon(self) -> date:
        """The first day of the history of invoices and usage."""
        return self.today - HISTORY

    def days_ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def is_told(self, at: datetime) -> bool:
        """Whether a fact of the many is recent enough for the event log."""
        return at >= self.now - TOLD_FOR


def dice(subject: str, number: int = 0) -> Random:
    """A generator of its own for each thing: what one draws does not depend on the others."""
    return Random(f"{_SEED}:{subject}:{number}")  # noqa: S311


def midnight(day: date) -> datetime:
    """The first instant of the day, UTC."""
    return datetime.combine(day, time(), UTC)


def uuid7_at(instant: datetime, chance: Random) -> UUID:
    """A UUIDv7 of that instant (RFC 9562 §5.7), its random bits drawn from ``chance``."""
    milliseconds = int(instant.timestamp() * 1000)
    value = (milliseconds & (2**48 - 1)) << 80 | chance.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
