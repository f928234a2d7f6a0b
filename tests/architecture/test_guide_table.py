"""``docs/guide.md`` names only tests and files that exist, and every endpoint and event."""

import re
from pathlib import Path

import pytest

from subscriptions.feeds import CUSTOMER_EVENT_TYPES

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "guide.md").read_text()
GUIDE = (ROOT / "docs" / "integration-guide.md").read_text()


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", TABLE))))
def test_every_test_named_exists(named):
    path, _, name = named.partition("::")

    assert (ROOT / path).exists()
    assert not name or f"def {name}(" in (ROOT / path).read_text()


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"`((?:domain|graph|subscriptions)/[^`]+)`", TABLE)))
)
def test_every_file_named_exists(named):
    assert (ROOT / named).exists()


def test_every_endpoint_of_the_guide_has_a_row():
    endpoints = re.findall(r"`((?:GET|POST) /api/[^`]+)`", GUIDE)

    assert len(endpoints) == 10
    assert [endpoint for endpoint in endpoints if f"`{endpoint}`" not in TABLE] == []


def test_every_event_of_the_guide_is_announced():
    events = re.findall(r"^- `(customer\.[a-z_.]+)`", GUIDE, re.MULTILINE)

    assert set(events) == CUSTOMER_EVENT_TYPES
