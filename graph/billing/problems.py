"""Failures of billing that have more to tell than a code."""

from typing import Any

import strawberry

from domain.billing import errors, kinds
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.ids import encode_id
from graph.money import Money
from graph.payloads import PROBLEMS, Problem, UserError
from graph.scalars import CurrencyCode


def _invoice_id(root: Any) -> str:
    return encode_id("Invoice", root.invoice_id)


@strawberry.type(description="An amount is not in the currency of the billing account")
class WrongCurrency(Problem, UserError):
    shows = errors.WrongCurrency

    currency: CurrencyCode = strawberry.field(description="Currency it must be in")


@strawberry.type(description="A named invoice has nothing due")
class InvoiceNotPayable(Problem, UserError):
    shows = errors.InvoiceNotPayable

    invoice_id: strawberry.ID = strawberry.field(
        resolver=_invoice_id, description="Global id of the invoice"
    )


@strawberry.type(description="Money has been allocated to the invoice")
class InvoiceHasPayments(Problem, UserError):
    shows = errors.InvoiceHasPayments

    number: str = strawberry.field(description="Number of the invoice")


@strawberry.type(description="A payment by this method with this reference is in the books")
class PaymentAlreadyRecorded(Problem, UserError):
    shows = errors.PaymentAlreadyRecorded

    method: kinds.PaymentMethod = strawberry.field(description="Way it came in")
    reference: str = strawberry.field(description="Reference asked for")


@strawberry.type(description="Less is left of the payment than was asked for")
class NothingLeftOfPayment(Problem, UserError):
    shows = errors.NothingLeftOfPayment

    left: Money = strawberry.field(description="What is left of it")


@strawberry.type(description="Another dunning policy has this code")
class DunningPolicyCodeTaken(Problem, UserError):
    shows = errors.DunningPolicyCodeTaken

    policy_code: str = strawberry.field(description="The code asked for")


PROBLEMS.extend(
    [
        WrongCurrency,
        InvoiceNotPayable,
        InvoiceHasPayments,
        PaymentAlreadyRecorded,
        NothingLeftOfPayment,
        DunningPolicyCodeTaken,
    ]
)
