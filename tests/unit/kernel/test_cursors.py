"""Cursors that somebody made up are refused, whatever stands in them."""

import pytest

from domain.kernel.audit import AuditEntry
from domain.kernel.cursors import decode_cursor, encode_cursor
from domain.kernel.errors import Invalid
from domain.kernel.paging import Ordering

NEWEST = Ordering("newest", (AuditEntry.id,), descending=True)
LATEST = Ordering("latest", (AuditEntry.at, AuditEntry.id), descending=True)
ID = "0199f000-0000-7000-8000-000000000a00"


@pytest.mark.parametrize("value", [5, True, None, [1], {"a": 1}, "no id", 1.5])
def test_a_key_of_another_kind_is_no_place_in_the_list(value):
    for order, keys in ((NEWEST, [value]), (LATEST, [value, ID])):
        cursor = encode_cursor("signed", keys)
        with pytest.raises(Invalid):
            decode_cursor(cursor, "signed", order, field="after")
