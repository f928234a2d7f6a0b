"""Refusals below the application: HTTP responses in bytes, for what is no request yet."""

from email.utils import formatdate
from http import HTTPStatus

import orjson

from graph import errors
from graph.transport.headers import SECURITY


def refusal(status: HTTPStatus, message: str) -> bytes:
    """The response that ends a connection, whole."""
    headers, body = refusal_parts(status, message)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def refusal_parts(status: HTTPStatus, message: str) -> tuple[dict[str, str], bytes]:
    """Its headers and body: a JSON error like any other, with nothing sent back."""
    code = errors.TIMEOUT if status is HTTPStatus.REQUEST_TIMEOUT else errors.BAD_REQUEST
    body = orjson.dumps({"errors": [errors.request_error(message, code)]})
    headers = {
        "Date": formatdate(usegmt=True),
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **SECURITY,
    }
    return headers, body
