"""Laws of the books: whatever happens to a customer's money, and in what order, they add up."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.kernel.database import Database, create_engine
from domain.kernel.errors import DomainError
from tests.support.billing import (
    credited,
    issued_invoice,
    recorded_payment,
    voided,
    written_off,
)
from tests.support.customers import created_customer
from tests.support.ledger import faults, statement
from tests.support.lending import lent_database

amounts = st.integers(1, 10_000)
which = st.integers(0, 5)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), st.integers(0, 10_000)),
        st.tuples(st.just("payment"), amounts),
        st.tuples(st.just("void"), which),
        st.tuples(st.just("credit"), which),
        st.tuples(st.just("credit a part"), which),
        st.tuples(st.just("write off"), which),
    ),
    max_size=10,
)
ON_A_DATABASE = settings(
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


class Books:
    """A database and the loop that it belongs to."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        self.runner = runner
        self.database = database

    async def play(self, acts: list[tuple[str, int]]) -> int:
        """Let all of it happen to a new customer, as far as it may; the customer's id."""
        customer_id = await created_customer(self.database)
        invoices: list[int] = []
        for act, value in acts:
            if act == "invoice":
                invoices.append(await issued_invoice(self.database, customer_id, value))
            elif act == "payment":
                await recorded_payment(self.database, customer_id, value)
            elif invoices:
                await self._try(act, invoices[value % len(invoices)])
        return customer_id

    async def _try(self, act: str, invoice_id: int) -> None:
        changes = {
            "void": voided,
            "credit": credited,
            "credit a part": lambda database, key: credited(database, key, {1: 700}),
            "write off": written_off,
        }
        try:
            await changes[act](self.database, invoice_id)
        except DomainError:
            return


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    with asyncio.Runner() as runner:
        lent = lent_database()
        url = runner.run(lent.__aenter__())
        database = Database(create_engine(url))
        yield Books(runner, database)
        runner.run(database.dispose())
        runner.run(lent.__aexit__(None, None, None))


@ON_A_DATABASE
@given(acts)
def test_the_books_of_a_customer_add_up(books, acts):
    async def played() -> list[str]:
        customer_id = await books.play([("payment", 1), *acts])
        return await faults(books.database, customer_id)

    assert books.runner.run(played()) == []


@ON_A_DATABASE
@given(acts)
def test_a_statement_never_loses_a_line_by_what_comes_after(books, acts):
    async def played() -> tuple[list, list]:
        customer_id = await books.play(acts)
        before = await statement(books.database, customer_id)
        await recorded_payment(books.database, customer_id, 1)
        return before, await statement(books.database, customer_id)

    before, after = books.runner.run(played())
    assert after[:-1] == before
