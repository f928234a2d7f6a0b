"""Who a connection speaks for: looked up once for all who ask at the same time."""

import asyncio

import pytest

from domain.identity.errors import InvalidToken
from domain.identity.tokens import Tokens
from domain.kernel.access import Role
from graph.authentication import Authenticator, Identity
from tests.support.customers import created_customer
from tests.support.server import SECRET
from tests.support.statements import captured_statements

TOKENS = Tokens(SECRET, None)


def token_of(customer_id: int) -> str:
    return TOKENS.issue(f"customer:{customer_id}", Role.CUSTOMER, customer_id=customer_id)


async def actors(authenticator: Authenticator, *tokens: str) -> list[int | None]:
    """The customers that connections of those tokens speak for, all asking at once."""
    connections = [Identity(authenticator, f"Bearer {token}") for token in tokens]
    found = await asyncio.gather(*(each.actor() for each in connections))
    return [actor.customer_id for actor in found]


async def test_hundreds_of_one_account_are_one_look_up(database):
    ours = await created_customer(database)
    authenticator = Authenticator(database, TOKENS)

    with captured_statements(database) as one:
        assert await actors(Authenticator(database, TOKENS), token_of(ours)) == [ours]
    with captured_statements(database) as all_at_once:
        assert await actors(authenticator, *[token_of(ours)] * 300) == [ours] * 300

    assert len(all_at_once) == len(one) > 0


async def test_each_account_is_its_own_however_many_ask(database):
    ids = [await created_customer(database) for _ in range(12)]

    found = await actors(Authenticator(database, TOKENS), *map(token_of, ids))

    assert found == ids


async def test_who_is_cancelled_takes_nobody_along(database):
    ours = await created_customer(database)
    authenticator = Authenticator(database, TOKENS)
    authorization = f"Bearer {token_of(ours)}"

    first = asyncio.create_task(authenticator.actor(authorization))
    second = asyncio.create_task(authenticator.actor(authorization))
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).customer_id == ours


async def test_all_are_refused_alike_where_the_account_is_gone(database):
    authenticator = Authenticator(database, TOKENS)
    authorization = f"Bearer {token_of(404)}"

    outcomes = await asyncio.gather(
        *(authenticator.actor(authorization) for _ in range(5)), return_exceptions=True
    )

    assert [type(each) for each in outcomes] == [InvalidToken] * 5
    with pytest.raises(InvalidToken):
        await authenticator.actor(authorization)
