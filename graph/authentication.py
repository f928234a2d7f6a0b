"""From a bearer token to the actor, remembered for half a minute."""

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from domain.identity.actors import actor_of
from domain.identity.errors import InvalidToken
from domain.identity.revocations import revoked_by
from domain.identity.tokens import Tokens
from domain.kernel.access import ANONYMOUS, Actor
from domain.kernel.database import Database
from domain.kernel.events import LoggedEvent

_REMEMBERED_SECONDS = 30.0
_MOST_REMEMBERED = 10_000
_MOST_LOOK_UPS = 4
_SCHEME = "Bearer "
_NOBODY = (-math.inf, ANONYMOUS)


class Authenticator:
    """
    Knows who a token speaks for.

    The account behind it is read at most every 30 seconds, so a change of role, a deleted
    customer or a moved reseller takes effect within that time, and at once in the process that
    is told of it.
    """

    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens
        self._known: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()
        self._asked: dict[bytes, asyncio.Task[tuple[float, Actor]]] = {}
        self._looking_up = asyncio.Semaphore(_MOST_LOOK_UPS)
        #: Steps whenever somebody is forgotten: what was remembered elsewhere is to be asked anew.
        self.generation = 0

    def at_hand(self, authorization: str | None) -> Actor | None:
        """The actor of an ``Authorization`` value that need not be looked up; None if it must."""
        if authorization is None:
            return ANONYMOUS
        if not authorization.startswith(_SCHEME):
            return None
        until, actor = self._known.get(_key(authorization[len(_SCHEME) :]), _NOBODY)
        if until <= time.monotonic():
            return None
        remaining = remaining_seconds(actor)
        return actor if remaining is None or remaining > 0 else None

    async def actor(self, authorization: str | None) -> Actor:
        """
        The actor of an ``Authorization`` value; the anonymous one without any.

        Raises:
            InvalidToken: not ``Bearer`` and a valid token.
        """
        _, actor = await self.remembered(authorization)
        return actor

    async def remembered(self, authorization: str | None) -> tuple[float, Actor]:
        """The same, and until when on the monotonic clock it need not be asked again."""
        if authorization is None:
            return math.inf, ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise InvalidToken
        return await self._actor_of(token.strip())

    def forget(self, subject: str) -> None:
        """Look the subject up anew before it does anything more."""
        self._forget(lambda actor: actor.subject == subject)

    def heed(self, event: LoggedEvent) -> None:
        """Look those up anew whom the event may have shut out."""
        revoked = revoked_by(event)
        if revoked is not None:
            self._forget(revoked.concerns)

    def _forget(self, is_meant: Callable[[Actor], bool]) -> None:
        self.generation += 1
        meant = [key for key, (_, actor) in self._known.items() if is_meant(actor)]
        for key in meant:
            del self._known[key]

    async def _actor_of(self, token: str) -> tuple[float, Actor]:
        key = _key(token)
        until, actor = self._known.get(key, _NOBODY)
        if until <= time.monotonic():
            until, actor = await self._looked_up_once(key, token)
        remaining = remaining_seconds(actor)
        if remaining is None:
            return until, actor
        if remaining <= 0:
            raise InvalidToken
        return min(until, time.monotonic() + remaining), actor

    async def _looked_up_once(self, key: bytes, token: str) -> tuple[float, Actor]:
        """All who ask for the same token at the same time wait for one look-up."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.create_task(self._look_up(key, token))
            asked.add_done_callback(lambda task: self._has_answered(key, task))
        # Who is cancelled leaves the look-up to the others.
        return await asyncio.shield(asked)

    def _has_answered(self, key: bytes, task: asyncio.Task[tuple[float, Actor]]) -> None:
        del self._asked[key]
        if not task.cancelled():
            task.exception()  # Told to whoever still waits; nobody need.

    async def _look_up(self, key: bytes, token: str) -> tuple[float, Actor]:
        claims = self._tokens.verify(token)
        while True:
            begun_in = self.generation
            # Thousands of sockets ask in the same second: operations need connections too.
            async with self._looking_up, self._database.reading() as connection:
                actor = self._same(key, await actor_of(connection, claims))
            # Somebody was forgotten meanwhile: what was read may be of before.
            if begun_in == self.generation:
                break
        until = time.monotonic() + _REMEMBERED_SECONDS
        self._remember(key, until, actor)
        return until, actor

    def _same(self, key: bytes, actor: Actor) -> Actor:
        """The object that stood for the actor before: who compares need not look into it."""
        _, before = self._known.get(key, _NOBODY)
        return before if before == actor else actor

    def _remember(self, key: bytes, until: float, actor: Actor) -> None:
        self._known[key] = (until, actor)
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)


def _key(token: str) -> bytes:
    """What a token is remembered by, instead of itself."""
    return hashlib.sha256(token.encode()).digest()


class Identity:
    """Who one connection speaks for: asked before everything it is sent, looked up rarely."""

    # Thousands are asked for each event.
    __slots__ = ("_actor", "_authenticator", "_authorization", "_generation", "_until")

    def __init__(self, authenticator: Authenticator, authorization: str | None) -> None:
        self._authenticator = authenticator
        self._authorization = authorization
        self._until = -math.inf
        self._generation = -1
        self._actor = ANONYMOUS

    def is_known_as(self, actor: Actor) -> bool:
        """Whether the connection speaks for this actor, and nobody need be asked."""
        return (
            actor is self._actor
            and self._generation == self._authenticator.generation
            and time.monotonic() < self._until
        )

    async def actor(self) -> Actor:
        """
        The actor as of half a minute ago at most.

        Raises:
            InvalidToken: the authorization is not, or no longer, good.
        """
        generation = self._authenticator.generation
        if time.monotonic() >= self._until or generation != self._generation:
            self._until, self._actor = await self._authenticator.remembered(self._authorization)
            self._generation = generation
        return self._actor


def remaining_seconds(actor: Actor) -> float | None:
    """How long the actor's token is good for; None if it does not end."""
    return None if actor.expires_at is None else actor.expires_at.timestamp() - time.time()
