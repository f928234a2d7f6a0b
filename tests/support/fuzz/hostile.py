"""Values that no well-meaning client sends, and JSON text that holds them."""

import json
import re
from random import Random
from typing import Any

_RAW = "\ue000raw:"
_RAW_IN_JSON = re.compile(r'"\\ue000raw:([^"]*)"')


def raw(text: str) -> str:
    """A value that stands in the JSON text as it is, without quotes."""
    return _RAW + text


def is_raw(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_RAW)


def raw_text(value: str) -> str:
    return value.removeprefix(_RAW)


def as_json(value: Any) -> str:
    """JSON text of the value: ASCII only, lone surrogates escaped, raw parts as they are."""
    return _RAW_IN_JSON.sub(lambda match: match[1], json.dumps(value))


TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\t\r\n",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfff\ud800b",
    "\r\nX-Injected: 1",
    "\x1b[31mred\x1b[0m\x07\x9b",
    "\u202eright to left\u2066\u200f",
    "Z̸̧̛͎̈́a̵͔̕l̶̰̽g̷̨̛o̸̘͝" * 20,
    "%s%n%x{0}{self}{0.x}${jndi:ldap://x}{{7*7}}",
    "'; drop table customer.customers; --",
    "' or '1'='1",
    "\\",
    "%",
    "_",
    "%_%\\%",
    "\u00a0\ufeff\u2028\u2029",
    "😀" * 50,
    "ﷺ" * 30,
    "\u0130\u00df\ufb03\u01c5",
    "e\u0301" * 40,
    "A" * 300,
    "x" * 70_000,
    "../../../etc/passwd",
    "<script>alert(1)</script>",
    "-1",
    "null",
    "NaN",
    "1e1000000",
    "9" * 5000,
    "٠١٢٣",
    "２０２６-０１-０１",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999999Z",
    "10000-01-01T00:00:00Z",
    "2026-02-30",
    "2026-06-30T23:59:60Z",
    "P99999999999Y",
    "PT1E9S",
    "255.255.255.256",
    "::ffff:0:0/129",
    "fe80::1%eth0",
    "+" + "1" * 40,
    "a@b",
    '"quoted"@example.com',
    "a@" + "x." * 120 + "com",
    "http://[::1]:99999/",
    "https://user:pw@127.0.0.1/",
    "javascript:alert(1)",
    "MTpDdXN0b21lcjox",
    "MTpDdXN0b21lcjo5OTk5OTk5OTk5OTk5OTk5OTk5",
    "MTpOb2JvZHk6MQ",
    "=" * 64,
)

NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53 - 1,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**25,
    0.1,
    -0.0,
    1e308,
    5e-324,
    raw("1.0"),
    raw("1e2"),
    raw("1e-1000000"),
    raw("1" * 19),
    raw("1" * 40),
)

#: The decoder refuses these before anything else looks at them, so they come seldom.
_UNREADABLE: tuple[Any, ...] = (
    raw("1e1000000"),
    raw("9" * 5000),
    raw("NaN"),
    raw("-Infinity"),
    raw("0x10"),
    raw("01"),
    raw("'x'"),
    raw("[" * 5000 + "]" * 5000),
    "y" * 1_100_000,
    [None] * 21_000,
)

_SHAPES: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    [1, "a", None],
    {"": ""},
    {"__proto__": {"x": 1}, "constructor": None},
    {"a": {"b": {"c": {"d": [{"e": [1, 2, {"f": None}]}]}}}},
    {"k" * 300: "v"},
    {f"k{number}": number for number in range(300)},
    [0] * 150,
)


def hostile(rng: Random) -> Any:
    """A value of any type that fits nowhere, or hardly."""
    chance = rng.random()
    if chance < 0.01:
        return rng.choice(_UNREADABLE)
    if chance < 0.03:
        return nested(rng.choice((20, 39, 41, 200)))
    if chance < 0.6:
        return rng.choice(TEXTS)
    return rng.choice(NUMBERS) if chance < 0.85 else rng.choice(_SHAPES)


def nested(levels: int) -> Any:
    """Lists in objects in lists, so deep."""
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"x": value}
    return value
