"""Reads of credit notes and their lines: only rows of the actor's scope."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import credit_records as records
from domain.billing.credit_models import CreditNote, CreditNoteLine
from domain.billing.models import InvoiceLine
from domain.billing.policy import visible_credit_notes
from domain.kernel.access import Actor, Permission, require
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record


async def credit_notes_by_id(
    connection: AsyncConnection, actor: Actor, credit_note_ids: Collection[int]
) -> dict[int, records.CreditNote]:
    """The visible credit notes with these ids."""
    statement = _credit_notes(actor, CreditNote.id)
    found = await fetch(connection, records.CreditNote, statement, keys=credit_note_ids)
    return {note.id: note for note in found}


async def credit_notes_by_invoice(
    connection: AsyncConnection, actor: Actor, invoice_ids: Collection[int]
) -> dict[int, list[records.CreditNote]]:
    """The visible credit notes of each invoice, the oldest first."""
    grouped: dict[int, list[records.CreditNote]] = {}
    statement = _credit_notes(actor, CreditNote.invoice_id)
    for note in await fetch(connection, records.CreditNote, statement, keys=invoice_ids):
        grouped.setdefault(note.invoice_id, []).append(note)
    return grouped


async def credit_note_lines_by_note(
    connection: AsyncConnection, actor: Actor, credit_note_ids: Collection[int]
) -> dict[int, list[records.CreditNoteLine]]:
    """The lines of each visible credit note, in the order of the invoice."""
    grouped: dict[int, list[records.CreditNoteLine]] = {}
    statement = _lines(actor)
    for line in await fetch(connection, records.CreditNoteLine, statement, keys=credit_note_ids):
        grouped.setdefault(line.credit_note_id, []).append(line)
    return grouped


@remembered
def _credit_notes(actor: Actor, column: Any) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read credit notes")
    statement = select_record(records.CreditNote, CreditNote)
    return statement.where(one_of(column), visible_credit_notes(actor)).order_by(CreditNote.id)


@remembered
def _lines(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read credit notes")
    line = CreditNoteLine
    own = (getattr(line, name) for name in ("id", "credit_note_id", "net_minor", "tax_minor"))
    of_line = (InvoiceLine.position, InvoiceLine.description)
    return (
        select(*own, *of_line, CreditNote.currency)
        .join(CreditNote, CreditNote.id == line.credit_note_id)
        .join(InvoiceLine, InvoiceLine.id == line.invoice_line_id)
        .where(one_of(line.credit_note_id), visible_credit_notes(actor))
        .order_by(line.credit_note_id, InvoiceLine.position)
    )
