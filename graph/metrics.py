"""``GET /metrics``: how this process and the log fare, for Prometheus."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.identity.errors import InvalidToken
from domain.identity.tokens import Tokens
from domain.kernel import access
from domain.kernel.access import Actor, Permission, Role, require
from domain.kernel.database import Database
from domain.kernel.errors import AccessDenied, DomainError, Unauthenticated
from graph import errors
from graph.authentication import Authenticator
from graph.cache_measures import of_caches
from graph.context import Services
from graph.execution import Executor
from graph.transport.http import authorization_of
from graph.transport.negotiation import LEGACY
from graph.transport.responses import respond, unauthorized
from subscriptions.lag import ConsumerLag, LogLag, consumer_lags, log_lag
from subscriptions.wakeup import WakeUpHealth

_DATABASE_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class Metrics:
    """
    Served to whoever has ``metrics:read``: by role administrators only.

    Counters are this process's own; what is read of the log is the same from every process.
    """

    def __init__(
        self, services: Services, authenticator: Authenticator, executor: Executor
    ) -> None:
        self._services = services
        self._authenticator = authenticator
        self._executor = executor

    async def get(self, request: Request) -> Response:
        """All metrics in Prometheus' text format; without those of a database that is away."""
        try:
            require(await self._actor(request), Permission.METRICS_READ, "read metrics")
        except InvalidToken as failure:
            return unauthorized(failure)
        except Unauthenticated as failure:
            return _refused(failure, 401)
        except AccessDenied as failure:
            return _refused(failure, 403)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(REGISTRY)
        registry.register(_Reading(of_caches(self._executor)))
        registry.register(_Reading(_wakeups(self._services.stream.wakeup.health)))
        registry.register(_Reading(await _of_database(self._services.database)))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def _actor(self, request: Request) -> Actor:
        """Who asks; a service whose token says all is known without the database too."""
        authorization = authorization_of(request)
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                return await self._authenticator.actor(authorization)
        except InvalidToken:
            raise
        except Exception as error:
            logger.warning("database does not answer", error=type(error).__name__)
            return _by_token_alone(self._services.tokens, authorization or "")


class _Reading(Collector):
    """What was read for one scrape."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _by_token_alone(tokens: Tokens, authorization: str) -> Actor:
    claims = tokens.verify(authorization.partition(" ")[2].strip())
    if claims.role is not Role.SERVICE or claims.subject.startswith("account:"):
        raise HTTPException(503, "The database does not answer")
    return access.service(claims.subject, claims.scopes)


def _refused(failure: DomainError, status: int) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return respond(status, {"errors": [errors.domain_error(failure)]}, LEGACY, headers)


async def _of_database(database: Database) -> list[GaugeMetricFamily]:
    try:
        async with asyncio.timeout(_DATABASE_SECONDS), database.reading() as connection:
            log, consumers = await log_lag(connection), await consumer_lags(connection)
    except Exception as error:
        logger.warning("database does not answer", error=type(error).__name__)
        return [_database_up(0)]
    return [_database_up(1), *_log(log), *_consumers(consumers)]


def _database_up(value: float) -> GaugeMetricFamily:
    return _gauge("database_up", "Whether the database answered this scrape", value)


def _wakeups(health: WakeUpHealth) -> list[GaugeMetricFamily]:
    heard = [] if health.seconds_since_heard is None else [health.seconds_since_heard]
    return [
        _gauge(
            "wakeup_connected",
            "Whether the broker of wake-ups answers; the log is polled if not",
            health.is_connected,
        ),
        _gauge(
            "wakeup_state_seconds",
            "How long the broker has been connected, or not connected",
            health.seconds_so,
        ),
        _gauge("wakeup_age_seconds", "Time since the broker last said something", *heard),
    ]


def _log(log: LogLag) -> list[GaugeMetricFamily]:
    return [
        _gauge("log_position", "Newest position of the event log", log.position),
        _gauge("log_floor", "Newest position that was removed from the log", log.floor),
        _gauge(
            "events_unpositioned",
            "Committed events that no relay has given a position yet",
            log.unpositioned,
        ),
        _gauge(
            "events_unpositioned_age_seconds",
            "Age of the oldest event without a position",
            log.unpositioned_seconds,
        ),
    ]


def _consumers(lags: Sequence[ConsumerLag]) -> list[GaugeMetricFamily]:
    positions = _by_consumer("lag_positions", "Positions from a consumer's first undone event on")
    seconds = _by_consumer("lag_seconds", "Age of a consumer's first undone event")
    deliveries = _by_consumer("deliveries", "Deliveries that are not done, by status", "status")
    paused = _by_consumer("paused", "Consumers of the name that are paused")
    for lag in lags:
        positions.add_metric([lag.consumer], lag.positions)
        seconds.add_metric([lag.consumer], lag.seconds)
        paused.add_metric([lag.consumer], lag.paused)
        for status in ("pending", "running", "dead"):
            deliveries.add_metric([lag.consumer, status], getattr(lag, status))
    return [positions, seconds, deliveries, paused]


def _gauge(name: str, help_text: str, *values: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"isp_graph_{name}", help_text, labels=())
    for value in values:
        family.add_metric((), float(value))
    return family


def _by_consumer(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"isp_graph_consumer_{name}", help_text, labels=("consumer", *labels))
