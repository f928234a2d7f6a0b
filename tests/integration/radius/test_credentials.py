"""Service credentials: who may make them, whom they let in, and what the database keeps."""

import re

import pytest
from sqlalchemy import text

from domain.customer.errors import CustomerNotFound, UsernameTaken
from domain.customer.models import CustomerStatus
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.errors import AccessDenied, Invalid, Unauthenticated, VersionConflict
from domain.kernel.vault import Vault
from domain.radius.commands import CreateCredential
from domain.radius.credentials import MOST_CREDENTIALS, CredentialService, OpenedCredential
from domain.radius.errors import (
    CredentialNameTaken,
    CredentialNotFound,
    SecretUnavailable,
    TooManyCredentials,
)
from domain.radius.handlers import HANDLERS
from domain.radius.models import AuthReason
from domain.radius.services import RadiusService
from tests.support.credentials import KEY, VAULT, created_credential, the_credential
from tests.support.customers import created_customer
from tests.support.events import announced, handled
from tests.support.radius import PASSWORD, a_start, accounted, created_subscriber

AAA = access.service("aaa", [Permission.RADIUS_AUTHENTICATE])
SUPPORT = access.staff(Role.SUPPORT, "staff:1")
ANOTHER_KEY = Vault(["quite another key, long enough to seal with"])


async def attempt(database, username, password, *, vault=VAULT):
    async with database.unit_of_work(AAA) as session:
        return await RadiusService(vault).authenticate_customer(session, username, password)


async def make(database, customer_id, *, actor=SUPPORT, **facts):
    async with database.unit_of_work(actor) as session:
        command = CreateCredential(customer_id=customer_id, **facts)
        row, password = await CredentialService(VAULT).create_credential(session, command)
        return row.id, row.username, password


async def change(database, name, credential_id, *, actor=SUPPORT, **facts):
    async with database.unit_of_work(actor) as session:
        return await getattr(CredentialService(VAULT), name)(session, credential_id, **facts)


async def opened(database, username, *, actor=AAA, vault=VAULT):
    async with database.unit_of_work(actor) as session:
        return await CredentialService(vault).cleartext(session, username)


async def dump(database) -> str:
    async with database.reading() as connection:
        rows = await connection.scalars(text("select t::text from radius.credentials t"))
        return "\n".join(rows)


