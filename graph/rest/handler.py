"""The one handler of all REST paths: who asks, what for, and what comes back."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from functools import cache, partial
from typing import Any

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor
from domain.kernel.errors import Unauthenticated
from graph.authentication import Authenticator
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Executor
from graph.execution import Request as Operation
from graph.rest import problems
from graph.rest.endpoints import ENDPOINTS
from graph.rest.exchange import IDEMPOTENCY_HEADER, KEY_VARIABLE, Exchange
from graph.rest.inputs import Origin, Place
from graph.rest.intake import inputs_of, keys_in_path
from graph.rest.openapi import openapi
from graph.rest.problems import Problem
from graph.rest.shapes import snake
from graph.schema import build_schema
from graph.transport.clients import client_of
from graph.transport.http import LARGEST_BODY, authorization_of, is_json, read_body
from graph.transport.identities import known
from graph.transport.presence import CLIENT_LEFT, while_present
from graph.transport.requests import decode_json

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_JSON = "application/json"

Methods = dict[str, Exchange]
Serve = Callable[[Request], Awaitable[Response]]

logger = structlog.get_logger(__name__)


class RestPaths:
    """The guide's REST paths, each a GraphQL document run as whoever asks."""

    def __init__(
        self, services: Services, executor: Executor, authenticator: Authenticator
    ) -> None:
        self._services = services
        self._executor = executor
        self._authenticator = authenticator
        exchanges = _exchanges()
        self._paths: defaultdict[str, Methods] = defaultdict(dict)
        for exchange in exchanges:
            self._paths[exchange.endpoint.path][exchange.endpoint.method] = exchange
        self._openapi = _described()

    def routes(self) -> list[BaseRoute]:
        """Each path of the table, their description, and a 404 for all else below ``/api``."""
        served: dict[str, Serve] = {"/api/openapi.json": self._description}
        served |= {path: partial(self._path, methods) for path, methods in self._paths.items()}
        served["/api/{unknown:path}"] = _nothing
        return [Route(path, guarded(serve), methods=_METHODS) for path, serve in served.items()]

    async def _description(self, request: Request) -> Response:
        _check_method(request, ("GET",))
        return Response(self._openapi, media_type=_JSON)

    async def _path(self, methods: Methods, request: Request) -> Response:
        exchange = methods[_check_method(request, methods)]
        actor = await actor_of(self._authenticator, request)
        keys = keys_in_path(exchange, request.path_params)
        named = {snake(name): key for name, key in keys.items()}
        # Beyond this block too: the line that tells of the whole request names its customer.
        structlog.contextvars.bind_contextvars(**named)
        with structlog.contextvars.bound_contextvars(
            operation=exchange.operation.name, actor=actor.subject
        ):
            body = await _body(request) if exchange.origin is Origin.BODY else None
            inputs = inputs_of(exchange, _parameters(request), body)
            return await self._run(request, exchange, keys | inputs, actor)

    async def _run(
        self, request: Request, exchange: Exchange, variables: dict[str, Any], actor: Actor
    ) -> Response:
        if exchange.takes_key:
            variables[KEY_VARIABLE] = request.headers.get(IDEMPOTENCY_HEADER)
        operation = Operation(exchange.operation.source, variables)
        context = Context(self._services, actor, client=client_of(request))
        work = self._executor.run(operation, context)
        # A change that has begun goes on to its end, whoever has left.
        answer = await (work if request.method == "POST" else while_present(request, work))
        body = exchange.body(answer)
        if body is None:
            return Response(status_code=204)
        location = exchange.endpoint.location
        return Response(
            orjson.dumps(body),
            status_code=exchange.endpoint.status,
            media_type=_JSON,
            headers={"Location": location.format(**body)} if location else None,
        )


async def actor_of(authenticator: Authenticator, request: Request) -> Actor:
    """Who asks. Raises ``Problem``: nobody does, the token is no good, or that cannot be known."""
    try:
        actor = await known(authenticator.actor(authorization_of(request)))
    except InvalidToken as failure:
        raise problems.unauthenticated(failure.message, token_came=True) from None
    except Refused as refusal:
        raise problems.unavailable(refusal.errors[0]["message"]) from None
    if actor.is_anonymous:
        raise problems.unauthenticated(Unauthenticated().message, token_came=False)
    return actor


def guarded(serve: Serve) -> Serve:
    """The same, with whatever is raised as a problem document."""

    async def guarded(request: Request) -> Response:
        try:
            return await serve(request)
        except Problem as problem:
            return problem.response(request.scope["path"])
        except ClientDisconnect:
            return Response(status_code=CLIENT_LEFT)
        except Exception as error:
            logger.error("REST path failed", exc_info=error)
            return problems.defect().response(request.scope["path"])

    return guarded


async def _nothing(_request: Request) -> Response:
    raise problems.nothing_there()


def _check_method(request: Request, allowed: Iterable[str]) -> str:
    """The method that serves the request. Raises ``Problem``: 405."""
    method = "GET" if request.method == "HEAD" else request.method
    if method in allowed:
        return method
    listed = ", ".join(sorted({*allowed, "HEAD"} if "GET" in allowed else allowed))
    raise Problem(
        problems.METHOD_NOT_ALLOWED, f"This address takes {listed}", headers={"Allow": listed}
    )


@cache
def _exchanges() -> tuple[Exchange, ...]:
    schema = build_schema()._schema
    return tuple(Exchange(endpoint, schema) for endpoint in ENDPOINTS)


@cache
def _described() -> bytes:
    return orjson.dumps(openapi(_exchanges()))


def _parameters(request: Request) -> dict[str, list[str]]:
    query = request.query_params
    return {name: query.getlist(name) for name in query}


async def _body(request: Request) -> Any:
    """The JSON value sent; an empty body is an empty object. Raises ``Problem``."""
    body = await read_body(request)
    if body is None:
        message = f"The body is larger than {LARGEST_BODY} bytes"
        raise Problem(problems.CONTENT_TOO_LARGE, message)
    if not body:
        return {}
    if not is_json(request.scope):
        raise Problem(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type must be {_JSON}",
            headers={"Accept-Post": _JSON},
        )
    try:
        return decode_json(body)
    except Refused as refusal:
        raise _unreadable(refusal.errors[0]) from None


def _unreadable(error: dict[str, Any]) -> Problem:
    code, path = error["extensions"]["code"], error["extensions"].get("argumentPath")
    faults = [Place(Origin.BODY, tuple(path)).fault(error["message"], code)] if path else ()
    return Problem(code, error["message"], faults=faults)
