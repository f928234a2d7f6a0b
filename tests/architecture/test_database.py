"""Migrations and models tell the same story."""

from migrations import migrate


async def test_the_migrated_database_equals_the_models(database_url):
    await migrate.check(database_url)


async def test_migrating_again_changes_nothing(database_url):
    await migrate.migrate(database_url)

    await migrate.check(database_url)
