"""``docs/settings.md`` is the settings."""

from pathlib import Path

from graph.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def settings_table() -> str:
    """The table of every setting: name, default, meaning."""
    rows = ["| variable | default | what it does |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        default = field.get_default(call_default_factory=True)
        secret = getattr(default, "get_secret_value", None)
        shown = "" if default in (None, []) else f"`{secret() if secret else default}`"
        rows.append(f"| `{field.alias}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def test_the_page_has_every_setting_with_its_default_and_meaning():
    assert PAGE.read_text().endswith("\n\n" + settings_table())
