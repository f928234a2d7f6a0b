"""What a client sends and what it wants back, by its headers."""

from functools import lru_cache

from starlette.types import Scope

from graph.transport.head import field_of

MODERN = "application/graphql-response+json"
LEGACY = "application/json"
EVENTS = "text/event-stream"

#: Clients of one kind accept the same; there are few kinds.
_REMEMBERED = 256
_OFFERED = {
    MODERN: MODERN,
    LEGACY: LEGACY,
    EVENTS: EVENTS,
    "*/*": LEGACY,
    "application/*": LEGACY,
}


def is_json(scope: Scope) -> bool:
    """Whether the body is plain JSON in UTF-8, by the request's headers."""
    content_type = field_of(scope, b"content-type")
    if content_type != LEGACY:
        essence, _, parameters = (content_type or "").partition(";")
        charset = parameters.strip().lower()
        is_utf8 = charset in ("", "charset=utf-8", 'charset="utf-8"')
        if essence.strip().lower() != LEGACY or not is_utf8:
            return False
    encoding = field_of(scope, b"content-encoding")
    return encoding is None or encoding.lower() == "identity"


@lru_cache(_REMEMBERED)
def acceptable(accept: str | None) -> str | None:
    """The media type to answer with: the first of the best of what is accepted; None if none."""
    if not accept:
        return LEGACY
    best: tuple[float, str] | None = None
    for entry in accept.split(","):
        essence, *parameters = (part.strip().lower() for part in entry.split(";"))
        chosen = _OFFERED.get(essence)
        quality = _quality(parameters)
        if chosen and quality > 0 and (best is None or quality > best[0]):
            best = (quality, chosen)
    return best[1] if best else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
