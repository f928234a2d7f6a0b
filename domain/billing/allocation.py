"""Which money pays which invoice: pure, in the order given, to the last minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Funds:
    """What is left of a payment, in minor units."""

    payment_id: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class Debt:
    """What is due on an invoice, in minor units."""

    invoice_id: int
    due_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a payment that pays one invoice, in minor units: more than zero."""

    payment_id: int
    invoice_id: int
    amount_minor: int


def allocate(funds: Sequence[Funds], debts: Sequence[Debt]) -> list[Share]:
    """
    Pay the debts in their order with the funds in theirs, until either is used up.

    A debt gets money only when those before it are paid in full; a payment is touched only when
    those before it are spent. Each pair occurs once at most.
    """
    shares: list[Share] = []
    left = [[fund.payment_id, fund.left_minor] for fund in funds if fund.left_minor > 0]
    for debt in debts:
        due = debt.due_minor
        while due > 0 and left:
            payment_id, available = left[0]
            amount = min(due, available)
            shares.append(Share(payment_id, debt.invoice_id, amount))
            due -= amount
            left[0][1] -= amount
            if not left[0][1]:
                left.pop(0)
    return shares
