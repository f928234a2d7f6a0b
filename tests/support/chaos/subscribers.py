"""Subscribers with human habits: they dawdle, stall, leave without a word, and come back."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.chaos.streams import (
    EXCUSED,
    FAT,
    LOST,
    SLIM,
    Refused,
    Subscription,
    over_websocket,
)
from tests.support.chaos.witnesses import Connection, Delivery, Track

_STALL_SECONDS = (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Habit:
    """
    How a subscriber behaves while the storm lasts.

    ``pause`` is how long it takes over an event at most, ``stalls`` how likely it stops reading
    for seconds at one, ``stays`` how long a connection lasts on average, in seconds, and
    ``remembers`` how often it writes its cursor down: at every event, or at every so many.
    """

    pause: float = 0.0
    stalls: float = 0.0
    stays: float = 8.0
    remembers: int = 1


@dataclass(slots=True)
class Subscriber:
    """
    One client: it follows some server from its cursor on, for as long as it runs.

    ``excused`` are codes that it is refused with now and then, and rightly so.
    """

    track: Track
    urls: list[str]
    origin: str
    token: Callable[[], str]
    dice: random.Random
    habit: Habit = field(default_factory=Habit)
    filter: dict[str, Any] = field(default_factory=dict)
    follow: Callable[[Subscription], Any] = over_websocket
    excused: frozenset[str] = frozenset()
    is_calm: bool = False
    _noted: str = ""
    _taken: int = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        self._noted = self.origin
        while True:
            connection = Connection(self._noted)
            self.track.connections.append(connection)
            stays = 3600.0 if self.is_calm else self.dice.expovariate(1 / self.habit.stays)
            try:
                async with asyncio.timeout(stays):
                    await self._follow(connection)
            except Refused as refusal:
                if not refusal.codes <= EXCUSED | self.excused:
                    self.track.refusals.append(str(refusal))
            except LOST:
                pass
            await asyncio.sleep(self.dice.uniform(0.1, 1.0))

    async def _follow(self, connection: Connection) -> None:
        wanted = Subscription(
            self.dice.choice(self.urls),
            self.token(),
            after=connection.after,
            origin=self.origin,
            filter=self.filter,
            query=FAT if self.habit.stalls else SLIM,
            is_narrow=self.habit.stalls > 0,
        )
        async with contextlib.aclosing(self.follow(wanted)) as events:
            async for delivery in events:
                connection.deliveries.append(delivery)
                self._note(delivery)
                await self._dawdle()

    def _note(self, delivery: Delivery) -> None:
        self._taken += 1
        if self._taken % self.habit.remembers == 0:
            self._noted = delivery.cursor

    async def _dawdle(self) -> None:
        if self.is_calm:
            return
        if self.dice.random() < self.habit.stalls:
            await asyncio.sleep(self.dice.uniform(*_STALL_SECONDS))
        elif self.habit.pause:
            await asyncio.sleep(self.dice.uniform(0, self.habit.pause))
