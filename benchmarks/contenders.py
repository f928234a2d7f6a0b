"""Who is measured: a server, and the requests that it is sent."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.cases import Case, Variables, spoken
from benchmarks.peers.servers import SECRET, Running
from benchmarks.seeding import reseller_of
from domain.identity.tokens import Tokens
from domain.kernel.access import Permission, Role

_DAY = timedelta(days=1)
#: Their tokens are looked up every half minute each: more of them than a minute's users is no use.
_RESELLERS = 10


@dataclass(frozen=True, slots=True)
class Contender:
    """A server as one kind of client sees it; ``token`` is who sends a request, if anybody."""

    name: str
    running: Running
    token: Callable[[Variables], str | None]
    #: Whose rows the variables are drawn from: the first so many customers.
    customers: int

    def requests(self, case: Case) -> tuple[bytes, ...]:
        """The case's requests as they go over the connection."""
        drawn = case.variables(self.customers, case.requests)
        return tuple(self._request(case, each) for each in drawn)

    def body(self, case: Case, variables: Variables) -> dict[str, Any]:
        """What is asked, in this server's words."""
        dialect = self.running.peer.dialect
        return {"query": case.text(dialect), "variables": spoken(dialect, variables)}

    def headers(self, variables: Variables) -> dict[str, str]:
        """What a client sends besides."""
        token = self.token(variables)
        authorized = {"authorization": f"Bearer {token}"} if token else {}
        return {
            "content-type": "application/json",
            "accept": "application/json",
            **authorized,
        }

    def _request(self, case: Case, variables: Variables) -> bytes:
        content = json.dumps(self.body(case, variables)).encode()
        headers = {
            "host": f"127.0.0.1:{self.running.port}",
            **self.headers(variables),
            "content-length": str(len(content)),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /graphql HTTP/1.1\r\n{lines}\r\n".encode() + content


def anybody(server: Running, customers: int) -> Contender:
    """A server that lets everybody in."""
    return Contender(server.peer.name, server, lambda _variables: None, customers)


def service(server: Running, customers: int) -> Contender:
    """This server, asked by a service account that may read everything and change customers."""
    reads = [each for each in Permission if each.endswith(":read")]
    scopes = (*reads, Permission.CUSTOMER_WRITE, Permission.FEDERATION)
    token = Tokens(SECRET).issue("service:bench", Role.SERVICE, scopes=scopes, ttl=_DAY)
    return Contender(server.peer.name, server, lambda _variables: token, customers)


def reseller(server: Running, customers: int) -> Contender:
    """This server, asked by resellers: each sees its own rows only, by row-level security."""
    tokens = Tokens(SECRET)
    number = min(_RESELLERS, reseller_of(customers))
    made = {
        each: tokens.issue(f"reseller:{each}", Role.RESELLER, reseller_id=each, ttl=_DAY)
        for each in range(1, number + 1)
    }

    def token(variables: Variables) -> str:
        owner = variables.get("reseller") or reseller_of(variables["id"])
        return made[owner]

    few = customers * number // reseller_of(customers)
    return Contender(f"{server.peer.name}, a reseller's token", server, token, few)
