"""The operations that the explorer's Examples pane offers, as it would send them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graphql import DocumentNode, OperationDefinitionNode, OperationType, get_operation_ast, parse

#: Words in variables that the page replaces by the midnight (UTC) so many days from today.
_DAYS = {"{{yesterday}}": -1, "{{today}}": 0, "{{tomorrow}}": 1}
EXAMPLES = Path(__file__).parents[3] / "explorer" / "src" / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """One file of the pane. ``name`` is ``module/file``."""

    name: str
    query: str
    variables: dict[str, Any]

    @property
    def document(self) -> DocumentNode:
        return parse(self.query)

    @property
    def operation(self) -> OperationDefinitionNode:
        operation = get_operation_ast(self.document)
        assert operation is not None, f"{self.name} must have exactly one operation"
        return operation

    @property
    def kind(self) -> OperationType:
        return self.operation.operation


def examples() -> list[Example]:
    """All of them, by name."""
    return [_read(path) for path in sorted(EXAMPLES.glob("*/*.graphql"))]


def example(name: str) -> Example:
    """The one of this name: ``example("live/one-customer")``."""
    return _read(EXAMPLES / f"{name}.graphql")


def _read(path: Path) -> Example:
    variables = path.with_suffix(".json")
    text = variables.read_text() if variables.exists() else "{}"
    today = datetime.now(UTC).date()
    for word, days in _DAYS.items():
        text = text.replace(word, f"{today + timedelta(days=days)}T00:00:00Z")
    name = path.relative_to(EXAMPLES).with_suffix("").as_posix()
    return Example(name, path.read_text(), json.loads(text))
