"""Compiles the loop that makes the response objects of a selection, plain leaves in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from graphql import Undefined

from graph.engine.leaves import Leaf
from graph.engine.plan import Field

Build = Callable[..., list[dict[str, Any]]]

_HEAD = """\
def build(sources, late{infos}):
    rows = []
    add = rows.append
    for s in sources:
"""


def compiled(keys: Sequence[str], constants: dict[str, str], inlined: Sequence[Field]) -> Build:
    """
    ``build(sources, late, *infos) -> rows``.

    A row has ``keys`` in their order: ``constants`` by key, the leaves of ``inlined``, and None
    for the others. Values that are not plain go through ``late(field, row_number, value)``, whose
    answer stands in the row. Names in the code are numbers: nothing of a client's gets there but
    as a quoted key.
    """
    names: dict[str, Any] = {"isfinite": isfinite, "Undefined": Undefined}
    infos, body, cells = "", "", {key: repr(text) for key, text in constants.items()}
    for number, field in enumerate(inlined):
        if field.resolver.takes_info:
            infos += f", info{number}"
        body += _leaf(number, field, names)
        cells[field.key] = f"v{number}"
    row = ", ".join(f"{key!r}: {cells.get(key, 'None')}" for key in keys)
    source = f"{_HEAD.format(infos=infos)}{body}        add({{{row}}})\n    return rows\n"
    exec(compile(source, "<selection>", "exec"), names)  # noqa: S102
    build: Build = names["build"]
    return build


def _leaf(number: int, field: Field, names: dict[str, Any]) -> str:
    assert field.leaf is not None
    assert field.resolver.inline is not None
    leaf = Leaf(field.leaf)
    names |= {
        f"field{number}": field,
        f"call{number}": field.resolver.function,
        f"plain{number}": leaf.plain,
        f"enum{number}": leaf.enum,
        f"names{number}": leaf.names,
        f"coerce{number}": leaf.coerce,
    }
    value = field.resolver.inline.replace("call(", f"call{number}(")
    value = value.replace("=info", f"=info{number}")
    return f"""\
        try:
            v = {value}
{_conversion(number, leaf, is_nullable=field.nullables[0])}
        except Exception as error:
            v = late(field{number}, len(rows), error, None)
        v{number} = v
"""


def _conversion(number: int, leaf: Leaf, *, is_nullable: bool) -> str:
    late = f"late(field{number}, len(rows), v, plain{number})"
    branches: list[tuple[str, str]] = []
    if leaf.as_it_is is not None:
        branches.append((leaf.as_it_is, "pass"))
    if is_nullable:
        branches.append(("v is None", "pass"))
    if leaf.enum is not None:
        branches.append((f"type(v) is enum{number}", f"v = names{number}[v]"))
    branches.append((f"type(v) in plain{number}", _coerced(number, late)))
    lines = []
    for index, (test, act) in enumerate(branches):
        lines.append(f"            {'elif' if index else 'if'} {test}:")
        lines.append(f"                {act}")
    lines += ["            else:", f"                v = {late}"]
    return "\n".join(lines)


def _coerced(number: int, late: str) -> str:
    # What the type makes nothing of fails in the general way, with its message.
    return f"w = coerce{number}(v); v = {late} if w is None or w is Undefined else w"
