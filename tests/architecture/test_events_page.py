"""``docs/events.md`` lists the catalogue as the code has it."""

from pathlib import Path

from subscriptions.catalogue import DESCRIPTIONS, EVENT_TYPES, permission_of
from subscriptions.schemas import data_schema

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def catalogue_table() -> str:
    """The table of every type of event: what it tells, its data, who may read it."""
    rows = ["| type | what it tells | fields of `data` | to read it |", "|---|---|---|---|"]
    for name, kind in EVENT_TYPES.items():
        data = ", ".join(f"`{field}`" for field in data_schema(kind)["properties"])
        rows.append(f"| `{name}` | {DESCRIPTIONS[name]} | {data} | `{permission_of(name)}` |")
    return "\n".join(rows) + "\n"


def test_the_page_has_every_type_with_its_data_and_permission():
    assert f"\n\n{catalogue_table()}\n" in PAGE.read_text()
