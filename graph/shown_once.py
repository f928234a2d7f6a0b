"""A secret on its way to the one answer that shows it: it is kept nowhere else."""

from typing import Any

from graph.context import Info


class ShownOnce:
    """
    A payload field of ``perform``: what the work kept here.

    Null when an idempotency key repeats the answer, as the work is not done again then.
    """

    def __init__(self) -> None:
        self._secret: str | None = None

    def keep(self, secret: str) -> None:
        """Show this in the answer."""
        self._secret = secret

    async def __call__(self, _info: Info, _key: Any) -> str | None:
        return self._secret
