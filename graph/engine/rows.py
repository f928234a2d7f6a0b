"""Compiles the loop that makes the response objects of a selection, plain leaves in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from graphql import Undefined

from graph.engine.leaves import Leaf

Build = Callable[..., list[dict[str, Any]]]

_HEAD = """\
def build(sources, late{infos}):
    rows = []
    add = rows.append
    for s in sources:
"""


def compiled(keys: Sequence[str], constants: dict[str, str], leaves: Sequence[Leaf]) -> Build:
    """
    ``build(sources, late, *infos) -> rows``.

    A row has ``keys`` in their order: ``constants`` by key, the ``leaves``, and None
    for the others. Values that are not plain go through ``late(number, rows, value)``, with the
    number of the leaf and the rows made before; its answer stands in the row. So do exceptions,
    as values. Names in the code are numbers: nothing of a client's gets there but as a quoted key.
    """
    numbered = list(enumerate(leaves))
    names: dict[str, Any] = {"isfinite": isfinite, "Undefined": Undefined}
    for number, leaf in numbered:
        names |= {f"{name}{number}": value for name, value in leaf.names().items()}
    reads = [(number, leaf) for number, leaf in numbered if leaf.resolver.reads is not None]
    names["each"] = _reader([leaf for _, leaf in reads])
    body = _reading(reads) + _calling(numbered) + _coercing(numbered) + _late(numbered)
    infos = "".join(f", info{number}" for number, leaf in numbered if leaf.resolver.takes_info)
    cells = {key: repr(text) for key, text in constants.items()}
    cells |= {leaf.field.key: f"v{number}" for number, leaf in numbered}
    row = ", ".join(f"{key!r}: {cells.get(key, 'None')}" for key in keys)
    lines = "".join(f"        {line}\n" for line in (*body, f"add({{{row}}})"))
    source = f"{_HEAD.format(infos=infos)}{lines}    return rows\n"
    exec(compile(source, "<selection>", "exec"), names)  # noqa: S102
    build: Build = names["build"]
    return build


Numbered = Sequence[tuple[int, Leaf]]


def _reading(reads: Numbered) -> list[str]:
    if not reads:
        return []
    lines = [f"    r{number} = s.{leaf.resolver.reads}" for number, leaf in reads]
    targets = "".join(f"r{number}, " for number, _ in reads)
    return ["try:", *lines, "except Exception:", f"    {targets}= each(s)"]


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
            test = f"type(r{number}) in plain{number}"
            lines.append(f"    v{number} = coerce{number}(r{number}) if {test} else Undefined")
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


def _reader(leaves: Sequence[Leaf]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads each attribute by itself: what one raises is its value."""
    names = [leaf.resolver.reads or "" for leaf in leaves]

    def each(source: Any) -> tuple[Any, ...]:
        values: list[Any] = []
        for name in names:
            try:
                values.append(getattr(source, name))
            except Exception as error:
                values.append(error)
        return tuple(values)

    return each
