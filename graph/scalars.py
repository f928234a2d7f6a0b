"""The custom scalars: strict, each with its wire format and the text that specifies it."""

import datetime
import decimal
import ipaddress
import math
import re
from collections.abc import Callable
from typing import Any, NewType, TypeVar

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from domain.kernel import values
from domain.kernel.errors import DomainError
from graph.durations import format_duration, parse_duration
from graph.engine import unchanged

BigInt = NewType("BigInt", int)
EmailAddress = NewType("EmailAddress", str)
PhoneNumber = NewType("PhoneNumber", str)
IPAddress = NewType("IPAddress", str)
CIDR = NewType("CIDR", str)
MACAddress = NewType("MACAddress", str)
CountryCode = NewType("CountryCode", str)
CurrencyCode = NewType("CurrencyCode", str)
JSON = NewType("JSON", object)

_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_MAC = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

_UTC = datetime.UTC

T = TypeVar("T")


def _refuse(kind: str, expected: str) -> GraphQLError:
    return GraphQLError(f"{kind} must be {expected}")


def _text(value: Any, kind: str, expected: str) -> str:
    if not isinstance(value, str):
        raise _refuse(kind, expected)
    return value


def parse_date_time(value: Any) -> datetime.datetime:
    """An RFC 3339 timestamp with offset, between 1900 and 2200, as UTC."""
    expected = "an RFC 3339 timestamp with an offset, like 2026-11-22T10:00:00Z"
    text = _text(value, "DateTime", expected)
    if not _DATE_TIME.fullmatch(text):
        raise _refuse("DateTime", expected)
    try:
        moment = datetime.datetime.fromisoformat(text.upper())
        if not _FIRST_YEAR < moment.year < _LAST_YEAR:
            raise ValueError
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise _refuse("DateTime", expected) from None


def format_date_time(value: datetime.datetime) -> str:
    """RFC 3339 in UTC with ``Z``."""
    moment = value if value.tzinfo is _UTC else value.astimezone(_UTC)
    # As ``isoformat`` has it, in a third of the time.
    return orjson.dumps(moment, option=orjson.OPT_UTC_Z)[1:-1].decode()


def parse_date(value: Any) -> datetime.date:
    """An ISO 8601 calendar date between 1900 and 2200."""
    expected = "an ISO 8601 date, like 2026-11-22"
    text = _text(value, "Date", expected)
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        date = datetime.date.fromisoformat(text)
        if not _FIRST_YEAR < date.year < _LAST_YEAR:
            raise ValueError
    except ValueError:
        raise _refuse("Date", expected) from None
    return date


def parse_decimal(value: Any) -> decimal.Decimal:
    """A finite decimal as text, at most 20 digits before and 10 after the point."""
    expected = 'a decimal number as a string, like "12.50"'
    text = _text(value, "Decimal", expected)
    if not _DECIMAL.fullmatch(text):
        raise _refuse("Decimal", expected)
    return decimal.Decimal(text)


@unchanged(str)
def format_decimal(value: decimal.Decimal | str) -> str:
    """All digits, and no exponent; a text is one already."""
    return value if type(value) is str else format(value, "f")


@unchanged(str)
def format_text(value: Any) -> str:
    """What a value is as text; a text is itself."""
    return str(value)


def parse_big_int(value: Any) -> int:
    """A 64-bit integer, as text or as a JSON integer."""
    expected = 'a 64-bit integer, best as a string, like "4294967296"'
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise _refuse("BigInt", expected)
    return value


