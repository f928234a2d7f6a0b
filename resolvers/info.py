"""The ``info`` that resolvers take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from domain.kernel.access import Actor

if TYPE_CHECKING:
    from resolvers.context import RequestContext  # noqa: F401 (named in the base class)
    from resolvers.loaders import Loaders


class Info(strawberry.Info["RequestContext", None]):
    """Strawberry's ``Info`` with the operation's actor and loaders at hand."""

    @property
    def actor(self) -> Actor:
        return self.context.actor

    @property
    def loaders(self) -> Loaders:
        # Asked for each object of a level: not by way of the properties of every layer.
        return self._raw_info.context.loaders  # type: ignore[no-any-return]
