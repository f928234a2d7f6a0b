"""Kinds of settings: what the text of a variable becomes, and what it may be."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.kernel.access import Role

REDIS = ("redis://", "rediss://")
_BROKERS = ("memory://", *REDIS, "postgresql://", "postgres://", "postgresql+asyncpg://")
_SHORTEST_SECRET = 32
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
#: Serialised as browsers do (RFC 6454 §6.2), without default ports: else never equal to theirs.
_ORIGIN = re.compile(
    r"(https(?!.*:443$)|http(?!.*:80$))://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?<!\.)(:[1-9][0-9]{0,4})?"
)


def listed(keys: SecretStr) -> list[str]:
    """The secrets of a comma-separated list."""
    return _parts(keys.get_secret_value())


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _split(value: object) -> object:
    return _parts(value) if isinstance(value, str) else value


def _upper(value: object) -> object:
    return [part.upper() for part in _parts(value)] if isinstance(value, str) else value


def _starting_with(*beginnings: str) -> Callable[[SecretStr], SecretStr]:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(beginnings):
            raise ValueError(f"must start with one of {', '.join(beginnings)}")
        return value

    return check


def _postgres(value: SecretStr) -> SecretStr:
    try:
        url = make_url(value.get_secret_value())
    except ArgumentError:
        raise ValueError("is not a URL like postgresql://user:password@host/database") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("must be a postgresql:// URL")
    url = url.set(drivername="postgresql+asyncpg")
    return SecretStr(url.render_as_string(hide_password=False))


def _long(value: SecretStr) -> SecretStr:
    if not all(len(key.strip()) >= _SHORTEST_SECRET for key in value.get_secret_value().split(",")):
        raise ValueError(f"must have at least {_SHORTEST_SECRET} characters in each key")
    return value


def _named(value: object) -> object:
    # An empty variable is unset, and not the folder that the process was started in.
    return None if value == "" else value


def _signed_in(value: list[Role]) -> list[Role]:
    if Role.ANONYMOUS in value:
        raise ValueError("must be roles of those who are signed in")
    return value


def _hosts(value: list[str]) -> list[str]:
    if not all(_HOST.fullmatch(host) for host in value):
        raise ValueError("must be names or addresses without a scheme, a port or a path")
    return [host.lower() for host in value]


def _origins(value: list[str]) -> list[str]:
    if any(origin in ("*", "null") for origin in value):
        raise ValueError("must list origins; * and null are not accepted")
    if not all(_ORIGIN.fullmatch(origin) for origin in value):
        raise ValueError("must be origins like https://app.example or http://localhost:3000")
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres)]
BrokerUrl = Annotated[SecretStr, AfterValidator(_starting_with(*_BROKERS))]
RedisUrl = Annotated[SecretStr, AfterValidator(_starting_with(*REDIS))]
MailUrl = Annotated[SecretStr, AfterValidator(_starting_with("smtp://", "smtps://"))]
#: One or several, comma-separated, each of 32 characters or more.
Secrets = Annotated[SecretStr, AfterValidator(_long)]
OptionalPath = Annotated[Path | None, BeforeValidator(_named)]
Roles = Annotated[list[Role], NoDecode, BeforeValidator(_upper)]
SignedInRoles = Annotated[list[Role], NoDecode, BeforeValidator(_upper), AfterValidator(_signed_in)]
Networks = Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(_split)]
Hosts = Annotated[list[str], NoDecode, BeforeValidator(_split), AfterValidator(_hosts)]
Origins = Annotated[list[str], NoDecode, BeforeValidator(_split), AfterValidator(_origins)]
