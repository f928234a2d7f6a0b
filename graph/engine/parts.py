"""The lines of a compiled loop that make an object of a row, from what is read of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.engine.leaves import Leaf
from graph.engine.plan import Part
from graph.engine.reading import reader, reading


def part_names(number: int, part: Part) -> dict[str, Any]:
    """What the lines call functions and classes."""
    names: dict[str, Any] = {f"each{number}": reader(_attributes(part.selection.leaves))}
    for at, leaf in enumerate(part.selection.leaves):
        names |= {f"{name}{number}_{at}": value for name, value in leaf.names().items()}
    return names


def part_lines(number: int, part: Part) -> list[str]:
    """From the object in ``o`` make its response object in ``w``, or put it aside."""
    leaves = part.selection.leaves
    fits = f"type(o{number}) in known{number} or asides.fits({number}, o{number}, known{number})"
    read = [f"q{number}_{at}" for at, _ in enumerate(leaves)]
    made = reading(read, _attributes(leaves), f"o{number}", f"each{number}")
    made += [*_coercing(number, leaves), *_shown(number, part, read)]
    lines = [
        f"if {fits}:",
        *(f"    {line}" for line in made),
        "else:",
        f"    w{number} = asides.whole({number}, rows, o{number})",
    ]
    if not part.field.nullables[0]:
        return lines
    return [f"if o{number} is None:", f"    w{number} = None", f"el{lines[0]}", *lines[1:]]


def _attributes(leaves: Sequence[Leaf]) -> list[str]:
    return [leaf.resolver.reads or "" for leaf in leaves]


def _coercing(number: int, leaves: Sequence[Leaf]) -> list[str]:
    lines = []
    targets = ""
    for at, leaf in enumerate(leaves):
        if leaf.as_it_is is None:
            name = f"{number}_{at}"
            lines.append(f"    x{name} = {leaf.coercing(f'q{name}', name)}")
            targets += f"x{name} = "
    return ["try:", *lines, "except Exception:", f"    {targets}Undefined"] if lines else []


def _shown(number: int, part: Part, read: Sequence[str]) -> list[str]:
    """The response object, if each of its leaves is plain."""
    selection = part.selection
    cells = {key: repr(text) for key, text in selection.constants.items()}
    tests = []
    for at, leaf in enumerate(selection.leaves):
        name = f"{number}_{at}"
        is_same = leaf.as_it_is is not None
        cells[leaf.field.key] = f"q{name}" if is_same else f"None if q{name} is None else x{name}"
        tests.append(_is_plain(leaf, name))
    row = ", ".join(f"{key!r}: {cells[key]}" for key in selection.keys)
    shown = f"w{number} = {{{row}}}"
    if not tests:
        return [shown]
    aside = f"w{number} = asides.read({number}, rows, {', '.join(read)})"
    return [f"if {' and '.join(tests)}:", f"    {shown}", "else:", f"    {aside}"]


def _is_plain(leaf: Leaf, name: str) -> str:
    if leaf.as_it_is is not None:
        test = leaf.as_it_is.format(v=f"q{name}")
    else:
        test = f"x{name} is not None and x{name} is not Undefined"
    return f"(q{name} is None or {test})" if leaf.field.nullables[0] else f"({test})"
