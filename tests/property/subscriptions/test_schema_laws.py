"""Whatever a module announces, its data fits the published schema of its type."""

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.events import Event
from subscriptions.catalogue import EVENT_TYPES
from subscriptions.schemas import data_schema
from tests.support.json_schemas import faults

OF_TYPE = {
    datetime: st.datetimes(
        min_value=datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None), timezones=st.just(UTC)
    ),
    date: st.dates(),
    int: st.integers(-(2**63), 2**63 - 1),
    # What PostgreSQL can store: no NUL, no lone surrogates.
    str: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
}


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    parts = getattr(hint, "__args__", ())
    if hint in OF_TYPE:
        return OF_TYPE[hint]
    if getattr(hint, "__origin__", None) is list:
        return st.lists(anything(parts[0]), max_size=3)
    if parts:
        return st.one_of(*(anything(part) for part in parts))
    return st.from_type(hint)


def any_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: anything(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES.keys())
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_data_of_every_event_fits_its_schema(kind, data):
    event = data.draw(any_event(kind))

    stored = orjson.loads(orjson.dumps(event.data()))

    assert faults(data_schema(kind), stored) == []
