"""Guessing passwords: who has to wait, who does not, and what nobody can find out by it."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text

from domain.identity import tries
from domain.identity.models import ThrottledTries
from domain.identity.services import IdentityService
from domain.identity.throttle import FORGOTTEN_AFTER, OF_LOGIN, OF_NETWORK, Place
from domain.identity.tokens import Tokens
from domain.kernel import passwords
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.errors import Busy, InvalidCredentials
from domain.radius.services import RadiusService
from tests.support.customers import created_customer
from tests.support.identity import PASSWORD, created_account
from tests.support.server import SECRET

IDENTITY = IdentityService(Tokens(SECRET))
HOME, OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7", "203.0.113.9"


class CountingHasher(PasswordHasher):
    """The hasher, and how often it was asked."""

    def __init__(self) -> None:
        super().__init__(memory_cost=19_456, time_cost=2, parallelism=1)
        self.verified = 0

    def verify(self, *arguments: object, **more: object) -> bool:
        self.verified += 1
        return super().verify(*arguments, **more)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> CountingHasher:
    counting = CountingHasher()
    monkeypatch.setattr(passwords, "_hasher", counting)
    return counting


async def is_let_in(
    database: Database, login: str = "ada", password: str = PASSWORD, client: str | None = HOME
) -> bool:
    try:
        return bool(await IDENTITY.sign_in(database, login, password, client))
    except InvalidCredentials:
        return False


async def fail(database: Database, login: str, *clients: str) -> None:
    """A wrong try from each, as far as counting goes."""
    for client in clients:
        async with database.unit_of_work(SYSTEM) as session:
            await tries.begin(session, Place.of(login, client))


async def rows_kept(database: Database) -> list[int]:
    """The failures of every row there is, fewest first."""
    async with database.reading() as connection:
        failures = select(ThrottledTries.failures).order_by(ThrottledTries.failures)
        return [*await connection.scalars(failures)]


async def elapse(database: Database, time: timedelta) -> None:
    """As if everything had happened so much earlier."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "with past as (select cast(:time as interval) as length) "
                "update identity.throttled_tries set failed_at = failed_at - past.length, "
                "blocked_until = blocked_until - past.length, "
                "succeeded_at = succeeded_at - past.length, "
                "touched_at = touched_at - past.length from past"
            ),
            {"time": time},
        )


@pytest.fixture
async def ada(database: Database) -> int:
    return await created_customer(database, username="ada", password=PASSWORD)


class TestWaiting:
    async def test_grows_with_each_wrong_password_after_the_fifth(self, database, ada):
        waits = []
        for _ in range(4):
            assert not await is_let_in(database, password="wrong horse")
        for seconds in (15, 30, 60):
            assert not await is_let_in(database, password="wrong horse")
            await elapse(database, timedelta(seconds=seconds - 2))
            too_early = await is_let_in(database)
            await elapse(database, timedelta(seconds=2))
            waits.append(too_early)

        assert waits == [False, False, False]
        assert await is_let_in(database)

    async def test_tries_during_the_wait_do_not_make_it_longer(self, database, ada):
        await fail(database, "ada", *[HOME] * 5)

        for _ in range(3):
            assert not await is_let_in(database)
        await elapse(database, timedelta(seconds=15))

        assert await is_let_in(database)

    async def test_is_theirs_who_guess_and_not_the_owners_elsewhere(self, database, ada):
        await fail(database, "ada", *[ELSEWHERE] * 8)

        assert not await is_let_in(database, client=ELSEWHERE)
        assert await is_let_in(database, client=HOME)

    async def test_success_makes_only_its_own_failures_forgotten(self, database, ada):
        await fail(database, "ada", *[ELSEWHERE] * 5, *[HOME] * 4)

        assert await is_let_in(database, client=HOME)

        await fail(database, "ada", *[HOME] * 4)
        assert await is_let_in(database, client=HOME)
        assert not await is_let_in(database, client=ELSEWHERE)

    async def test_is_one_for_all_addresses_of_an_ipv6_network(self, database, ada):
        await fail(database, "ada", *(f"2001:db8::{n:x}" for n in range(5)))

        assert not await is_let_in(database, client="2001:db8::ffff:1")
        assert await is_let_in(database, client="2001:db8:0:1::1")

    async def test_ten_tries_at_once_are_counted_like_ten_in_a_row(self, database, ada):
        let_in = await asyncio.gather(
            *(is_let_in(database, password="wrong horse") for _ in range(10))
        )

        async with database.reading() as connection:
            counted = await connection.scalar(select(func.max(ThrottledTries.failures)))
        assert let_in == [False] * 10
        assert counted == 5


