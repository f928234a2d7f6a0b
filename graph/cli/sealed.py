"""What the database keeps sealed: the keys it is under, and its way to a newer one."""

from collections.abc import Iterable

import typer

from domain.kernel.database import Database
from domain.kernel.sealing import SealedColumn
from domain.kernel.vault import Vault
from domain.radius import credential_secrets
from domain.webhook import secrets as webhook_secrets
from graph.cli.environment import console, database_at
from graph.settings import Settings

#: Every column that the vault seals.
SEALED: tuple[SealedColumn, ...] = (webhook_secrets.SEALED, credential_secrets.SEALED)


async def missing_keys(database: Database, vault: Vault) -> dict[str, int]:
    """Name of each key that is not configured → how many rows need it."""
    missing: dict[str, int] = {}
    for rows in (await _rows_by_key(database)).values():
        for key in rows.keys() - vault.key_names:
            missing[key] = missing.get(key, 0) + rows[key]
    return missing


async def rotate(url: str, settings: Settings) -> bool:
    """Seal everything under the newest key and tell; whether no key is missing."""
    vault = Vault(settings.encryption_keys())
    async with database_at(url) as database:
        for column in SEALED:
            outcome = await column.reseal(database, vault)
            left = f", [red]{outcome.unopenable} cannot be opened[/red]"
            console.print(
                f"{column.name}: {outcome.done} sealed anew{left if outcome.unopenable else ''}"
            )
    return await tell(url, settings)


async def tell(url: str, settings: Settings) -> bool:
    """Print table, key, its standing and rows, tab-separated; whether no key is missing."""
    vault = Vault(settings.encryption_keys())
    async with database_at(url) as database:
        tables = await _rows_by_key(database)
    for table, rows in tables.items():
        for key in _in_order({*rows, vault.newest_key}, vault):
            typer.echo(f"{table}\t{key}\t{_standing(key, vault)}\t{rows.get(key, 0)}")
    return all(rows.keys() <= vault.key_names for rows in tables.values())


async def _rows_by_key(database: Database) -> dict[str, dict[str, int]]:
    async with database.reading() as connection:
        return {column.name: await column.rows_by_key(connection) for column in SEALED}


def _in_order(keys: Iterable[str], vault: Vault) -> list[str]:
    return sorted(keys, key=lambda key: (key != vault.newest_key, key not in vault.key_names, key))


def _standing(key: str, vault: Vault) -> str:
    if key == vault.newest_key:
        return "newest"
    return "older" if key in vault.key_names else "MISSING"
