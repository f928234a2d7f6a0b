"""``docs/features.md`` names only tests and fields that exist; what is missing is said to be."""

import re
from pathlib import Path

import pytest

from graph.schema import build_schema

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "features.md").read_text()


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE))))
def test_every_test_named_exists(named):
    path, _, name = named.partition("::")

    assert (ROOT / path).exists()
    assert not name or f"def {name}(" in (ROOT / path).read_text()


def test_every_feature_of_the_section_has_a_row_with_a_test_or_says_what_is_missing():
    rows = [line for line in PAGE.splitlines() if line.startswith("| G")]

    assert re.findall(r"^\| (G\d+) \|", PAGE, re.MULTILINE) == [f"G{n}" for n in range(1, 22)]
    assert [row for row in rows if "`tests/" not in row and "not yet: " not in row] == []


def test_every_field_and_argument_named_is_in_the_schema():
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| G")]
    named = {name for row in rows for name in re.findall(r"`(?:[A-Z]\w+\.)?([a-z]\w+)`", row[2])}
    served = build_schema().as_str()

    unknown = {name for name in named if not re.search(rf"^ +{name}[:(]", served, re.MULTILINE)}
    assert unknown == {"traceparent"}
