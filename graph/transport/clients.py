"""Where a request comes from: the peer's address."""

from starlette.requests import HTTPConnection


def client_of(connection: HTTPConnection) -> str | None:
    """The client's IP address; None where the server does not know it."""
    return connection.client.host if connection.client else None
