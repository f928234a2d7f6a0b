"""What goes to the database as text comes back as what it was, and rows can still be copied."""

from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime, bindparam, cast, literal, select, text, type_coerce
from sqlalchemy import Text as AsText
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.kernel.addresses import Address
from domain.kernel.driver_types import _address, binary
from domain.kernel.readers import driver_of

INSTANTS = [
    datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1900, 1, 1, tzinfo=UTC),
    datetime(2199, 12, 31, 1, 2, 3, 40, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
]


@pytest.mark.parametrize("instant", INSTANTS)
async def test_an_instant_comes_back_in_utc(database, instant):
    async with database.reading() as connection:
        found = await connection.scalar(select(literal(instant, DateTime(timezone=True))))

    assert found == instant
    assert found.tzinfo is UTC


async def test_so_does_a_list_of_them(database):
    several = bindparam("several", INSTANTS, ARRAY(DateTime(timezone=True)))
    async with database.reading() as connection:
        found = await connection.scalar(select(several))

    assert found == INSTANTS


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::192.0.2.1"])
async def test_an_address_is_an_object_or_the_text_that_python_writes(database, text):
    given = cast(literal(text), Address)
    async with database.reading() as connection:
        [found] = await connection.execute(select(given, type_coerce(given, AsText)))

    assert found == (ip_address(text), str(ip_address(text)))


@given(st.ip_addresses())
def test_every_address_is_written_as_python_does(address):
    assert _address(str(address)) == str(address)


async def test_json_is_what_was_sent(database):
    sent = {"text": 'é "\\', "list": [1, 2.5, None, True], "none": None}
    async with database.reading() as connection:
        found = await connection.scalar(select(literal(sent, JSONB)))

    assert found == sent


async def test_rows_can_be_copied_where_all_is_binary(database):
    row = (INSTANTS[0], ip_address("192.0.2.1"), '{"a": 1}')
    async with database.engine.begin() as connection:
        await connection.execute(
            text("create temporary table copied (at timestamptz, ip inet, facts jsonb)")
        )
        driver = driver_of(connection)
        async with binary(driver):
            await driver.copy_records_to_table("copied", records=[row])
        found = await driver.fetchrow("select at, ip, facts from copied")

    assert tuple(found) == (INSTANTS[0], "192.0.2.1", {"a": 1})
