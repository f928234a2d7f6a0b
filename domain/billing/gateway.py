"""The payment gateway port: how money is taken from and given back to stored payment methods."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.billing.kinds import AttemptStatus, RefundStatus
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a gateway says of a charge.

    ``reference`` is its name for it. ``failure_code`` says why a charge FAILED; ``may_retry``
    whether another attempt with the same method could do.
    """

    status: AttemptStatus
    reference: str | None = None
    failure_code: str | None = None
    may_retry: bool = False


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """What a gateway says of a refund; ``reference`` is its name for it."""

    status: RefundStatus
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """
    A charge to make, or to find: ``attempt_id`` names it to the gateway, which makes it once.

    ``token`` and ``payer`` are the gateway's names for the method and for whose it is: no card
    number is known here.
    """

    attempt_id: int
    token: str
    payer: str
    amount: Money
    begun_at: datetime


#: A gateway knows an idempotency key for a day: what is older must not be asked for again.
KEY_LIVES = timedelta(hours=20)


class GatewayUnavailable(Exception):
    """The gateway did not say anything that can be relied on; nothing is known to have happened."""


class PaymentGateway(Protocol):
    """A gateway. Its calls end within ten seconds, whatever the other side does."""

    @property
    def name(self) -> str: ...

    async def charge(self, charge: Charge) -> Outcome:
        """Take the money. UNKNOWN if the connection was lost: it may have been taken."""
        ...

    async def find(self, charge: Charge) -> Outcome | None:
        """
        What became of a charge that was made before; None if the gateway never heard of it.

        Raises:
            GatewayUnavailable: nobody can say now.
        """
        ...

    async def refund(self, *, refund_id: int, reference: str, amount: Money) -> RefundOutcome:
        """
        Give a part of a charge back, once for each ``refund_id``.

        Raises:
            GatewayUnavailable: it may be asked again.
        """
        ...


class NoGateway:
    """No gateway is configured: every charge fails for good, and tells so."""

    name = "none"

    async def charge(self, charge: Charge) -> Outcome:
        return Outcome(AttemptStatus.FAILED, failure_code="no_gateway")

    async def find(self, charge: Charge) -> Outcome | None:
        raise GatewayUnavailable

    async def refund(self, *, refund_id: int, reference: str, amount: Money) -> RefundOutcome:
        raise GatewayUnavailable


class _Configured:
    """The process's gateway; none until the server starts with one."""

    gateway: PaymentGateway = NoGateway()


def configure_gateway(gateway: PaymentGateway) -> None:
    """Make it the one that the whole process takes payments through from now on."""
    _Configured.gateway = gateway


def current_gateway() -> PaymentGateway:
    """The gateway that the process takes payments through."""
    return _Configured.gateway
