"""What becomes of an error: the client's fault is told, a failure coded, a defect masked."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import strawberry

from domain.kernel.access import SYSTEM
from domain.kernel.errors import AccessDenied, Invalid
from graph.context import Context
from graph.execution import Executor, Request

SECRET = "password=hunter2"


@strawberry.input
class Range:
    low: int


@strawberry.type
class Item:
    @strawberry.field
    def denied(self) -> int | None:
        raise AccessDenied("read that")


@strawberry.type
class Query:
    @strawberry.field
    def many(self) -> list[Item]:
        return [Item() for _ in range(150)]

    @strawberry.field
    def echo(self, number: int) -> int:
        return number

    @strawberry.field
    def low(self, range: Range) -> int:
        return range.low

    @strawberry.field
    def too_large(self) -> int | None:
        return 2**40

    @strawberry.field
    def no_text(self) -> int | None:
        return cast("int", SECRET)

    @strawberry.field
    def missing(self) -> int:
        return cast("int", None)

    @strawberry.field
    def broken(self) -> int | None:
        raise ValueError(SECRET)

    @strawberry.field
    async def broken_later(self) -> int | None:
        raise ValueError(SECRET)

    @strawberry.field
    def denied(self) -> int | None:
        raise AccessDenied("read that")

    @strawberry.field
    def invalid(self) -> int | None:
        raise Invalid(["input", "name"], "must be shorter")


@pytest.fixture(scope="module")
def executor() -> Executor:
    return Executor(strawberry.Schema(Query))


async def errors_of(executor: Executor, query: str, **variables: Any) -> list[dict[str, Any]]:
    loaders = SimpleNamespace(stop=lambda: None)
    context = cast(
        "Context", SimpleNamespace(actor=SYSTEM, client=None, charge=None, loaders=loaders)
    )
    return (await executor.run(Request(query, variables), context)).errors


@pytest.mark.parametrize("field", ["tooLarge", "noText", "missing", "broken", "brokenLater"])
async def test_a_defect_is_masked(executor, field):
    [error] = await errors_of(executor, f"{{ {field} }}")

    assert error["message"] == "Internal error"
    assert error["path"] == [field]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert SECRET not in str(error)


async def test_a_known_failure_has_its_code_and_the_input_at_fault(executor):
    errors = await errors_of(executor, "{ denied invalid }")

    assert [(error["message"], error["extensions"]) for error in errors] == [
        ("You may not read that", {"code": "ACCESS_DENIED"}),
        ("input.name must be shorter", {"code": "INVALID", "argumentPath": ["input", "name"]}),
    ]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query Q($n: Int!) { echo(number: $n) }", {}),
        ("query Q($n: Int!) { echo(number: $n) }", {"n": "1"}),
        ("query Q($n: Int = 1) { echo(number: $n) }", {"n": None}),
        ("query Q($r: Range!) { low(range: $r) }", {"r": {}}),
        ("query Q($r: Range!) { low(range: $r) }", {"r": {"low": 1, "high": 2}}),
        ("query Q($n: Int = 1) { low(range: {low: $n}) }", {"n": None}),
    ],
)
async def test_the_clients_own_fault_is_told(executor, query, variables):
    [error] = await errors_of(executor, query, **variables)

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] != "Internal error"
