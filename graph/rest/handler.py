"""The one handler of all REST paths: who asks, what for, and what comes back."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor
from graph import errors
from graph.authentication import Authenticator
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Executor
from graph.execution import Request as Operation
from graph.rest import problems
from graph.rest.endpoints import ENDPOINTS
from graph.rest.exchange import IDEMPOTENCY_HEADER, Exchange
from graph.rest.inputs import Origin
from graph.rest.intake import inputs_of, keys_in_path
from graph.rest.openapi import openapi
from graph.rest.problems import Problem
from graph.schema import build_schema
from graph.transport.http import LARGEST_BODY, authorization_of, is_json, read_body
from graph.transport.requests import decode_json

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_JSON = "application/json"

Methods = dict[str, Exchange]

logger = structlog.get_logger(__name__)


class RestPaths:
    """The guide's REST paths, each a GraphQL document run as whoever asks."""

    def __init__(
        self, services: Services, executor: Executor, authenticator: Authenticator
    ) -> None:
        self._services = services
        self._executor = executor
        self._authenticator = authenticator
        schema = build_schema()._schema
        exchanges = [Exchange(endpoint, schema) for endpoint in ENDPOINTS]
        self._paths: defaultdict[str, Methods] = defaultdict(dict)
        for exchange in exchanges:
            self._paths[exchange.endpoint.path][exchange.endpoint.method] = exchange
        self._openapi = orjson.dumps(openapi(exchanges))

    def routes(self) -> list[BaseRoute]:
        """Each path of the table, their description, and a 404 for all else below ``/api``."""
        served = [
            Route(path, self._endpoint(methods), methods=_METHODS)
            for path, methods in self._paths.items()
        ]
        return [
            Route("/api/openapi.json", self._description, methods=["GET"]),
            *served,
            Route("/api/{unknown:path}", self._endpoint({}), methods=_METHODS),
        ]

    async def _description(self, _request: Request) -> Response:
        return Response(self._openapi, media_type=_JSON)

    def _endpoint(self, methods: Methods) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await self._serve(request, _chosen(methods, request.method))
            except Problem as problem:
                return problem.response(request.url.path)
            except Exception as error:
                logger.error("REST path failed", exc_info=error)
                return problems.defect().response(request.url.path)

        return endpoint

    async def _serve(self, request: Request, exchange: Exchange) -> Response:
        actor = await self._actor(request)
        variables: dict[str, Any] = keys_in_path(exchange, request.path_params)
        with structlog.contextvars.bound_contextvars(
            operation=exchange.operation.name, actor=actor.subject, **_snaked(exchange, variables)
        ):
            variables |= inputs_of(exchange, _parameters(request), await _body(request, exchange))
            if exchange.takes_key:
                variables["idempotencyKey"] = request.headers.get(IDEMPOTENCY_HEADER)
            operation = Operation(exchange.operation.source, variables)
            answer = await self._executor.execute(operation, Context(self._services, actor))
            return _respond(exchange, exchange.body(answer))

    async def _actor(self, request: Request) -> Actor:
        try:
            actor = await self._authenticator.actor(authorization_of(request))
        except InvalidToken as failure:
            raise problems.unauthenticated(failure.message, token_came=True) from None
        if actor.is_anonymous:
            raise problems.unauthenticated("Sign in first", token_came=False)
        return actor
