"""Data leaves through one door: as the actor who asks, by the domain's queries."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The platform's own: probes, metrics, who a token names, the operator's commands.
PLATFORM = {
    "graph/app.py",
    "graph/authentication.py",
    "graph/metrics.py",
    "graph/cli",
}
#: A viewer's own sign-ins lie where tenants have no way to: read for the subject of the token.
OF_THE_SUBJECT = {"resolvers/identity/accounts.py"}
#: What of SQLAlchemy may be named beyond the domain: types, failures, URLs; nothing that queries.
HARMLESS = {
    "sqlalchemy.engine.make_url",
    "sqlalchemy.exc.ArgumentError",
    "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.TimeoutError",
    "sqlalchemy.ext.asyncio.AsyncConnection",
}


def _files() -> list[str]:
    files = [path for folder in ("graph", "resolvers") for path in (ROOT / folder).rglob("*.py")]
    names = sorted(str(path.relative_to(ROOT)) for path in files)
    return [name for name in names if not any(name.startswith(each) for each in PLATFORM)]


def _nodes(name: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((ROOT / name).read_text()))


@pytest.mark.parametrize("door", ["reading", "engine"])
def test_resolvers_and_types_never_use_the_platforms_connection(door):
    """``database.reading()`` sees all rows; what is asked for is read by ``context.reading()``."""
    users = {
        name
        for name in _files()
        for node in _nodes(name)
        if isinstance(node, ast.Attribute)
        and node.attr == door
        and "database" in ast.unparse(node.value)
    }

    assert users - OF_THE_SUBJECT == set()


def test_no_sql_beyond_the_domain():
    imported = {
        (name, f"{node.module}.{each.name}")
        for name in _files()
        for node in _nodes(name)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for each in node.names
    }
    whole = {
        name
        for name in _files()
        for node in _nodes(name)
        if isinstance(node, ast.Import)
        and any(each.name.split(".")[0] in ("sqlalchemy", "asyncpg") for each in node.names)
    }

    assert {each for each in imported if each[1] not in HARMLESS} == set()
    assert whole == set()


def test_rows_are_changed_as_the_actor_who_asks():
    """A unit of work of the platform's own is for signing in, when nobody acts yet."""
    platforms = {
        name
        for name in _files()
        for node in _nodes(name)
        if isinstance(node, ast.Name) and node.id == "SYSTEM"
    }

    assert {name for name in platforms if not name.startswith("graph/identity/")} == set()
