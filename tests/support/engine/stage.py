"""Where Strawberry's resolvers play: most of them are not told the context."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission

from tests.support.engine.awaiting import awaitable
from tests.support.engine.core_schemas import turns
from tests.support.engine.failures import Refused
from tests.support.engine.world import World


class Stage:
    """What the written resolvers of one schema call; ``world`` is that of the execution."""

    def __init__(self) -> None:
        self.checks: dict[str, Callable[[Any, Any], Any] | None] = {}
        self._world: World | None = None

    def enter(self, world: World) -> None:
        """The next execution is in that world."""
        self._world = world

    @property
    def world(self) -> World:
        assert self._world is not None
        return self._world

    def sync(self, coordinate: str, root: Any, info: Any, given: dict[str, Any]) -> Any:
        return self.world.make(self.world.begin(coordinate, root, given, info))

    async def asynchronous(
        self, coordinate: str, root: Any, info: Any, given: dict[str, Any]
    ) -> Any:
        recipe = self.world.begin(coordinate, root, given, info)
        for _ in range(turns(recipe)):
            await asyncio.sleep(0)
        return self.world.make(recipe)

    def later(self, coordinate: str, root: Any, info: Any, given: dict[str, Any]) -> Any:
        return self._awaitable("later", coordinate, root, info, given)

    def future(self, coordinate: str, root: Any, info: Any, given: dict[str, Any]) -> Any:
        return self._awaitable("future", coordinate, root, info, given)

    def _awaitable(self, way: str, *call: Any) -> Any:
        coordinate, root, info, given = call
        world = self.world
        recipe = world.begin(coordinate, root, given, info)
        return awaitable(lambda: world.make(recipe), way, turns(recipe), reusable=False)

    def loader(self, coordinate: str, root: Any, info: Any, given: dict[str, Any]) -> Any:
        return self.world.load(coordinate, root, given, info)

    def either(self, coordinate: str, root: Any, info: Any, given: dict[str, Any]) -> Any:
        world = self.world
        recipe = world.begin(coordinate, root, given, info)
        if turns(recipe) % 2:
            return world.make(recipe)
        return awaitable(lambda: world.make(recipe), "coroutine", 1, reusable=False)

    def permission(self, coordinate: str, is_async: bool) -> type[BasePermission]:
        """A permission class that says no where the world refuses."""
        stage = self

        def allowed(_self: Any, _source: Any, _info: Any, **_given: Any) -> Any:
            answer = coordinate not in stage.world.script.refused

            async def in_time() -> bool:
                return answer

            return in_time() if is_async else answer

        facts = {"message": f"{coordinate} is not permitted", "has_permission": allowed}
        return type("Permission", (BasePermission,), facts)

    def extension(self, coordinate: str, is_async: bool) -> FieldExtension:
        """A field extension that refuses where the world does, and asks on otherwise."""
        return (_AsyncPassing if is_async else _Passing)(self, coordinate)


class _AsyncPassing(FieldExtension):
    def __init__(self, stage: Stage, coordinate: str) -> None:
        self._stage = stage
        self._coordinate = coordinate

    def check(self) -> None:
        if self._coordinate in self._stage.world.script.refused:
            raise Refused(f"{self._coordinate} is refused")

    async def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        self.check()
        value = next_(source, info, **kwargs)
        while isawaitable(value):
            value = await value
        return value


class _Passing(_AsyncPassing):
    def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        self.check()
        return next_(source, info, **kwargs)
