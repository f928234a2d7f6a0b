"""Mutations: one input, one transaction, one payload with what changed or why nothing did."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import strawberry

from domain.kernel import errors, idempotency
from domain.kernel.errors import AccessDenied, DomainError, ErrorCode, Invalid, Unauthenticated
from domain.kernel.unit_of_work import UnitOfWork
from graph.context import Info

strawberry.enum(ErrorCode, description="Stable names of failures: a client may branch on them")

_SHOWN: list[type[DomainError]] = []


class Failure:
    """A domain failure as a value: graphql-core takes an exception itself for a fault."""

    __slots__ = ("error",)

    def __init__(self, error: DomainError) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.error, name)


def _input_path(root: Failure) -> list[str] | None:
    return ["input", *root.path] if root.path else None


@strawberry.interface(description="Why a mutation changed nothing")
class UserError:
    message: str = strawberry.field(description="What went wrong, in a sentence for people")
    code: ErrorCode = strawberry.field(description="What went wrong, for programs")
    path: list[str] | None = strawberry.field(
        resolver=_input_path, description="The input at fault, outermost first"
    )


class Problem:
    """
    A type of ``UserError`` that shows more of one domain failure.

    Subclass it beside ``UserError`` and name the failure in ``shows``; fields read its attributes.
    """

    shows: ClassVar[type[DomainError]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "shows" in cls.__dict__:
            _SHOWN.append(cls.shows)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, Failure) and isinstance(value.error, cls.shows)


@strawberry.type(description="A failure that has no more to tell than its code and message")
class GenericError(UserError):
    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, Failure) and not isinstance(value.error, tuple(_SHOWN))


@strawberry.type(description="The state machine has no such arrow")
class InvalidTransition(Problem, UserError):
    shows = errors.InvalidTransition

    current_state: str = strawberry.field(description="State it is in")
    requested_state: str = strawberry.field(description="State asked for")
    allowed_states: list[str] = strawberry.field(description="States it may go to from here")


@strawberry.type(description="Somebody changed the object since it was read")
class VersionConflict(Problem, UserError):
    shows = errors.VersionConflict

    current_version: int = strawberry.field(description="Version it has now")


#: Concrete types that only the interface leads to; the schema lists them.
PROBLEMS: list[type] = [GenericError, InvalidTransition, VersionConflict]


@strawberry.input
class MutationInput:
    """What every mutation's input has beside its own fields."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The same key and input replays the first answer and changes nothing again",
    )
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Comes back in the payload as it is"
    )


@strawberry.input
class ChangeInput(MutationInput):
    """What every change of an existing object takes."""

    expected_version: int | None = strawberry.field(
        default=None, description="Refuse the change if the version is another by now"
    )


@strawberry.type
class Payload:
    """What every mutation's payload has beside its own fields."""

    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing changed; empty if it was done"
    )
    client_mutation_id: str | None = strawberry.field(
        default=None, description="What the input had"
    )


P = TypeVar("P", bound=Payload)
Shown = Callable[[Info, Any], Awaitable[Any]]


async def perform(
    info: Info,
    input: MutationInput,
    payload: type[P],
    work: Callable[[UnitOfWork], Awaitable[Any]],
    **shown: Shown,
) -> P:
    """
    Do the work in one transaction and answer with what it changed.

    ``work`` returns the key (a JSON value) of what it made or changed; each of ``shown`` then
    loads a payload field by that key, after the commit and through the row policy. An expected
    failure rolls everything back and goes into ``userErrors``. With an idempotency key the work
    is done once, and its key is answered again.

    Raises:
        Unauthenticated, AccessDenied: reported in the operation's ``errors``.
    """
    try:
        key = await _once(info, input, work)
    except (Unauthenticated, AccessDenied):
        raise
    except DomainError as failure:
        return payload(
            user_errors=[Failure(failure)],  # type: ignore[list-item]
            client_mutation_id=input.client_mutation_id,
        )
    info.forget()
    loaded = {name: await _shown(info, load, key) for name, load in shown.items()}
    return payload(client_mutation_id=input.client_mutation_id, **loaded)


async def _shown(info: Info, load: Shown, key: Any) -> Any:
    # The change is committed: who may write and not read gets null, not an error.
    try:
        return await load(info, key)
    except AccessDenied:
        return None


async def _once(
    info: Info, input: MutationInput, work: Callable[[UnitOfWork], Awaitable[Any]]
) -> Any:
    async with info.context.unit_of_work() as session:
        if input.idempotency_key is None:
            return await work(session)
        request = dataclasses.asdict(input)
        request.pop("client_mutation_id")
        # Keyed: who reads the table can guess neither the password nor the person asked about.
        digest = info.services.tokens.digest(idempotency.request_hash(request))
        claimed = (info.field_name, input.idempotency_key)
        is_new, answer = await idempotency.claim(session, *claimed, digest)
        if not is_new:
            return answer
        answer = await work(session)
        await idempotency.settle(session, *claimed, answer)
        return answer


@contextmanager
def within(*outer: str) -> Iterator[None]:
    """Inside, a rule that an input breaks is told with its whole path: ``within("address")``."""
    try:
        yield
    except Invalid as failure:
        failure.path = (*outer, *failure.path)
        raise


def given(**fields: Any) -> dict[str, Any]:
    """The fields that the client gave: those left out of the input are left out here."""
    return {name: value for name, value in fields.items() if value is not strawberry.UNSET}
