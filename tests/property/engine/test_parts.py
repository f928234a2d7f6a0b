"""Objects that are made within their parent's loop come out as graphql-core has them."""

import asyncio
import gc
import warnings
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, parse
from hypothesis import given
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.engine import Engine, by_class
from tests.support.engine.running import answered, oracle


class Pair:
    """What a ``Price`` may be made from; ``amount`` is a value, or what reading it raises."""

    def __init__(self, amount: Any, currency: Any) -> None:
        self._amount = amount
        self.currency = currency

    @property
    def amount(self) -> Any:
        if isinstance(self._amount, Exception):
            raise self._amount
        return self._amount() if callable(self._amount) else self._amount


class Stranger(Pair):
    """What is no ``Price``."""


class Fickle(Pair):
    """What ``Price`` refuses to be told."""


@strawberry.type
class Price:
    amount: str
    currency: str | None

    @classmethod
    @by_class
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        if isinstance(value, Fickle):
            raise GraphQLError("not for you")
        return not isinstance(value, Stranger)


@strawberry.type
class Invoice:
    number: str
    total: Price
    paid: Price | None


@strawberry.type
class Query:
    @strawberry.field
    def invoices(self, info: strawberry.Info) -> list[Invoice | None]:
        return info.context  # type: ignore[no-any-return]


CORE = strawberry.Schema(Query)._schema
ENGINE = Engine(CORE, StrawberryGraphQLCoreExecutionContext)
DOCUMENT = parse("""{ invoices {
    a: paid { currency kind: __typename amount }
    total { amount }
    number
    paid { amount }
    total { currency amount }
} }""")


async def later() -> str:
    return "3.00"


amounts = st.sampled_from(["1.00", 7, None, ValueError("lost"), later, {}])
currencies = st.sampled_from(["EUR", "EUR", None, 5, []])
pairs = st.builds(Pair, st.just("1.00"), st.just("EUR")) | st.builds(Pair, amounts, currencies)
prices = pairs | st.builds(Stranger, amounts, currencies) | st.builds(Fickle, amounts, currencies)
values = st.none() | prices | prices | st.sampled_from([ValueError("none"), 3])


class Given:
    """An invoice; a field that is an exception raises it."""

    def __init__(self, total: Any, paid: Any) -> None:
        self.number = "I-1"
        self.total = total
        self._paid = paid

    @property
    def paid(self) -> Any:
        if isinstance(self._paid, Exception):
            raise self._paid
        return self._paid


@given(st.lists(st.builds(Given, values, values), max_size=4))
def test_whatever_they_are_made_from(invoices):
    async def both() -> list[Any]:
        run = oracle(CORE, StrawberryGraphQLCoreExecutionContext)
        return [
            await answered(each, DOCUMENT, context_value=invoices) for each in (run, ENGINE.execute)
        ]

    expected, actual = asyncio.run(both())

    assert actual.text == expected.text
    assert {each.path for each in actual.errors} == {each.path for each in expected.errors}


@pytest.mark.parametrize("amount", ["1.00", later])
async def test_what_is_awaited_of_them_is_awaited(amount):
    engine = Engine(CORE, StrawberryGraphQLCoreExecutionContext)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        answer = await answered(
            engine.execute,
            parse("{ invoices { total { currency amount } } }"),
            context_value=[Given(Pair(amount, "EUR"), None)],
        )
        gc.collect()

    shown = "1.00" if amount == "1.00" else "3.00"
    assert answer.data == {"invoices": [{"total": {"currency": "EUR", "amount": shown}}]}
    assert [str(each.message) for each in warned] == []
