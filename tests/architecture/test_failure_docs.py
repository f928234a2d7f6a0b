"""The table of failures names tests that there are."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = (TESTS.parent / "docs" / "operating.md").read_text().partition("## Failures")[2]


def test_every_test_that_the_table_of_failures_names_exists():
    named = set(re.findall(r"`((?:chaos|e2e|integration)/[\w/]+\.py)`", TABLE))

    assert len(named) > 5
    assert {name for name in named if not (TESTS / name).exists()} == set()
