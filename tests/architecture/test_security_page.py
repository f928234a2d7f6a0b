"""``docs/security.md`` has a row for every requirement, and names only tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
REQUIREMENTS = [*range(1, 5), *range(10, 47), *range(50, 70)]


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE))))
def test_every_test_named_exists(named):
    path, *names = named.split("::")
    text = (ROOT / path).read_text() if (ROOT / path).is_file() else ""

    assert (ROOT / path).exists()
    assert [name for name in names if not re.search(rf"\b(def|class) {name}\b", text)] == []


def test_every_requirement_has_a_row_with_a_test_or_says_what_is_missing():
    rows = [line for line in PAGE.splitlines() if line.startswith("| R-")]

    assert [row.split(" | ")[0] for row in rows] == [f"| R-{number}" for number in REQUIREMENTS]
    assert [row for row in rows if "`tests/" not in row and "not here: " not in row] == []
