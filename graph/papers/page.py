"""An invoice as a page: no script, nothing loaded, everything in it escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from graph.papers.invoice import Paper

_STYLE = (
    "body{font:15px/1.4 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3rem;text-align:right}"
    "td:first-child,th:first-child{text-align:left}tbody tr{border-top:1px solid #ccc}"
    "dl{display:grid;grid-template-columns:max-content auto;gap:.2rem 1rem}dd{margin:0}"
    "small{color:#666;overflow-wrap:anywhere}"
)


def page_of(paper: Paper) -> str:
    """The whole document in HTML."""
    title = escape(paper.title)
    parts = [
        f"<p>{_broken(paper.seller)}</p>",
        f"<h1>{title}</h1>",
        f"<p>{_broken(paper.buyer)}</p>",
        _list(paper.facts),
        _table(paper.head, paper.lines),
        _list(paper.sums),
        *(f"<p>{escape(note)}</p>" for note in paper.notes),
        f"<p><small>SHA-256 {escape(paper.digest)}</small></p>" if paper.digest else "",
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _broken(lines: Iterable[str]) -> str:
    return "<br>".join(map(escape, lines))


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    rows = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f"<dl>{''.join(rows)}</dl>"


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    columns = "".join(f"<th>{escape(name)}</th>" for name in head)
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in line) for line in lines)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
