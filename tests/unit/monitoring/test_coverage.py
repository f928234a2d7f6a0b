"""Postal-code prefixes in their one spelling."""

import pytest

from domain.kernel.errors import Invalid
from domain.monitoring.coverage import plain_prefix


@pytest.mark.parametrize(
    ("given", "plain"),
    [("1100-048", "1100048"), (" sw1a 1", "SW1A1"), ("", ""), ("%_'", "")],
)
def test_a_prefix_is_letters_and_digits_in_upper_case(given, plain):
    assert plain_prefix(given) == plain


def test_a_prefix_has_at_most_20_characters():
    assert plain_prefix("1" * 20) == "1" * 20
    with pytest.raises(Invalid) as failure:
        plain_prefix("1" * 21)

    assert failure.value.path == ("postalCodePrefix",)
