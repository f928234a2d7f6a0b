"""Valid documents by chance over any schema: aliases, fragments, conditions, variables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from tests.support.engine.chance import Chance, pick, rarely, some
from tests.support.engine.inputs import Inputs, Variables

_INTROSPECTION = (
    "__schema { queryType { name } types { name kind } }",
    'aType: __type(name: "T0") { name fields { name type { kind name } } }',
    'noType: __type(name: "Nope") { name }',
)
_ALIASES = ("a", "b", "zed")
_KINDS = ("query", "query", "query", "mutation", "subscription")


@dataclass
class Document:
    """A document, which operation of it to run, and what is sent along."""

    text: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    kind: str = "query"

    def __str__(self) -> str:
        return f"{self.text}\nvariables: {self.variables!r} operation: {self.operation_name!r}"


@dataclass
class Budget:
    """How much of everything: ``depth`` levels, ``fields`` a selection, ``parts`` in all."""

    depth: int = 4
    fields: int = 3
    parts: int = 25
    introspection: int = 40
    values: Callable[[Chance, str, str], Any] | None = None
    roots: frozenset[str] = frozenset()


class Documents:
    """
    Writes one document.

    A response key has one meaning in a whole document (field, arguments, type), so that
    selections may be merged wherever they meet.
    """

    def __init__(self, schema: GraphQLSchema, rng: Chance, budget: Budget) -> None:
        self._schema = schema
        self._rng = rng
        self._budget = budget
        self._meanings: dict[str, tuple[str, str, str]] = {}
        self._fragments: dict[str, tuple[str, str, set[str]]] = {}
        self._writing = 0
        self._left = budget.parts
        unfit = 6 if rarely(rng, 12) else 0
        self._variables = Variables(rng, unfit)
        self._inputs = Inputs(self._variables, budget.values)

    def document(self, root_field: str | None = None) -> Document:
        """The document; its one operation selects that root field, if it is named."""
        kinds = [k for k in _KINDS if self._schema.get_root_type(_operation(k)) is not None]
        kind = "query" if root_field else pick(self._rng, kinds)
        root: Any = self._schema.get_root_type(_operation(kind))
        self._inputs.used = set()
        selection = self._root(kind, root, root_field)
        used = self._inputs.used
        name = pick(self._rng, ("", "Chosen"))
        declared = ", ".join(self._variables.declared[each] for each in sorted(used))
        head = f"{kind} {name}{f'({declared})' if declared else ''}"
        parts = [f"{head} {selection}", *(text for text, _, _ in self._fragments.values())]
        operation = None
        if name and rarely(self._rng, 2):
            operation = name
            if rarely(self._rng, 2):
                parts.insert(rarely(self._rng, 2), "query Other { __typename }")
        return Document("\n".join(parts), operation, self._variables.sent, kind)

    def _root(self, kind: str, root: GraphQLObjectType, name: str | None) -> str:
        if name is not None:
            return f"{{ {self._field(name, root.fields[name], self._budget.depth)} }}"
        if kind == "subscription":
            chosen = pick(self._rng, list(root.fields))
            return f"{{ {self._field(chosen, root.fields[chosen], 3, plain=True)} }}"
        selection = self._selection(root, self._budget.depth)
        if kind == "query" and rarely(self._rng, self._budget.introspection):
            selection = f"{selection[:-1]}{pick(self._rng, _INTROSPECTION)} }}"
        return selection

    def _selection(self, kind: Any, depth: int) -> str:
        """``{ ... }``: never empty."""
        parts = []
        fields = getattr(kind, "fields", {})
        names = [n for n, f in fields.items() if is_leaf_type(get_named_type(f.type)) or depth > 1]
        most = self._budget.fields if self._left > 0 else 1
        for _ in range(1 + self._rng.randrange(most)):
            self._left -= 1
            parts.append(self._part(kind, fields, names, depth))
        return f"{{ {' '.join(parts)} }}"

    def _part(self, kind: Any, fields: Any, names: list[str], depth: int) -> str:
        roll = self._rng.randrange(12 if self._left > 0 else 7)
        if names and roll < 7:
            name = pick(self._rng, names)
            return self._field(name, fields[name], depth)
        if 7 <= roll < 10 and depth > 0:
            return self._fragment(kind, depth - (not names))
        return self._aliased("__typename", ("__typename", "", "String!")) + self._condition()

    def _field(self, name: str, of: GraphQLField, depth: int, *, plain: bool = False) -> str:
        arguments = self._inputs.arguments(of.args)
        head = self._aliased(name, (name, arguments, str(of.type))) + arguments
        head += "" if plain else self._condition()
        kind = get_named_type(of.type)
        return head if is_leaf_type(kind) else f"{head} {self._selection(kind, depth - 1)}"

    def _aliased(self, name: str, meaning: tuple[str, str, str]) -> str:
        key = pick(self._rng, _ALIASES) if rarely(self._rng, 4) else name
        if self._meanings.setdefault(key, meaning) != meaning:
            key = f"x{len(self._meanings)}"
            self._meanings[key] = meaning
        return name if key == name else f"{key}: {name}"

    def _condition(self) -> str:
        if not rarely(self._rng, 8):
            return ""
        directives = some(self._rng, ("include", "skip"), 2)
        return "".join(f" @{each}(if: {self._inputs.condition()})" for each in directives)

    # Fragments.

    def _fragment(self, kind: Any, depth: int) -> str:
        if rarely(self._rng, 5):
            return f"...{self._condition()} {self._selection(kind, depth)}"
        target = pick(self._rng, self._overlapping(kind))
        if rarely(self._rng, 3) and self._writing < 2:
            return f"...{self._spread(target, depth)}{self._condition()}"
        return f"... on {target.name}{self._condition()} {self._selection(target, depth)}"

    def _spread(self, target: Any, depth: int) -> str:
        known = [n for n, (_, on, _) in self._fragments.items() if on == target.name]
        if known and self._writing == 0 and not rarely(self._rng, 3):
            name = pick(self._rng, known)
            self._inputs.used |= self._fragments[name][2]
            return name
        outer, self._inputs.used = self._inputs.used, set()
        self._writing += 1
        selection = self._selection(target, depth)
        self._writing -= 1
        name = f"F{len(self._fragments)}"
        used = self._inputs.used
        self._fragments[name] = (f"fragment {name} on {target.name} {selection}", target.name, used)
        self._inputs.used = outer | used
        return name

    def _overlapping(self, kind: Any) -> list[Any]:
        """The composite types that an object of the kind may be of; itself first."""
        mine = self._possible(kind)
        others = [
            each
            for name, each in self._schema.type_map.items()
            if each is not kind
            and (isinstance(each, GraphQLObjectType) or is_abstract_type(each))
            and not name.startswith("__")
            and not mine.isdisjoint(self._possible(each))
        ]
        return [kind, *others]

    def _possible(self, kind: Any) -> set[str]:
        if isinstance(kind, GraphQLObjectType):
            return {kind.name}
        return {each.name for each in self._schema.get_possible_types(kind)}


def _operation(kind: str) -> Any:
    return OperationType(kind)
