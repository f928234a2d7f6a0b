"""The custom scalars: what each accepts, how it goes over the wire, and what it refuses."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError

from graph.scalars import (
    CIDR,
    JSON,
    SCALARS,
    BigInt,
    CountryCode,
    CurrencyCode,
    EmailAddress,
    IPAddress,
    MACAddress,
    PhoneNumber,
)

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


def parsed(scalar: object, value: Any) -> Any:
    parse = SCALARS[scalar].parse_value
    assert parse is not None
    return parse(value)


def shown(scalar: object, value: Any) -> Any:
    serialize = SCALARS[scalar].serialize
    assert serialize is not None
    return serialize(value)


@pytest.mark.parametrize(
    ("scalar", "text", "value", "wire"),
    [
        (datetime.datetime, "2026-11-22T12:00:00Z", NOON, "2026-11-22T12:00:00Z"),
        (datetime.datetime, "2026-11-22t12:00:00z", NOON, "2026-11-22T12:00:00Z"),
        (datetime.datetime, "2026-11-22T13:30:00+01:30", NOON, "2026-11-22T12:00:00Z"),
        (datetime.datetime, "2026-11-22T12:00:00-00:00", NOON, "2026-11-22T12:00:00Z"),
        (
            datetime.datetime,
            "2026-11-22T12:00:00.123456789Z",
            NOON.replace(microsecond=123_456),
            "2026-11-22T12:00:00.123456Z",
        ),
        (datetime.date, "2024-02-29", datetime.date(2024, 2, 29), "2024-02-29"),
        (datetime.timedelta, "PT15M", datetime.timedelta(minutes=15), "PT15M"),
        (datetime.timedelta, "P2W", datetime.timedelta(weeks=2), "P14D"),
        (datetime.timedelta, "P1DT12H", datetime.timedelta(hours=36), "P1DT12H"),
        (datetime.timedelta, "PT90S", datetime.timedelta(seconds=90), "PT1M30S"),
        (datetime.timedelta, "PT0.5S", datetime.timedelta(milliseconds=500), "PT0.5S"),
        (datetime.timedelta, "PT0S", datetime.timedelta(0), "PT0S"),
        (Decimal, "12.50", Decimal("12.50"), "12.50"),
        (Decimal, "-0.0000000001", Decimal("-1E-10"), "-0.0000000001"),
        (Decimal, "1" + "0" * 19, Decimal(10**19), "1" + "0" * 19),
        (BigInt, "4294967296", 2**32, "4294967296"),
        (BigInt, "-9223372036854775808", -(2**63), "-9223372036854775808"),
        (BigInt, 9223372036854775807, 2**63 - 1, "9223372036854775807"),
        (EmailAddress, "Ada@EXAMPLE.com", "Ada@example.com", "Ada@example.com"),
        (PhoneNumber, "+351 912 345 678", "+351912345678", "+351912345678"),
        (IPAddress, "192.0.2.1", "192.0.2.1", "192.0.2.1"),
        (IPAddress, "2001:DB8:0:0::1", "2001:db8::1", "2001:db8::1"),
        (CIDR, "192.0.2.0/24", "192.0.2.0/24", "192.0.2.0/24"),
        (CIDR, "2001:DB8::/32", "2001:db8::/32", "2001:db8::/32"),
        (CIDR, "192.0.2.1", "192.0.2.1/32", "192.0.2.1/32"),
        (MACAddress, "00-00-5e-00-53-01", "00:00:5E:00:53:01", "00:00:5E:00:53:01"),
        (CountryCode, "PT", "PT", "PT"),
        (CurrencyCode, "EUR", "EUR", "EUR"),
    ],
)
def test_accepted_and_shown_in_its_one_wire_format(scalar, text, value, wire):
    accepted = parsed(scalar, text)

    assert (type(accepted), accepted) == (type(value), value)
    assert shown(scalar, accepted) == wire
    assert parsed(scalar, wire) == accepted


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        *(
            (datetime.datetime, text)
            for text in [
                "2026-11-22",
                "2026-11-22T12:00:00",
                "2026-11-22 12:00:00Z",
                "2026-11-22T12:00Z",
                "2026-11-22T24:00:00Z",
                "2026-11-22T23:59:60Z",
                "2026-02-29T12:00:00Z",
                "2026-11-22T12:00:00+24:00",
                "2026-11-22T12:00:00+10:99",
                "2026-11-22T12:00:00.Z",
                "2026-11-22T12:00:00Z\n",
                "2026-W47-7T12:00:00Z",
                "1900-12-31T12:00:00Z",
                "2200-01-01T12:00:00Z",
                "٢٠٢٦-11-22T12:00:00Z",
                1_795_000_000,
            ]
        ),
        *(
            (datetime.date, text)
            for text in [
                "2026-02-29",
                "20261122",
                "2026-W47-7",
                "2026-11-22T12:00:00Z",
                "1900-12-31",
                "2200-01-01",
                "22.11.2026",
                20261122,
            ]
        ),
        *(
            (datetime.timedelta, text)
            for text in [
                "",
                "P",
                "PT",
                "P1DT",
                "P1Y",
                "P1M",
                "P1W2D",
                "PT1H\n",
                "-PT1M",
                "15m",
                900,
            ]
        ),
        *(
            (Decimal, text)
            for text in [
                "",
                ".5",
                "5.",
                "1e3",
                "NaN",
                "Infinity",
                "+1",
                "1,5",
                "1_000",
                "１",
                "1" * 21,
                "0." + "1" * 11,
                12.5,
                12,
                True,
            ]
        ),
        *(
            (BigInt, value)
            for value in [
                "9223372036854775808",
                2**63,
                -(2**63) - 1,
                "1.0",
                1.0,
                "",
                "+1",
                " 1",
                True,
                "0x10",
                "1_0",
                "٣",
            ]
        ),
        *(
            (EmailAddress, text)
            for text in ["", "ada", "ada@", "@example.com", "a b@example.com", 1]
        ),
        *((PhoneNumber, text) for text in ["", "912345678", "+351", "+351 phone", "+0001", 351]),
        *(
            (IPAddress, text)
            for text in [
                "",
                "192.0.2",
                "192.0.2.256",
                "192.0.2.01",
                "192.0.2.1/32",
                "::g",
                "fe80::1%eth0",
                3221225985,
            ]
        ),
        *(
            (CIDR, text)
            for text in ["", "192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "fe80::%eth0/64", 1]
        ),
        *(
            (MACAddress, text)
            for text in [
                "",
                "00:00:5E:00:53",
                "00:00:5E:00:53:0G",
                "00005E005301",
                "0000.5e00.5301",
                5,
            ]
        ),
        *((CountryCode, text) for text in ["", "pt", "PRT", "P1", "PT\n", 7]),
        *((CurrencyCode, text) for text in ["", "eur", "EU", "EURO", "€", 978]),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(scalar, value):
    with pytest.raises(GraphQLError, match=f"^{SCALARS[scalar].name} must be "):
        parsed(scalar, value)


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -(2**63), 2**64 - 1, 1.5, "text", [], {}, {"a": [1, {"b": None}]}],
)
def test_json_is_taken_and_shown_as_it_is(value):
    assert parsed(JSON, value) is value
    assert shown(JSON, value) is value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("inf"), "finite numbers"),
        ({"a": [float("nan")]}, "finite numbers"),
        ([[2**64]], "integers that fit 64 bits"),
        ({"a": {"b": -(2**63) - 1}}, "integers that fit 64 bits"),
    ],
)
def test_json_numbers_that_would_not_survive_are_refused_at_any_depth(value, expected):
    with pytest.raises(GraphQLError, match=f"^JSON must be made of {expected}$"):
        parsed(JSON, value)


def test_every_scalar_tells_what_it_is():
    assert all(scalar.description for scalar in SCALARS.values())
    assert len({scalar.name for scalar in SCALARS.values()}) == len(SCALARS) == 13


@pytest.mark.parametrize("offset", [-12, 0, 5.5, 14])
def test_instants_are_shown_in_utc_whatever_their_zone(offset):
    zone = datetime.timezone(datetime.timedelta(hours=offset))

    assert shown(datetime.datetime, NOON.astimezone(zone)) == "2026-11-22T12:00:00Z"
