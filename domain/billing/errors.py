"""What can go wrong in billing."""

from domain.kernel.errors import Conflict, ErrorCode, Invalid, NotFound
from domain.kernel.money import Money


class InvoiceNotFound(NotFound):
    """Absent, or another tenant's: the two look the same."""

    def __init__(self, key: object, *, field: str = "invoiceId") -> None:
        super().__init__("invoice", key, path=[field])


class WrongCurrency(Invalid):
    """The account has one currency for all its documents and payments."""

    def __init__(self, field: str, *, currency: str) -> None:
        super().__init__(field, f"must be in {currency}, the currency of the account")
        self.currency = currency


class InvoiceNotPayable(Conflict):
    """Only an issued invoice with something due takes a payment."""

    code = ErrorCode.INVOICE_NOT_PAYABLE

    def __init__(self, invoice_id: int, *, field: str = "invoiceIds") -> None:
        super().__init__(f"Invoice {invoice_id} has nothing due", path=[field])
        self.invoice_id = invoice_id


class InvoiceHasPayments(Conflict):
    """Money has been allocated to the invoice: it cannot be voided."""

    code = ErrorCode.INVOICE_HAS_PAYMENTS

    def __init__(self, number: str) -> None:
        super().__init__(f"Invoice {number} has payments allocated to it", path=["invoiceId"])
        self.number = number


class PaymentAlreadyRecorded(Conflict):
    """A payment by this method with this reference is in the books."""

    code = ErrorCode.PAYMENT_ALREADY_RECORDED

    def __init__(self, method: str, reference: str) -> None:
        super().__init__(f"{method} payment {reference} is already recorded", path=["reference"])
        self.method = method
        self.reference = reference


class DunningPolicyNotFound(NotFound):
    """There is no such dunning policy, or the actor may not see any."""

    def __init__(self, key: object) -> None:
        super().__init__("dunning policy", key, path=["policyId"])


class DunningPolicyCodeTaken(Conflict):
    """Another dunning policy has the code."""

    code = ErrorCode.DUNNING_POLICY_CODE_TAKEN

    def __init__(self, policy_code: str) -> None:
        super().__init__(f"Another dunning policy has the code {policy_code}", path=["code"])
        self.policy_code = policy_code


class DunningPauseNotFound(NotFound):
    """Absent, or another tenant's: the two look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("pause of dunning", key, path=["pauseId"])


class PaymentNotFound(NotFound):
    """Absent, or another tenant's: the two look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("payment", key, path=["paymentId"])


class PaymentDisputed(Conflict):
    """The payer disputes the payment: what it pays stays until that is over."""

    code = ErrorCode.PAYMENT_DISPUTED

    def __init__(self, payment_id: int) -> None:
        super().__init__(f"Payment {payment_id} is disputed", path=["paymentId"])
        self.payment_id = payment_id


class NothingLeftOfPayment(Conflict):
    """Less is left of the payment than was asked for."""

    code = ErrorCode.NOTHING_LEFT_OF_PAYMENT

    def __init__(self, left: Money) -> None:
        super().__init__(f"{left.amount} {left.currency} is left of the payment", path=["amount"])
        self.left = left


class StoredMethodNotFound(NotFound):
    """Absent, removed, or another tenant's: they look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("stored payment method", key, path=["paymentMethodId"])


class PaymentUnderWay(Conflict):
    """The outcome of an attempt is not known yet: a second one could take the money twice."""

    code = ErrorCode.PAYMENT_UNDER_WAY

    def __init__(self) -> None:
        super().__init__("The outcome of a payment of the account is not known yet")
