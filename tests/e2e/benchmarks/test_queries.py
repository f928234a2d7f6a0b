"""The benchmark of queries runs: servers that agree are measured, and the tables are written."""

from pathlib import Path

from benchmarks import documents, report
from benchmarks.bars import OURS, STOCK
from benchmarks.cases import CASES
from benchmarks.databases import filled
from benchmarks.peers.servers import STOCK_PEER
from benchmarks.run import Bench
from benchmarks.sizes import TINY


async def test_this_server_and_the_stock_one_agree_and_are_measured(
    database_url: str, tmp_path: Path
):
    told: list[str] = []
    async with filled(database_url, TINY.customers) as database:
        found = await Bench(database, TINY, tmp_path, told.append).run([STOCK_PEER], CASES)

    reseller = f"{OURS}, a reseller's token"
    both = [OURS, STOCK]
    assert {case: list(rates) for case, rates in found.rates.items()} == {
        "ONE": [*both, reseller],
        "LIST": [*both, reseller],
        "PAGE": both,
        "DEEP": both,
        "ENTITIES": both,
        "MUTATION": both,
    }
    assert found.values == {
        "ONE": 81,
        "LIST": 4050,
        "PAGE": 143,
        "DEEP": 832,
        "ENTITIES": 1500,
        "MUTATION": 3,
    }
    document = tmp_path / "benchmarks.md"
    document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    documents.replace(document, report.BEGIN, report.END, found.text())
    written = document.read_text()
    assert written.startswith(f"before\n{report.BEGIN}\n\n")
    assert "| LIST | the same of 50 customers | 4,050 |" in written
    assert written.endswith(f"\n\n{report.END}\nafter\n")
    assert any(line.startswith("MUTATION, stock Strawberry: ") for line in told)
