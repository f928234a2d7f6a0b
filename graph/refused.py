"""The way back of a request that is not executed."""

from typing import Any


class Refused(Exception):
    """The document is not executed; ``errors`` says why, in the shape that goes out."""

    def __init__(self, *refusals: dict[str, Any]) -> None:
        super().__init__(refusals[0]["message"])
        self.errors = list(refusals)
