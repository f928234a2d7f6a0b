"""The rows of the benchmark's tables, and what stands above them."""

from pathlib import Path

import pytest

from benchmarks import documents
from benchmarks.cases import ONE
from benchmarks.growth import Growth
from benchmarks.load import Told
from benchmarks.report import BEGIN, DOCUMENT, END, Report
from benchmarks.rounds import Result, Round
from benchmarks.sizes import FULL


def a_round(rate: float) -> Round:
    told = Told(answers=10, rate=rate, p50=1.25, p99=12.5, octets=2048.0)
    return Round(told, server_cpu=0.5, database_cpu=0.25)


def test_tells_the_machine_the_versions_and_how_it_was_measured():
    text = Report(FULL, "18.6").text()

    assert "PostgreSQL 18.6" in text
    assert "postgraphile 5." in text
    assert "@apollo/server 5." in text
    assert "20,000 customers; 8 connections" in text
    assert "5 rounds of 3 s" in text


def test_shows_medians_with_the_least_and_the_greatest_rate():
    result = Result(ONE, "isp-graph", tuple(map(a_round, (900.0, 1100.4, 1000.0))))

    text = Report(FULL, "18", values={"ONE": 81}, results=[result]).text()

    row = "| ONE | isp-graph | 1,000 (900 … 1,100) | 1.25 | 12.5 | 2.00 | 0.50 | 0.25 |"
    assert row in text


def test_shows_growth_by_the_customer():
    assert Growth(1000, 81_000, 7.0, 250.04).row == ("1,000", "81,000", "7", "250.0", "250")


def test_has_its_place_in_the_document():
    text = DOCUMENT.read_text()

    assert text.count(BEGIN) == text.count(END) == 1


def test_is_not_written_where_it_has_no_place(tmp_path: Path):
    document = tmp_path / "page.md"
    document.write_text("nothing here\n")

    with pytest.raises(ValueError, match="no place"):
        documents.replace(document, BEGIN, END, "x")
