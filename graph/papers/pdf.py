"""An invoice as PDF: the same bytes for the same content."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from fpdf import FPDF, FontFace

from graph.papers.invoice import Paper

_BUILT_IN, _OWN = "helvetica", "own"
_WIDTHS = (86, 20, 30, 24, 30)
_ALIGN = ("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT")
_LINE = 6


def pdf_of(paper: Paper, *, at: datetime, font: Path | None = None) -> bytes:
    """
    The whole document. ``at`` is its creation date.

    ``font`` is a TrueType file for any script; without it letters that are not Latin-1 lose
    their marks, or are shown as question marks.
    """
    pdf = FPDF()
    pdf.set_creation_date(at)
    pdf.set_title(paper.title)
    pdf.add_page()
    family = _family(pdf, font)
    pdf.set_font(family, size=10)
    writer = _Writer(pdf, is_latin=font is None)
    writer.block(paper.seller)
    pdf.set_font_size(16)
    writer.block([paper.title])
    pdf.set_font_size(10)
    writer.block(paper.buyer)
    writer.block(f"{name}: {value}" for name, value in paper.facts)
    writer.table([paper.head, *paper.lines])
    writer.sums(paper.sums)
    writer.block(paper.notes)
    pdf.set_font_size(7)
    if paper.digest:
        writer.block([f"SHA-256 {paper.digest}"])
    return bytes(pdf.output())


def _family(pdf: FPDF, font: Path | None) -> str:
    if font is None:
        return _BUILT_IN
    pdf.add_font(_OWN, fname=font)
    return _OWN


class _Writer:
    def __init__(self, pdf: FPDF, *, is_latin: bool) -> None:
        self._pdf = pdf
        self._is_latin = is_latin

    def block(self, lines: Iterable[str]) -> None:
        """The lines one below the other, and a gap."""
        for line in lines:
            self._pdf.multi_cell(0, _LINE, self._shown(line), new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(_LINE / 2)

    def table(self, rows: Iterable[tuple[str, ...]]) -> None:
        """The first row is the head, which each page repeats."""
        with self._pdf.table(
            col_widths=_WIDTHS,
            text_align=_ALIGN,
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis=None),
        ) as table:
            for row in rows:
                table.row([self._shown(cell) for cell in row])
        self._pdf.ln(_LINE / 2)

    def sums(self, pairs: Iterable[tuple[str, ...]]) -> None:
        """Names and amounts at the right."""
        for name, value in pairs:
            self._pdf.cell(sum(_WIDTHS) - 40, _LINE, self._shown(name), align="R")
            self._pdf.cell(40, _LINE, self._shown(value), align="R", new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(_LINE / 2)

    def _shown(self, words: str) -> str:
        if not self._is_latin:
            return words
        return "".join(letter if letter.isascii() else _latin(letter) for letter in words)


def _latin(letter: str) -> str:
    try:
        letter.encode("latin-1")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        return plain or "?"
    return letter
