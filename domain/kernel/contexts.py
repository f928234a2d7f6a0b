"""Values that hold inside a block, and in what the block awaits."""

from contextvars import ContextVar, Token
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Holding(Generic[T, R]):
    """A block inside which the variable has the value; it gives ``told``."""

    __slots__ = ("_token", "_value", "_variable", "told")

    def __init__(self, variable: ContextVar[T], value: T, told: R) -> None:
        self._variable = variable
        self._value = value
        self._token: Token[T] | None = None
        self.told = told

    def __enter__(self) -> R:
        self._token = self._variable.set(self._value)
        return self.told

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _failure: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._token is not None:
            self._variable.reset(self._token)
