"""A newer encryption key takes the place of an older one, without anybody's secret changing."""

import asyncio
from pathlib import Path

from sqlalchemy import text

from domain.kernel.access import SYSTEM
from domain.kernel.vault import Vault
from domain.radius.credentials import CredentialService
from domain.webhook import signing
from domain.webhook.secrets import live_secrets
from graph.cli import sealed
from graph.settings import Settings
from tests.support.credentials import created_credential, the_credential
from tests.support.customers import created_customer
from tests.support.process import run
from tests.support.server import running_api
from tests.support.webhook import KEY as A
from tests.support.webhook import created_endpoint

B = "the second encryption key: long enough to seal with"
NAME_A, NAME_B = Vault([A]).newest_key, Vault([B]).newest_key
ROWS = 3


def settings(path: Path, *keys: str) -> Settings:
    return Settings(data=path, encryption_key=",".join(keys))


async def sealed_rows(database) -> dict[str, str]:
    """Name → password of the credentials, sealed under A; beside them an endpoint's secret."""
    found = {}
    for _ in range(ROWS):
        customer_id = await created_customer(database)
        _, name, password = await created_credential(database, customer_id, vault=Vault([A]))
        found[name] = password
    return found


async def opened(database, vault: Vault, names) -> dict[str, str]:
    found = {}
    async with database.unit_of_work(SYSTEM) as session:
        for name in names:
            credential = await CredentialService(vault).cleartext(session, name)
            assert credential is not None
            found[name] = credential.password
    return found


async def test_every_sealed_column_is_rotated(database):
    found = text(
        "select table_schema || '.' || table_name from information_schema.columns"
        " where column_name like '%sealed%' and data_type = 'bytea'"
    )
    async with database.reading() as connection:
        tables = set(await connection.scalars(found))

    assert tables == {column.name for column in sealed.SEALED}


async def test_afterwards_the_newer_key_alone_opens_everything(
    database, database_url, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("domain.kernel.sealing._BATCH", 2)
    passwords = await sealed_rows(database)
    endpoint_id, secret = await created_endpoint(database)

    assert await sealed.rotate(database_url, settings(tmp_path, B, A))

    assert capsys.readouterr().out.splitlines() == [
        f"webhook.secrets\t{NAME_B}\tnewest\t1",
        f"radius.credentials\t{NAME_B}\tnewest\t{ROWS}",
    ]
    assert await opened(database, Vault([B]), passwords) == passwords
    async with database.reading() as connection:
        [key] = await live_secrets(connection, Vault([B]), endpoint_id)
    assert signing.shown(key) == secret
    assert (await the_credential(database, 1)).version == 1


async def test_what_is_done_already_is_not_done_again(database, database_url, tmp_path):
    await sealed_rows(database)
    await sealed.rotate(database_url, settings(tmp_path, B, A))
    before = (await the_credential(database, 1)).sealed

    await sealed.rotate(database_url, settings(tmp_path, B, A))

    assert (await the_credential(database, 1)).sealed == before


async def test_a_missing_key_is_told_by_its_name_and_what_it_opens_stays(
    database, database_url, tmp_path, capsys
):
    passwords = await sealed_rows(database)

    assert not await sealed.rotate(database_url, settings(tmp_path, B))

    assert capsys.readouterr().out.splitlines()[1:] == [
        f"radius.credentials\t{NAME_B}\tnewest\t0",
        f"radius.credentials\t{NAME_A}\tMISSING\t{ROWS}",
    ]
    assert await opened(database, Vault([A]), passwords) == passwords


async def test_the_commands_tell_what_is_missing_and_no_key(database, database_url, tmp_path):
    await sealed_rows(database)
    chosen = {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_DATA": str(tmp_path),
        "ISP_GRAPH_ENCRYPTION_KEY": B,
    }
    commands = (["secrets", "status"], ["doctor"])

    results = await asyncio.gather(*(run(*command, **chosen) for command in commands))

    for code, output, errors in results:
        assert code == 1
        assert NAME_A in output + errors
        assert B not in output + errors


async def test_without_its_key_a_credential_is_refused_with_a_code(
    database, database_url, tmp_path
):
    [(name, password), *_] = (await sealed_rows(database)).items()
    async with running_api(database_url, tmp_path, encryption_key=B) as api:
        answer = await api.run(
            "mutation M($input: AuthenticateCustomerInput!)"
            " { authenticateCustomer(input: $input) { authenticated } }",
            {"input": {"username": name, "password": password}},
        )

    assert answer["data"] == {"authenticateCustomer": None}
    assert answer["errors"][0]["extensions"]["code"] == "ENCRYPTION_KEY_MISSING"
    async with database.reading() as connection:
        assert await connection.scalar(text("select count(*) from radius.auth_log")) == 0
