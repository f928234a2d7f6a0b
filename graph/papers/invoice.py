"""An invoice as people see it: the same words on the page and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: What an invoice says; run as whoever asks for it.
DOCUMENT = """
query InvoicePaper($id: ID!) {
  invoice(by: { id: $id }) {
    number status issuedOn dueOn periodFrom periodTo issuedAt currency contentDigest
    net { amount } tax { amount } total { amount } paid { amount } credited { amount }
    due { amount }
    buyer {
      name taxId customerNumber accountNumber taxExemption
      address { line1 line2 locality region postalCode country }
    }
    lines {
      description quantity unitPrice { amount } taxPercent taxIncluded net { amount }
      periodFrom periodTo
    }
    taxLines { percent net { amount } tax { amount } }
    creditNotes { number issuedOn total { amount } }
  }
}
"""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed, as text: titles and their values, and a table of lines with its head."""

    title: str
    seller: list[str]
    buyer: list[str]
    facts: Pairs
    head: tuple[str, ...]
    lines: list[tuple[str, ...]]
    sums: Pairs
    notes: list[str]
    digest: str


def paper_of(invoice: dict[str, Any], *, seller: str) -> Paper:
    """The answer to ``DOCUMENT`` as text; ``seller`` has its lines separated by semicolons."""
    return Paper(
        title=f"Invoice {invoice['number']}" if invoice["number"] else "Draft of an invoice",
        seller=[line.strip() for line in seller.split(";") if line.strip()],
        buyer=[line for line in _buyer(invoice["buyer"] or {}) if line],
        facts=[(name, value) for name, value in _facts(invoice) if value],
        head=("Description", "Quantity", "Unit price", "Tax", "Net"),
        lines=[_line(line) for line in invoice["lines"]],
        sums=[*_sums(invoice)],
        notes=[*_notes(invoice)],
        digest=invoice["contentDigest"] or "",
    )


def _buyer(buyer: dict[str, Any]) -> Iterator[str | None]:
    yield buyer.get("name")
    address = buyer.get("address") or {}
    yield address.get("line1")
    yield address.get("line2")
    yield " ".join(filter(None, (address.get("postalCode"), address.get("locality"))))
    yield address.get("region")
    yield address.get("country")
    if buyer.get("taxId"):
        yield f"Tax number {buyer['taxId']}"


def _facts(invoice: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    buyer = invoice["buyer"] or {}
    yield "Date", invoice["issuedOn"]
    yield "Due", invoice["dueOn"]
    yield "Customer", buyer.get("customerNumber")
    yield "Account", buyer.get("accountNumber")
    if invoice["periodFrom"]:
        yield "Period", _days(invoice)
    if invoice["status"] == "VOID":
        yield "Status", "Void"


def _line(line: dict[str, Any]) -> tuple[str, ...]:
    days = f" ({_days(line)})" if line["periodFrom"] else ""
    included = " incl." if line["taxIncluded"] else ""
    return (
        line["description"] + days,
        line["quantity"],
        line["unitPrice"]["amount"] + included,
        f"{line['taxPercent']} %",
        line["net"]["amount"],
    )


def _sums(invoice: dict[str, Any]) -> Iterator[tuple[str, str]]:
    currency = invoice["currency"]
    yield "Net", f"{invoice['net']['amount']} {currency}"
    for line in invoice["taxLines"]:
        name = f"Tax {line['percent']} % of {line['net']['amount']}"
        yield name, f"{line['tax']['amount']} {currency}"
    yield "Total", f"{invoice['total']['amount']} {currency}"
    yield "Paid", f"{invoice['paid']['amount']} {currency}"
    if invoice["creditNotes"]:
        yield "Credited", f"{invoice['credited']['amount']} {currency}"
    yield "Due", f"{invoice['due']['amount']} {currency}"


def _notes(invoice: dict[str, Any]) -> Iterator[str]:
    exemption = (invoice["buyer"] or {}).get("taxExemption")
    if exemption:
        yield f"Exempt from tax: {exemption}"
    for note in invoice["creditNotes"]:
        amount = f"{note['total']['amount']} {invoice['currency']}"
        yield f"Credit note {note['number']} of {note['issuedOn']}: {amount}"


def _days(row: dict[str, Any]) -> str:
    return f"{row['periodFrom']} until before {row['periodTo']}"
