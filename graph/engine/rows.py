"""Compiles the loop that makes the response objects of a selection, plain leaves in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from graphql import Undefined

from graph.engine.leaves import Leaf
from graph.engine.parts import part_lines, part_names
from graph.engine.plan import Part
from graph.engine.reading import reader, reading

Build = Callable[..., list[dict[str, Any]]]


def compiled(
    keys: Sequence[str],
    constants: dict[str, str],
    leaves: Sequence[Leaf],
    parts: Sequence[Part] = (),
) -> Build:
    """
    ``build(sources, late, asides, *infos) -> rows``.

    A row has ``keys`` in their order: ``constants`` by key, the ``leaves``, the ``parts``, and None
    for the others. Values of leaves that are not plain go through ``late(number, rows, value)``,
    with the number of the leaf and the rows made before; its answer stands in the row. So do
    exceptions, as values. Objects of parts that are not plain go to the ``asides``.
    Names in the code are numbers: nothing of a client's gets there but as a quoted key.
    """
    numbered = list(enumerate(leaves))
    names: dict[str, Any] = {"isfinite": isfinite, "Undefined": Undefined}
    for number, leaf in numbered:
        names |= {f"{name}{number}": value for name, value in leaf.names().items()}
    for number, part in enumerate(parts):
        names |= part_names(number, part)
    read = [(f"r{number}", leaf.resolver.reads) for number, leaf in numbered]
    read += [(f"o{number}", part.field.resolver.reads) for number, part in enumerate(parts)]
    targets = [target for target, attribute in read if attribute is not None]
    attributes = [attribute for _, attribute in read if attribute is not None]
    names["each"] = reader(attributes)
    body = reading(targets, attributes, "s", "each") + _calling(numbered)
    body += _coercing(numbered) + _late(numbered)
    for number, part in enumerate(parts):
        body += part_lines(number, part)
    infos = "".join(f", info{number}" for number, leaf in numbered if leaf.resolver.takes_info)
    cells = {key: repr(text) for key, text in constants.items()}
    cells |= {leaf.field.key: f"v{number}" for number, leaf in numbered}
    cells |= {part.field.key: f"w{number}" for number, part in enumerate(parts)}
    row = ", ".join(f"{key!r}: {cells.get(key, 'None')}" for key in keys)
    known = [f"known{number} = set()" for number, _ in enumerate(parts)]
    head = [*known, "rows = []", "add = rows.append", "for s in sources:"]
    loop = [f"    {line}" for line in (*body, f"add({{{row}}})")]
    lines = "\n".join(f"    {line}" for line in (*head, *loop, "return rows"))
    source = f"def build(sources, late, asides{infos}):\n{lines}\n"
    exec(compile(source, "<selection>", "exec"), names)  # noqa: S102
    build: Build = names["build"]
    return build


Numbered = Sequence[tuple[int, Leaf]]


def _calling(leaves: Numbered) -> list[str]:
    lines = []
    for number, leaf in leaves:
        call = leaf.resolver.call
        if call is not None:
            written = call.format(function=f"call{number}", info=f"info{number}")
            lines += ["try:", f"    r{number} = {written}"]
            lines += ["except Exception as error:", f"    r{number} = error"]
    return lines


def _coercing(leaves: Numbered) -> list[str]:
    """Those to be coerced, of classes met before; Undefined where it is not as simple."""
    lines = []
    targets = ""
    for number, leaf in leaves:
        if leaf.as_it_is is None:
            lines.append(f"    v{number} = {leaf.coercing(f'r{number}', str(number))}")
            targets += f"v{number} = "
    return ["try:", *lines, "except Exception:", f"    {targets}Undefined"] if lines else []


def _late(leaves: Numbered) -> list[str]:
    lines = []
    for number, leaf in leaves:
        late = f"late({number}, rows, r{number})"
        if leaf.as_it_is is not None:
            lines.append(f"v{number} = r{number}")
            test = f"not ({leaf.as_it_is.format(v=f'v{number}')})"
            if leaf.field.nullables[0]:
                test = f"v{number} is not None and {test}"
        else:
            test = f"v{number} is None or v{number} is Undefined"
            if leaf.field.nullables[0]:
                late = f"None if r{number} is None else {late}"
        lines += [f"if {test}:", f"    v{number} = {late}"]
    return lines
