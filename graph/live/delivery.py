"""What a subscriber is handed: one answer as the bytes that go out, and its place in the log."""

from dataclasses import dataclass

import orjson

from graph.execution import Answer


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    The JSON text of one response map.

    ``position`` and ``cursor`` are the place of its event in the log, if it is for one.
    """

    payload: bytes
    position: int | None = None
    cursor: str | None = None

    @classmethod
    def of(cls, answer: Answer) -> "Delivery":
        """The answer, serialised."""
        return cls(orjson.dumps(answer.body()), answer.position, answer.cursor)