def parse_json(value: Any) -> Any:
    """Any JSON value; a literal's numbers must be finite, its integers fit 64 bits."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise _refuse("JSON", "made of finite numbers")
        elif isinstance(item, int) and not -(2**63) <= item < 2**64:
            raise _refuse("JSON", "made of integers that fit 64 bits")
    return value


def _by_domain_rule(kind: str, expected: str, rule: Callable[[str], str]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        try:
            return rule(_text(value, kind, expected))
        except DomainError:
            raise _refuse(kind, expected) from None

    return parse


def _unscoped(text: str) -> str:
    # RFC 4007 zones (fe80::1%eth0) name an interface of one host: they mean nothing here.
    if "%" in text:
        raise ValueError
    return text


def _parse_ip(value: Any) -> str:
    expected = "an IPv4 or IPv6 address"
    try:
        return str(ipaddress.ip_address(_unscoped(_text(value, "IPAddress", expected))))
    except ValueError:
        raise _refuse("IPAddress", expected) from None


def _parse_cidr(value: Any) -> str:
    expected = "a network in CIDR notation, like 192.0.2.0/24"
    try:
        return str(ipaddress.ip_network(_unscoped(_text(value, "CIDR", expected))))
    except ValueError:
        raise _refuse("CIDR", expected) from None


def _parse_mac(value: Any) -> str:
    expected = "a MAC address, like 00:00:5E:00:53:01"
    text = _text(value, "MACAddress", expected).upper().replace("-", ":")
    if not _MAC.fullmatch(text):
        raise _refuse("MACAddress", expected)
    return text


def _scalar(
    name: str,
    description: str,
    parse: Callable[[Any], Any],
    serialize: Callable[[Any], Any] = format_text,
    url: str | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        parse_value=parse,
        serialize=serialize,
        specified_by_url=url,
    )


def _same(value: Any) -> Any:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    datetime.datetime: _scalar(
        "DateTime",
        "An instant: RFC 3339 with an offset; answers are in UTC",
        parse_date_time,
        format_date_time,
        "https://scalars.graphql.org/andimarek/date-time.html",
    ),
    datetime.date: _scalar(
        "Date",
        "A calendar date: ISO 8601",
        parse_date,
        datetime.date.isoformat,
        "https://scalars.graphql.org/andimarek/local-date.html",
    ),
    datetime.timedelta: _scalar(
        "Duration",
        "A length of time: ISO 8601, like PT15M or P1D; no years and months",
        parse_duration,
        format_duration,
        "https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
    ),
    decimal.Decimal: _scalar(
        "Decimal",
        "A finite decimal number, as a string",
        parse_decimal,
        format_decimal,
    ),
    BigInt: _scalar("BigInt", "A 64-bit integer, as a string", parse_big_int, str),
    EmailAddress: _scalar(
        "EmailAddress",
        "An e-mail address",
        _by_domain_rule("EmailAddress", "an e-mail address", values.email_address),
        url="https://www.rfc-editor.org/rfc/rfc5321",
    ),
    PhoneNumber: _scalar(
        "PhoneNumber",
        "A phone number in E.164 form, like +351912345678",
        _by_domain_rule("PhoneNumber", "a phone number in E.164 form", values.phone_number),
        url="https://www.itu.int/rec/T-REC-E.164",
    ),
    IPAddress: _scalar("IPAddress", "An IPv4 or IPv6 address", _parse_ip),
    CIDR: _scalar("CIDR", "An IP network in CIDR notation", _parse_cidr),
    MACAddress: _scalar("MACAddress", "A MAC address, like 00:00:5E:00:53:01", _parse_mac),
    CountryCode: _scalar(
        "CountryCode",
        "An ISO 3166-1 alpha-2 country code",
        _by_domain_rule("CountryCode", "an ISO 3166-1 alpha-2 code, like PT", values.country_code),
        url="https://www.iso.org/iso-3166-country-codes.html",
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        "An ISO 4217 currency code",
        _by_domain_rule("CurrencyCode", "an ISO 4217 code, like EUR", values.currency_code),
        url="https://www.iso.org/iso-4217-currency-codes.html",
    ),
    JSON: _scalar(
        "JSON", "Any JSON value", parse_json, _same, "https://www.rfc-editor.org/rfc/rfc8259"
    ),
}
