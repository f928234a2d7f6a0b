"""Input types of what happens to payments; each knows the request it stands for."""

import strawberry

from domain.kernel import money
from domain.kernel.errors import Invalid
from graph.ids import key_of
from graph.money import MoneyInput
from graph.payloads import MutationInput


@strawberry.input
class _OfPayment(MutationInput):
    payment_id: strawberry.ID = strawberry.field(description="Global id of the payment")

    @property
    def key(self) -> int:
        return key_of(self.payment_id, "Payment")


@strawberry.input
class _Allocation(_OfPayment):
    invoice_id: strawberry.ID = strawberry.field(
        description="Global id of an invoice of the same account"
    )
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much; as much as there is by default"
    )

    @property
    def invoice_key(self) -> int:
        return key_of(self.invoice_id, "Invoice")

    @property
    def asked(self) -> money.Money | None:
        """Raises ``Invalid``."""
        return as_money(self.amount)


@strawberry.input(description="A payment to pay an invoice with")
class AllocatePaymentInput(_Allocation):
    pass


@strawberry.input(description="A payment that is to stop paying an invoice")
class DeallocatePaymentInput(_Allocation):
    pass


@strawberry.input(description="A payment to give back")
class RefundPaymentInput(_OfPayment):
    reason: str = strawberry.field(description="Why, for the books")
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much; all that is left of it by default"
    )
    reference: str | None = strawberry.field(
        default=None, description="Bank's name for the transfer; a gateway names its own"
    )

    @property
    def asked(self) -> money.Money | None:
        """Raises ``Invalid``."""
        return as_money(self.amount)


@strawberry.input(description="A payment that the payer disputes")
class OpenDisputeInput(_OfPayment):
    reason: str = strawberry.field(description="Why, as told by the bank or gateway")


@strawberry.input(description="A dispute that was decided")
class CloseDisputeInput(_OfPayment):
    won: bool = strawberry.field(description="Whether the money stays; else it is charged back")


def as_money(amount: MoneyInput | None) -> money.Money | None:
    """The amount asked for. Raises ``Invalid``."""
    if amount is None:
        return None
    try:
        return amount.to_domain()
    except Invalid as failure:
        raise Invalid("amount", failure.reason) from None
