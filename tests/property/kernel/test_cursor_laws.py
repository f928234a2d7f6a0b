"""Laws of cursors: they come back as they went, fit one list only, and nothing else passes."""

import base64
from datetime import UTC, date, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Text

from domain.kernel.cursors import decode_cursor, encode_cursor
from domain.kernel.errors import Invalid
from domain.kernel.paging import Ordering

ORDER = Ordering(
    "all",
    (
        Column("at", DateTime(timezone=True)),
        Column("day", Date),
        Column("name", Text),
        Column("big", BigInteger),
        Column("on", Boolean),
        Column("id", Integer),
    ),
)
SIGNATURE = "0123456789ab"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=401)
places = st.tuples(
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    texts,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
)
PLACE = (datetime(2026, 3, 14, tzinfo=UTC), date(2026, 3, 14), "Ada", 2**40, True, 7)


def forged(*values):
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decoded(cursor):
    return decode_cursor(cursor, SIGNATURE, ORDER, field="after")


@given(places)
def test_a_cursor_comes_back_as_the_place_it_was_made_of(place):
    assert tuple(decoded(encode_cursor(SIGNATURE, place))) == place


def test_the_longest_name_in_the_widest_letters_still_fits():
    place = (*PLACE[:2], "\N{SMILING FACE WITH SUNGLASSES}" * 401, *PLACE[3:])

    assert tuple(decoded(encode_cursor(SIGNATURE, place))) == place


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda b: b.decode("latin-1")))
def test_any_other_text_is_refused_as_invalid(text):
    with pytest.raises(Invalid) as refused:
        decoded(text)

    assert refused.value.path == ("after",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_any_other_json_is_refused_as_invalid(value):
    with pytest.raises(Invalid):
        decoded(base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("="))


@given(st.integers(0, 5), json_values)
def test_a_forged_sort_key_has_the_columns_type_or_is_refused(number, value):
    place = list(PLACE)
    place[number] = value

    try:
        keys = decoded(forged(1, SIGNATURE, *place))
    except Invalid:
        return

    assert type(keys[number]) is type(PLACE[number])


@given(places, st.data())
def test_a_mangled_cursor_is_refused_or_still_a_place(place, data):
    cursor = encode_cursor(SIGNATURE, place)
    at = data.draw(st.integers(0, len(cursor) - 1))
    mangled = cursor[:at] + data.draw(st.characters()) + cursor[at + 1 :]

    try:
        keys = decoded(mangled)
    except Invalid:
        return

    assert [type(key) for key in keys] == [type(key) for key in PLACE]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (0, "0001-01-01T00:00:00+14:00"),
        (0, "9999-12-31T23:59:59-14:00"),
        (0, 0),
        (1, "2026-02-30"),
        (2, "a\0"),
        (3, 2**63),
        (4, 1),
        (5, 2**31),
        (5, -(2**31) - 1),
        (5, True),
        (5, 1.0),
    ],
)
def test_a_sort_key_that_the_database_could_not_take_is_refused(number, value):
    place = list(PLACE)
    place[number] = value

    with pytest.raises(Invalid):
        decoded(forged(1, SIGNATURE, *place))


@given(st.text(max_size=12).filter(lambda text: text != SIGNATURE))
def test_a_cursor_fits_no_other_list(signature):
    cursor = encode_cursor(SIGNATURE, PLACE)

    with pytest.raises(Invalid) as refused:
        decode_cursor(cursor, signature, ORDER, field="before")

    assert refused.value.path == ("before",)
    assert refused.value.message == "before is not a cursor of this list, filter and order"