class TestCreating:
    async def test_makes_a_name_and_a_password_to_be_typed_and_tells_neither(self, database):
        customer_id = await created_subscriber(database)

        credential_id, username, password = await make(database, customer_id)

        assert re.fullmatch(rf"c{customer_id}-[a-z2-9]{{6}}", username)
        assert re.fullmatch(r"[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){3}", password)
        assert await announced(database, "radius.") == [
            (
                "radius.credential.created",
                {"customer_id": customer_id, "credential_id": credential_id},
            )
        ]

    async def test_takes_what_an_older_system_gave_out(self, database):
        customer_id = await created_subscriber(database)

        _, username, password = await make(
            database, customer_id, username=" Ada@Fibre ", password="0ld pass!"
        )

        assert (username, password) == ("ada@fibre", "0ld pass!")
        assert await attempt(database, "ADA@fibre", "0ld pass!")

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"password": "short"}, "password"),
            ({"password": "x" * 129}, "password"),
            ({"password": " in space "}, "password"),
            ({"password": "päßwörter"}, "password"),
            ({"password": "new\nline1"}, "password"),
            ({"password": "new line\n"}, "password"),
            ({"username": "a b"}, "username"),
            ({"username": "x" * 65}, "username"),
        ],
    )
    async def test_refuses_what_no_device_takes(self, database, facts, path):
        customer_id = await created_subscriber(database)

        with pytest.raises(Invalid) as refusal:
            await make(database, customer_id, **facts)

        assert refusal.value.path == (path,)
        assert await announced(database, "radius.") == []
        assert await dump(database) == ""

    async def test_the_database_keeps_it_sealed_only(self, database):
        customer_id = await created_subscriber(database)

        credential_id, _, password = await make(database, customer_id)

        stored = await the_credential(database, credential_id)
        assert password.encode() not in (stored.sealed or b"")
        assert password.encode().hex() not in await dump(database)

    async def test_a_name_is_had_once_in_any_case(self, database):
        mine, theirs = [await created_customer(database) for _ in range(2)]
        await make(database, mine, username="line-1")

        for customer_id in (mine, theirs):
            with pytest.raises(CredentialNameTaken):
                await make(database, customer_id, username="LINE-1")

    async def test_it_is_no_other_customers_login_but_may_be_its_own(self, database):
        ada = await created_subscriber(database)
        other = await created_customer(database)

        with pytest.raises(CredentialNameTaken):
            await make(database, other, username="ada")

        assert (await make(database, ada, username="ada"))[1] == "ada"

    async def test_nor_can_another_customer_choose_it_as_a_login(self, database):
        holder, other = [await created_customer(database) for _ in range(2)]
        credential_id, _, _ = await make(database, holder, username="line-1")

        async def choose() -> None:
            async with database.unit_of_work(SYSTEM) as session:
                await CustomerService().update_customer(session, other, {"username": "line-1"})

        with pytest.raises(UsernameTaken):
            await choose()
        with pytest.raises(UsernameTaken):
            await created_customer(database, username="line-1")
        await change(database, "end_credential", credential_id)
        await choose()

    async def test_a_customer_has_at_most_twenty(self, database):
        customer_id = await created_customer(database)
        for _ in range(MOST_CREDENTIALS):
            await make(database, customer_id)

        with pytest.raises(TooManyCredentials):
            await make(database, customer_id)

    @pytest.mark.parametrize(
        "actor",
        [access.reseller(1, [1]), access.customer(1), access.staff(Role.BILLING, "staff:2"), AAA],
    )
    async def test_needs_the_permission(self, database, actor):
        customer_id = await created_customer(database)
        credential_id, _, _ = await created_credential(database, customer_id)
        before = await dump(database)

        with pytest.raises(AccessDenied, match="You may not create service credentials"):
            await make(database, customer_id, actor=actor)
        with pytest.raises(AccessDenied, match="You may not rotate service credentials"):
            await change(database, "rotate_credential", credential_id, actor=actor)
        with pytest.raises(AccessDenied, match="You may not end service credentials"):
            await change(database, "end_credential", credential_id, actor=actor)
        with pytest.raises(Unauthenticated):
            await make(database, customer_id, actor=access.ANONYMOUS)

        assert await dump(database) == before

    async def test_another_tenants_customer_and_credential_are_not_there(self, database):
        customer_id = await created_customer(database)
        credential_id, _, _ = await created_credential(database, customer_id)
        stranger = access.Actor(
            Role.RESELLER, "reseller:9", frozenset({Permission.CREDENTIAL_WRITE}), reseller_ids=(9,)
        )

        with pytest.raises(CustomerNotFound):
            await make(database, customer_id, actor=stranger)
        for act in ("rotate_credential", "end_credential"):
            with pytest.raises(CredentialNotFound):
                await change(database, act, credential_id, actor=stranger)


class TestChanging:
    async def test_another_password_takes_the_place_of_the_one_before(self, database):
        customer_id = await created_subscriber(database)
        credential_id, username, first = await make(database, customer_id)

        _, second = await change(database, "rotate_credential", credential_id)

        assert first != second
        assert not await attempt(database, username, first)
        assert await attempt(database, username, second)
        row = await the_credential(database, credential_id)
        assert (row.version, row.rotated_at > row.created_at) == (2, True)
        assert ("radius.credential.rotated",) in [each[:1] for each in await announced(database)]

    async def test_an_ended_one_lets_nobody_in_and_its_secret_is_gone(self, database):
        customer_id = await created_subscriber(database)
        credential_id, username, password = await make(database, customer_id)

        ended = await change(database, "end_credential", credential_id)

        assert (ended.sealed, ended.ended_at is not None) == (None, True)
        assert not await attempt(database, username, password)
        assert (await announced(database, "radius.credential."))[-1] == (
            "radius.credential.ended",
            {"customer_id": customer_id, "credential_id": credential_id},
        )
        for act in ("rotate_credential", "end_credential"):
            with pytest.raises(CredentialNotFound):
                await change(database, act, credential_id)

    @pytest.mark.parametrize("act", ["rotate_credential", "end_credential"])
    async def test_a_change_of_an_older_version_is_refused(self, database, act):
        customer_id = await created_customer(database)
        credential_id, _, _ = await make(database, customer_id)
        await change(database, "rotate_credential", credential_id, expected_version=1)
        before = await dump(database)

        with pytest.raises(VersionConflict):
            await change(database, act, credential_id, expected_version=1)

        assert await dump(database) == before

    async def test_a_deleted_customer_leaves_no_secret_and_no_name_taken(self, database):
        customer_id = await created_customer(database)
        ids = [(await make(database, customer_id, username=name))[0] for name in ("l-1", "l-2")]
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)

        await handled(database, radius=HANDLERS)
        await handled(database, again=HANDLERS)

        assert [(await the_credential(database, each)).sealed for each in ids] == [None, None]
        assert await make(database, await created_customer(database), username="l-1")
        ended = await announced(database, "radius.credential.ended")
        assert [data["credential_id"] for _, data in ended] == ids


