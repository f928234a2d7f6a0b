"""Fields that return credit notes and their lines."""

from collections.abc import Awaitable
from typing import Any

from domain.billing import credit_records as records
from resolvers.info import Info


def by_id(info: Info, credit_note_id: int) -> Awaitable[records.CreditNote | None]:
    """The visible credit note with this id."""
    return info.loaders.credit_note_by_id.load(credit_note_id)


def booked(root: Any, info: Info) -> Awaitable[records.CreditNote | None] | None:
    """LedgerEntry.creditNote, StatementLine.creditNote"""
    key = root.credit_note_id
    return None if key is None else info.loaders.credit_note_by_id.load(key)


def invoice_credit_notes(root: Any, info: Info) -> Awaitable[list[records.CreditNote]]:
    """Invoice.creditNotes"""
    return info.loaders.credit_notes_by_invoice.load(root.id)


def credit_note_lines(
    root: records.CreditNote, info: Info
) -> Awaitable[list[records.CreditNoteLine]]:
    """CreditNote.lines"""
    return info.loaders.credit_note_lines_by_note.load(root.id)
