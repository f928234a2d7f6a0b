"""From a bearer token to the actor, remembered for half a minute."""

import hashlib
import time
from collections import OrderedDict
from datetime import UTC, datetime

from domain.identity.actors import actor_of
from domain.identity.errors import InvalidToken
from domain.identity.tokens import Tokens
from domain.kernel.access import ANONYMOUS, Actor
from domain.kernel.database import Database

_REMEMBERED_SECONDS = 30.0
_MOST_REMEMBERED = 10_000


class Authenticator:
    """
    Knows who a token speaks for.

    The account behind it is read at most every 30 seconds, so a change of role, a deleted
    customer or a moved reseller takes effect within that time.
    """

    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens
        self._known: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()

    async def actor(self, authorization: str | None) -> Actor:
        """
        The actor of an ``Authorization`` value; the anonymous one without any.

        Raises:
            InvalidToken: not ``Bearer`` and a valid token.
        """
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise InvalidToken
        return await self._actor_of(token.strip())

    async def _actor_of(self, token: str) -> Actor:
        key = hashlib.sha256(token.encode()).digest()
        until, actor = self._known.get(key, (0.0, ANONYMOUS))
        if until <= time.monotonic():
            claims = self._tokens.verify(token)
            async with self._database.reading() as connection:
                actor = await actor_of(connection, claims)
            self._remember(key, actor)
        if actor.expires_at is not None and actor.expires_at <= datetime.now(UTC):
            raise InvalidToken
        return actor

    def _remember(self, key: bytes, actor: Actor) -> None:
        self._known[key] = (time.monotonic() + _REMEMBERED_SECONDS, actor)
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
