"""Laws of identifiers: global ids, request digests and UUIDs of version 7."""

import base64
import time
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.idempotency import request_hash
from domain.kernel.ids import uuid7
from graph.ids import decode_id, encode_id, key_of

type_names = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20
)
keys = st.integers(0, 2**31 - 1)


class TestGlobalIds:
    @given(type_names, keys)
    def test_come_back_as_type_and_key(self, type_name, key):
        assert decode_id(encode_id(type_name, key)) == (type_name, key)
        assert key_of(encode_id(type_name, key), type_name) == key

    @given(st.text(max_size=100))
    def test_any_text_is_an_id_or_none_and_never_raises(self, text):
        assert decode_id(text) is None or key_of(text, decode_id(text)[0]) >= 0

    @given(st.text(max_size=45))
    def test_any_text_behind_the_encoding_never_raises(self, text):
        encoded = base64.urlsafe_b64encode(text.encode(errors="surrogatepass"))
        for spelled in (encoded.decode(), encoded.decode().rstrip("=")):
            assert decode_id(spelled) is None or text.startswith("1:")

    @given(type_names, keys, st.data())
    def test_a_mangled_id_never_raises(self, type_name, key, data):
        made = encode_id(type_name, key)
        at = data.draw(st.integers(0, len(made)))
        mangled = made[:at] + data.draw(st.text(max_size=3)) + made[at + 1 :]
        decoded = decode_id(mangled)

        assert decoded is None or 0 <= decoded[1] < 2**31 or decoded[0] == "RadiusSession"

    @given(keys)
    def test_of_another_type_name_no_row(self, key):
        assert key_of(encode_id("Invoice", key), "Customer") == 0

    @given(st.integers(2**31, 2**63 - 1))
    def test_keys_past_31_bits_are_those_of_the_types_that_have_them(self, key):
        assert decode_id(encode_id("Customer", key)) is None
        assert decode_id(encode_id("RadiusSession", key)) == ("RadiusSession", key)
        assert decode_id(encode_id("CommissionEntry", key)) == ("CommissionEntry", key)

    @given(st.integers(2**63, 10**19 - 1))
    def test_keys_past_63_bits_are_no_keys(self, key):
        assert decode_id(encode_id("RadiusSession", key)) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("abc", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=10,
)


def reordered(value):
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


class TestRequestHash:
    @given(json_values)
    def test_does_not_depend_on_the_order_of_keys_at_any_depth(self, request_value):
        assert request_hash(reordered(request_value)) == request_hash(request_value)

    @given(json_values, json_values)
    def test_tells_requests_apart(self, one, other):
        same = repr(in_order(one)) == repr(in_order(other))

        assert (request_hash(one) == request_hash(other)) is same


def in_order(value):
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


class TestUuid7:
    def test_has_the_version_and_variant_of_rfc_9562(self):
        made = [uuid7() for _ in range(1_000)]

        assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
        assert len(set(made)) == 1_000

    def test_begins_with_the_milliseconds_of_its_making(self):
        before = time.time_ns() // 1_000_000
        made = uuid7()
        after = time.time_ns() // 1_000_000

        assert before <= made.int >> 80 <= after

    def test_sorts_by_time(self):
        made = []
        for _ in range(5):
            made.append(uuid7())
            time.sleep(0.002)

        assert sorted(made) == made
        assert sorted(map(str, made)) == list(map(str, made))
