"""Token buckets in Redis, common to all processes; while it is away each counts for itself."""

import time
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from graph.limits.buckets import Allowance, MemoryBuckets, Taken
from graph.limits.measures import BUDGETS_UNSHARED

#: Longer than any healthy answer takes, short enough for a request to wait.
_PATIENCE_SECONDS = 0.25
#: How long a Redis that has failed is left alone.
_PAUSE_SECONDS = 2.0

# One step for all processes, by Redis' own clock. A bucket that must be full again is forgotten.
_TAKE = """
local capacity, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = capacity
if kept[1] then
  level = math.min(capacity, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate)
end
local wait = math.max(0, wanted - level) / rate
if wait == 0 then level = level - wanted end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level),
  'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - level) / rate * 1000) + 1000)
return {string.format('%.6f', level), string.format('%.6f', wait)}
"""

logger = structlog.get_logger(__name__)


class SharedBuckets:
    """
    ``url`` is ``redis://`` or ``rediss://``, with redis-py's options.

    A Redis that does not answer stops nobody: it is logged once, counted, and tried again after
    two seconds; until then this process counts for itself.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = Redis.from_url(
            url,
            protocol=2,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._take = self._client.register_script(_TAKE)
        self._own = MemoryBuckets(clock)
        self._clock = clock
        self._again_at = 0.0
        self._is_away = False

    async def take(self, key: str, allowance: Allowance, wanted: int) -> Taken:
        if self._clock() < self._again_at:
            return await self._own.take(key, allowance, wanted)
        arguments: list[str | int] = [allowance.capacity, repr(allowance.per_second), wanted]
        try:
            level, wait = await self._take(keys=[f"isp-graph:{key}"], args=arguments)
        except (RedisError, OSError) as error:
            self._goes_on_alone(error)
            return await self._own.take(key, allowance, wanted)
        if self._is_away:
            self._is_away = False
            logger.info("budgets are shared again")
        return Taken(float(level), float(wait))

    async def close(self) -> None:
        await self._client.aclose()

    def _goes_on_alone(self, error: Exception) -> None:
        BUDGETS_UNSHARED.inc()
        self._again_at = self._clock() + _PAUSE_SECONDS
        if not self._is_away:
            # Never the URL: it may hold a password.
            logger.warning("budgets are not shared", error=type(error).__name__)
        self._is_away = True
