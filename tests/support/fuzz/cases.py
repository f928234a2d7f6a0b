"""Cases: each is known by a seed and a number, whatever came before it."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from graphql import GraphQLSchema

from graph.rest.endpoints import ENDPOINTS
from graph.rest.exchange import Exchange
from graph.rest.shapes import snake
from tests.support.fuzz.hostile import as_json, hostile
from tests.support.fuzz.operations import Generator

_DOORS = {"post": 60, "socket": 18, "stream": 8, "rest": 14}
#: How much of what is sent is hostile: nothing, a little, or half of it.
_SPITES = (0.0, 0.04, 0.15, 0.5)
_STRANGE_HEADERS = (
    ("Idempotency-Key", ""),
    ("Idempotency-Key", "k" * 300),
    ("Idempotency-Key", "\xff\xfe"),
    ("Last-Event-ID", "\xe9"),
    ("Last-Event-ID", "AAAAAAAAAAAAAAAAAAAAAA"),
    ("X-Request-Id", "\xff" * 20),
    ("X-Request-Id", "x" * 500),
    ("Accept-Language", "\x80"),
    ("Forwarded", "for=unknown"),
    ("traceparent", "00-zz-zz-00"),
)
_PRINTED = 3_000
#: How many cases in a row have a document in common.
_ALIKE = 4


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request: by which door, as whom, and what is sent."""

    number: int
    door: str
    principal: str
    body: str
    kind: str = "query"
    method: str = "POST"
    path: str = "/graphql"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        size = len(self.body)
        sent = self.body if size < _PRINTED else f"{self.body[:_PRINTED]}… ({size} characters)"
        return f"{self.door} as {self.principal}: {self.method} {self.path} {sent}"


class Cases:
    """The cases of one seed, over one schema and by these principals."""

    def __init__(self, schema: GraphQLSchema, principals: list[str], seed: int) -> None:
        self._schema = schema
        self._principals = principals
        self._seed = seed
        self._exchanges = [Exchange(endpoint, schema) for endpoint in ENDPOINTS]

    def case(self, number: int) -> Case:
        """The case of that number."""
        rng = Random(f"{self._seed}:{number}")
        [door] = rng.choices(list(_DOORS), list(_DOORS.values()))
        facts: dict[str, Any] = {
            "number": number,
            "door": door,
            # Whoever may do everything gets deepest.
            "principal": "admin" if rng.random() < 0.5 else rng.choice(self._principals),
        }
        # A document with other values each time: the server, too, has checked it before.
        shape = Random(f"{self._seed}:{number // _ALIKE}")
        generator = Generator(self._schema, shape, rng, rng.choice(_SPITES))
        made = self._rest(generator, rng) if door == "rest" else _graphql(generator, rng)
        headers = [("X-Request-Id", f"fuzz-{number}")]
        if rng.random() < 0.05:
            headers = [rng.choice(_STRANGE_HEADERS)]
        return Case(**facts, **made, headers=tuple(headers))

    def _rest(self, generator: Generator, rng: Random) -> dict[str, Any]:
        exchange = rng.choice(self._exchanges)
        given = {
            name: _snaked(generator.value(variable.type, variable.name))
            for name, variable in exchange.inputs.items()
            if rng.random() < 0.8
        }
        path = re.sub(r"{\w+}", lambda _match: _in_path(rng), exchange.endpoint.path)
        method = exchange.endpoint.method
        if method == "GET":
            path += "?" + "&".join(f"{name}={_quoted(each)}"[:500] for name, each in given.items())
        body = as_json(given) if method == "POST" else ""
        return {"kind": "rest", "method": method, "path": path, "body": body}


def _graphql(generator: Generator, rng: Random) -> dict[str, Any]:
    made = generator.operation()
    request: dict[str, Any] = {"query": made.document, "variables": made.variables}
    if made.name is not None:
        request["operationName"] = made.name
    if rng.random() < 0.03:
        request[rng.choice(("query", "variables", "operationName", "extensions"))] = hostile(rng)
    return {"kind": made.kind, "body": as_json(request)}


def _in_path(rng: Random) -> str:
    value = hostile(rng) if rng.random() < 0.2 else rng.randint(1, 12)
    return _quoted(value)[:200] or "1"


def _quoted(value: Any) -> str:
    return quote(str(value).encode(errors="surrogatepass"), safe="")


def _snaked(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake(name): _snaked(each) for name, each in value.items()}
    return [_snaked(each) for each in value] if isinstance(value, list) else value
