"""Cursors: only the log that sealed one opens it, and nothing else does."""

import base64
from string import ascii_letters, digits
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import Invalid
from subscriptions.cursors import Cursors

LOG = Cursors(UUID(int=1 << 100), b"the key of this log: 32 octets. ")
positions = st.integers(0, 2**64 - 1)


def is_refused(cursor: str, log: Cursors = LOG) -> bool:
    with pytest.raises(Invalid) as refused:
        log.open(cursor)
    return refused.value.path == ("after",)


@given(positions)
def test_what_was_sealed_opens_to_the_same_position(position):
    assert LOG.open(LOG.seal(position)) == position


@given(positions, positions)
def test_positions_have_cursors_of_their_own(one, other):
    assert (LOG.seal(one) == LOG.seal(other)) is (one == other)


@given(positions, st.integers(0, 16 * 8 - 1))
def test_no_bit_of_one_can_be_changed(position, bit):
    octets = bytearray(base64.urlsafe_b64decode(LOG.seal(position) + "=="))
    octets[bit // 8] ^= 1 << bit % 8

    assert is_refused(base64.urlsafe_b64encode(bytes(octets)).decode().rstrip("="))


@given(positions)
def test_there_is_one_text_of_each(position):
    cursor = LOG.seal(position)
    others = (ascii_letters + digits + "-_").replace(cursor[-1], "")

    assert all(is_refused(cursor[:-1] + character) for character in others)
    assert is_refused(cursor + "==")


@given(st.integers(0, 2**63), st.integers(1, 1000))
def test_neighbours_have_nothing_in_common_to_see(position, distance):
    one, other = (
        base64.urlsafe_b64decode(LOG.seal(each) + "==") for each in (position, position + distance)
    )

    assert one[:8] != other[:8]
    assert one[8:] != other[8:]


@given(positions)
def test_another_epoch_and_another_key_refuse_it(position):
    cursor = LOG.seal(position)

    assert is_refused(cursor, Cursors(UUID(int=2 << 100), LOG.key))
    assert is_refused(cursor, Cursors(LOG.epoch, bytes(32)))


@given(st.text(max_size=40))
def test_text_is_no_cursor(text):
    assert is_refused(text)
