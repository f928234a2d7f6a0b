"""The application: one port for GraphQL, the guide's REST paths, the explorer and health."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from domain.billing.gateway import configure_gateway
from domain.identity.tokens import Tokens
from domain.kernel.audit_writer import AuditWriter
from domain.kernel.database import Database, create_engine
from domain.monitoring.notifiers import configure_notifier
from graph.admission import admission_of
from graph.authentication import Authenticator
from graph.billing.gateway_setup import gateway_of, webhook_secrets
from graph.billing.stripe_webhook import StripeWebhook
from graph.clocks import clocks_of
from graph.context import Services
from graph.execution import Executor
from graph.explorer import Explorer
from graph.handlers import attach_handlers
from graph.identity.paths import IdentityPaths
from graph.limits.gate import budgets_in
from graph.live.live import Live
from graph.mail import notifier_of
from graph.metrics import Metrics
from graph.middleware import Envelope
from graph.papers.paths import InvoicePaths
from graph.rest.handler import RestPaths
from graph.schema import build_schema
from graph.settings import Settings
from graph.transport.door import Cors, Door, is_allowed_origin
from graph.transport.http import GraphQLOverHTTP, OperationsFirst
from graph.transport.measures import refused
from graph.transport.negotiation import LEGACY
from graph.transport.responses import full, respond_error
from graph.transport.websocket import GraphQLSocket
from graph.webhook.delivery import webhooks_of
from resolvers.sharing import SharedReads
from subscriptions.event_bus import PROCESS, Registry
from subscriptions.stream import EventStream

_ANSWER_SECONDS = 3.0
_ASKED_WITH = [
    "authorization",
    "content-type",
    "idempotency-key",
    "last-event-id",
    "x-request-id",
]
_SHOWN = ["retry-after", "www-authenticate", "x-request-id"]

logger = structlog.get_logger(__name__)


class Application:
    """Everything one process serves, on one database."""

    def __init__(self, settings: Settings, database_url: str, registry: Registry = PROCESS) -> None:
        database = Database(create_engine(database_url, pool_size=settings.pool_size))
        tokens = Tokens(settings.token_secrets(), settings.jwks_file)
        webhooks = webhooks_of(settings, database)
        broadcast_url = settings.broadcast_url.get_secret_value()
        self.services = Services(
            settings=settings,
            database=database,
            stream=EventStream(
                database,
                broadcast_url,
                registry,
                sources=(webhooks,),
                keep_events=settings.keep_events,
            ),
            tokens=tokens,
            authenticator=Authenticator(database, tokens),
            webhooks=webhooks,
            audit=AuditWriter(database),
            reads=SharedReads(database),
        )
        budgets = budgets_in(
            settings.shared_budgets, settings.points_per_minute, settings.requests_per_second
        )
        self.executor = Executor(
            build_schema(),
            admission_of(settings),
            budgets,
            compiles=settings.executor == "compiled",
        )
        self.authenticator = self.services.authenticator
        self.services.stream.hub.on_event(self.authenticator.heed)
        self.live = Live(self.services, self.executor)
        self._registry = registry
        self.http = GraphQLOverHTTP(self.services, self.executor, self.authenticator, self.live)
        self._metrics = Metrics(self.services, self.authenticator, self.executor)
        self._explorer = Explorer(self.services.tokens, is_demo=settings.demo)

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[dict[str, Any]]:
        """Handlers and the event stream run as long as the process serves."""
        configure_notifier(notifier_of(self.services.settings))
        configure_gateway(gateway_of(self.services.settings))
        await attach_handlers(self._registry)
        services = self.services
        clocks = clocks_of(services.settings, services.database)
        async with (
            services.audit.running(),
            services.webhooks.running(),
            services.stream.running(),
            clocks.running(),
        ):
            # The server's protocols tell it when the process is about to end.
            yield {"live": self.live}
            await self.live.stop()
        await self.executor.gate.close()
        await self.services.database.dispose()

    async def graphql(self, request: Request) -> Response:
        """``/graphql`` but for operations: the explorer by GET, where it is shown."""
        has_page = self.services.settings.shows_explorer
        wants_page = "text/html" in request.headers.get("accept", "")
        if request.method in ("GET", "HEAD") and wants_page and has_page:
            return self._explorer.page(request)
        allowed = {"Allow": "GET, HEAD, POST, OPTIONS" if has_page else "POST, OPTIONS"}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allowed)
        return respond_error(405, "Operations come by POST", LEGACY, allowed)

    async def socket(self, socket: WebSocket) -> None:
        """``/graphql`` by WebSocket."""
        if not is_allowed_origin(socket.headers, self.services.settings.allowed_origins):
            refused("origin")
            refusal = respond_error(403, "This origin is not allowed", LEGACY)
        elif not self.live.has_room:
            refusal = full()
        else:
            await GraphQLSocket(
                socket, self.services, self.executor, self.authenticator, self.live
            ).run()
            return
        await socket.send_denial_response(refusal)

    async def healthz(self, _request: Request) -> Response:
        """The process runs."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, _request: Request) -> Response:
        """
        The process can serve: the database answers and the event stream runs.

        Without a broker wake-ups are "degraded": events come by the clock, and the process serves.
        """
        stream = self.services.stream
        checks = {
            "database": "ok" if await self._database_answers() else "failed",
            "events": "ok" if stream.is_running else "failed",
            "wakeups": "ok" if stream.wakeup.is_connected else "degraded",
        }
        ready = "failed" not in checks.values()
        body = {"status": "ready" if ready else "not ready", "checks": checks}
        return JSONResponse(body, status_code=200 if ready else 503)

    def routes(self) -> list[BaseRoute]:
        """All paths."""
        explorer = self._explorer.routes() if self.services.settings.shows_explorer else []
        return [
            Route("/graphql", _Every(self.graphql)),
            WebSocketRoute("/graphql", self.socket),
            *explorer,
            *RestPaths(self.services, self.executor, self.authenticator).routes(),
            *InvoicePaths(self.services, self.executor, self.authenticator).routes(),
            *IdentityPaths(self.services).routes(),
            *StripeWebhook(self.services, webhook_secrets(self.services.settings)).routes(),
            Route("/healthz", self.healthz, methods=["GET"]),
            Route("/readyz", self.readyz, methods=["GET"]),
            Route("/metrics", self._metrics.get, methods=["GET"]),
        ]

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self.services.database.reading() as read:
                await read.execute(text("select 1"))
        except Exception as error:
            logger.warning("database does not answer", error=type(error).__name__)
            return False
        return True


def create_app(settings: Settings, database_url: str, registry: Registry = PROCESS) -> Starlette:
    """The ASGI application over a migrated database."""
    application = Application(settings, database_url, registry)
    operations = Middleware(OperationsFirst, http=application.http)
    door = Middleware(Door, hosts=settings.allowed_hosts, proxies=settings.trusted_proxies)
    cors = Middleware(
        Cors,
        allow_origins=settings.allowed_origins,
        allow_methods=["POST", "GET"],
        allow_headers=_ASKED_WITH,
        allow_credentials=False,
        expose_headers=_SHOWN,
    )
    app = Starlette(
        routes=application.routes(),
        lifespan=application.lifespan,
        middleware=[Middleware(Envelope), door, cors, operations],
        exception_handlers={HTTPException: _http_error},
    )
    app.router.redirect_slashes = False
    app.state.application = application
    return app


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return respond_error(error.status_code, error.detail, LEGACY, headers)


class _Every:
    """An endpoint that is asked whatever the method is."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive, send))
        await response(scope, receive, send)