class TestComingOnline:
    async def test_each_of_a_customers_credentials_lets_it_in_and_no_other_password(self, database):
        customer_id = await created_subscriber(database)
        lines = [(await make(database, customer_id))[1:] for _ in range(2)]

        for username, password in lines:
            assert (await attempt(database, username, password)).customer_id == customer_id
        crossed = await attempt(database, lines[0][0], lines[1][1])

        assert (crossed.customer_id, crossed.reason) == (customer_id, AuthReason.BAD_CREDENTIALS)
        assert not await attempt(database, lines[0][0], PASSWORD)

    async def test_the_login_goes_on_until_a_credential_has_its_name(self, database):
        customer_id = await created_subscriber(database)
        await make(database, customer_id)
        assert await attempt(database, "ada", PASSWORD)

        _, _, password = await make(database, customer_id, username="ada")

        assert not await attempt(database, "ada", PASSWORD)
        assert await attempt(database, "ada", password)

    async def test_needs_an_active_customer_and_is_logged_by_its_name(self, database):
        customer_id = await created_subscriber(database, status=CustomerStatus.PENDING, state=None)
        _, username, password = await make(database, customer_id)

        outcome = await attempt(database, username, password)

        assert outcome.reason is AuthReason.CUSTOMER_NOT_ACTIVE
        async with database.reading() as connection:
            logged = await connection.execute(
                text("select customer_id, username, reason from radius.auth_log")
            )
            assert [tuple(row) for row in logged] == [
                (customer_id, username, "CUSTOMER_NOT_ACTIVE")
            ]

    @pytest.mark.parametrize("vault", [ANOTHER_KEY, None])
    async def test_without_the_key_nobody_gets_in_and_the_reason_is_told(self, database, vault):
        customer_id = await created_subscriber(database)
        _, username, password = await make(database, customer_id)

        with pytest.raises(SecretUnavailable) as refusal:
            await attempt(database, username, password, vault=vault)

        assert refusal.value.code == "ENCRYPTION_KEY_MISSING"
        assert await attempt(database, "ada", PASSWORD, vault=vault)

    async def test_what_it_moves_is_the_customers_usage(self, database):
        customer_id = await created_subscriber(database)
        _, username, _ = await make(database, customer_id)

        [outcome] = await accounted(database, a_start(username=username.upper()))

        assert outcome.session.customer_id == customer_id


class TestCleartext:
    async def test_is_for_who_authenticates_and_shows_in_no_picture_of_it(self, database):
        customer_id = await created_subscriber(database)
        _, username, password = await make(database, customer_id)

        found = await opened(database, username.upper())

        assert found == OpenedCredential(customer_id, username, password)
        assert password not in repr(found)

    @pytest.mark.parametrize("username", ["nobody", "ada", "", "a\0b"])
    async def test_is_none_of_a_name_that_no_credential_has(self, database, username):
        await created_subscriber(database)

        assert await opened(database, username) is None

    @pytest.mark.parametrize(
        "actor",
        [SUPPORT, access.staff(Role.BILLING, "staff:2"), access.reseller(1, [1])],
    )
    async def test_is_refused_to_all_others(self, database, actor):
        _, username, _ = await make(database, await created_subscriber(database))

        with pytest.raises(AccessDenied, match="You may not read service passwords"):
            await opened(database, username, actor=actor)

    async def test_of_one_row_opens_in_no_other(self, database):
        first, second = [await make(database, await created_customer(database)) for _ in range(2)]
        async with database.engine.begin() as connection:
            await connection.execute(
                text(
                    "update radius.credentials set sealed ="
                    " (select sealed from radius.credentials where id = :first) where id = :second"
                ),
                {"first": first[0], "second": second[0]},
            )

        with pytest.raises(SecretUnavailable):
            await opened(database, second[1])

    async def test_opens_under_a_newer_key_as_long_as_the_older_is_there(self, database):
        _, username, password = await make(database, await created_subscriber(database))
        newer = "a newer encryption key, long enough to seal with"

        both = await opened(database, username, vault=Vault([newer, KEY]))

        assert both is not None
        assert both.password == password
        with pytest.raises(SecretUnavailable):
            await opened(database, username, vault=Vault([newer]))