class TestManyNetworks:
    async def test_guess_at_one_login_until_only_known_ones_are_heard(self, database, ada):
        assert await is_let_in(database, client=HOME)
        botnet = [f"10.0.0.{n}" for n in range(OF_LOGIN)]

        await fail(database, "ada", *botnet)

        assert not await is_let_in(database, client=OFFICE)
        assert await is_let_in(database, client=HOME)

    async def test_a_success_from_a_known_one_does_not_let_them_go_on(self, database, ada):
        assert await is_let_in(database, client=HOME)
        await fail(database, "ada", *(f"10.0.0.{n}" for n in range(OF_LOGIN)))
        assert await is_let_in(database, client=HOME)

        assert not await is_let_in(database, client=OFFICE)


class TestManyLogins:
    async def test_from_one_network_are_refused_but_for_those_at_home_there(self, database, ada):
        await created_customer(database, username="grace", password=PASSWORD)
        assert await is_let_in(database, "ada", client=HOME)
        for n in range(OF_NETWORK):
            await fail(database, f"nobody{n}", HOME)

        assert not await is_let_in(database, "grace", client=HOME)
        assert await is_let_in(database, "ada", client=HOME)
        assert await is_let_in(database, "grace", client=OFFICE)


class TestOneHash:
    async def test_is_checked_whoever_tries_and_whatever_is_known_of_them(
        self, database, ada, hasher
    ):
        await created_customer(database, username="nopassword")
        await created_account(database, email="left@example.com")
        async with database.engine.begin() as connection:
            await connection.execute(text("update identity.accounts set is_active = false"))
        await fail(database, "shut", *[HOME] * 5)
        asked = {}

        for login, password in (
            ("ada", PASSWORD),
            ("ada", "wrong horse"),
            ("nobody", PASSWORD),
            ("nopassword", PASSWORD),
            ("left@example.com", PASSWORD),
            ("shut", PASSWORD),
            ("\0", PASSWORD),
            ("x" * 10_000, PASSWORD),
        ):
            before = hasher.verified
            await is_let_in(database, login, password)
            asked[login, password] = hasher.verified - before

        assert set(asked.values()) == {1}

    async def test_is_checked_of_a_login_that_has_to_wait(self, database, ada, hasher):
        await fail(database, "ada", *[HOME] * 5)

        assert not await is_let_in(database)
        assert hasher.verified == 1

    async def test_is_not_even_begun_for_what_is_too_long(self, database, ada, hasher):
        for login in ("ada", "nobody"):
            assert not await is_let_in(database, login, "x" * 257)

        assert hasher.verified == 0


async def test_what_matters_no_longer_is_removed(database, ada):
    assert await is_let_in(database, client=ELSEWHERE)
    await elapse(database, timedelta(days=31))

    assert await is_let_in(database)

    assert await rows_kept(database) == [0]


class TestWhatIsKept:
    async def test_is_nothing_of_tries_that_have_to_wait(self, database, ada):
        for n in range(180):
            await fail(database, f"nobody{n}", HOME)
        assert not await is_let_in(database, "ada", client=HOME)

        # A hundred pairs and logins that were judged, and their network.
        assert await rows_kept(database) == [1] * 200 + [OF_NETWORK]

    async def test_is_nothing_but_where_it_was_of_who_was_let_in(self, database, ada):
        for _ in range(2):
            assert await is_let_in(database)

        assert await rows_kept(database) == [0]

    async def test_is_removed_by_failures_too_fifty_at_a_time(self, database):
        for n in range(60):
            await fail(database, f"nobody{n}", f"10.0.0.{n}")
        await elapse(database, FORGOTTEN_AFTER + timedelta(seconds=1))
        kept = []

        for _ in range(4):
            await fail(database, "nobody", HOME)
            kept.append(len(await rows_kept(database)))

        assert kept == [133, 83, 33, 3]


async def test_who_comes_when_too_many_wait_is_refused_before_anything_is_looked_at(
    database, ada, hasher, monkeypatch
):
    monkeypatch.setattr(passwords, "MOST_QUEUED", 0)

    for login in ("ada", "nobody"):
        with pytest.raises(Busy):
            await is_let_in(database, login)
        async with database.unit_of_work(SYSTEM) as session:
            with pytest.raises(Busy):
                await RadiusService().authenticate_customer(session, login, PASSWORD)

    assert (hasher.verified, await rows_kept(database)) == (0, [])
