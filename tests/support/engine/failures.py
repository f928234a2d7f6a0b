"""The exceptions that resolvers raise and return."""

from collections.abc import Callable

from graphql import GraphQLError


class WithMessage(Exception):
    """An exception with a ``message`` of its own, which executors prefer."""

    message = "the message"


class WithExtensions(Exception):
    """An exception with ``extensions``, which executors take over."""

    extensions = {"code": "EXTENDED"}


FAILURES: dict[str, Callable[[], Exception]] = {
    "plain": lambda: ValueError("it went wrong"),
    "coded": lambda: GraphQLError("it is coded", extensions={"code": "CODED", "n": 1}),
    "empty": lambda: RuntimeError(),
    "placed": lambda: GraphQLError("it is elsewhere", path=["foreign", 0]),
    "stop": lambda: StopIteration("stop"),
    "key": lambda: KeyError("key"),
    "message": lambda: WithMessage("the text"),
    "extended": lambda: WithExtensions("it extends"),
    "stop async": lambda: StopAsyncIteration("stop async"),
}


class Refused(Exception):
    """What a guard raises."""
