"""What a client sends and what it wants back, by its headers."""

from typing import Any

MODERN = "application/graphql-response+json"
LEGACY = "application/json"
EVENTS = "text/event-stream"

_OFFERED = {
    MODERN: MODERN,
    LEGACY: LEGACY,
    EVENTS: EVENTS,
    "*/*": LEGACY,
    "application/*": LEGACY,
}


def is_json(headers: Any) -> bool:
    """Whether the body is plain JSON in UTF-8, by its headers."""
    essence, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower()
    allowed = charset in ("", "charset=utf-8", 'charset="utf-8"')
    is_plain = headers.get("content-encoding", "identity").lower() == "identity"
    return bool(essence.strip().lower() == LEGACY and allowed and is_plain)


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
