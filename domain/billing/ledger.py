"""The ledger is written here, in the transaction of what it tells of, and nowhere else."""

from sqlalchemy import insert

from domain.billing.ledger_models import LedgerEntry
from domain.billing.postings import Posting
from domain.kernel.ids import uuid7
from domain.kernel.unit_of_work import UnitOfWork


async def post(session: UnitOfWork, *postings: Posting) -> None:
    """
    Write the postings in their order, each as a transaction of its own.

    The caller holds the lock of the customer, so that entries of one account keep their order.
    What they refer to has been flushed.
    """
    rows = [
        {
            "transaction_id": transaction_id,
            "billing_account_id": posting.billing_account_id,
            "customer_id": posting.customer_id,
            "kind": posting.kind,
            "account": account,
            "currency": posting.currency,
            "amount_minor": minor,
            "invoice_id": posting.invoice_id,
            "payment_id": posting.payment_id,
            "credit_note_id": posting.credit_note_id,
            "at": session.now,
        }
        for posting in postings
        for transaction_id in (uuid7(),)
        for account, minor in posting.legs.items()
        if minor
    ]
    if rows:
        await session.flush()
        await session.execute(insert(LedgerEntry), rows)
