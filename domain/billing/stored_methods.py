"""Stored payment methods: tokens of the gateway's, one of them charged when invoices are due."""

import re

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from domain.billing.errors import StoredMethodNotFound
from domain.billing.events import (
    AutopayChanged,
    PaymentMethodRemoved,
    PaymentMethodStored,
)
from domain.billing.gateway import current_gateway
from domain.billing.gateway_models import StoredMethod
from domain.billing.policy import visible_methods
from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "change stored payment methods"
_MOST = 20
_TOKEN = re.compile(r"[A-Za-z]{2,10}_[A-Za-z0-9_]{3,180}")
#: Thirteen digits or more in a row may be a card's number (ISO/IEC 7812-1).
_LIKE_A_CARD = re.compile(r"(?:\d[ -]?){13,}")


class StoredMethodService:
    """The use cases of stored payment methods."""

    async def store(
        self, session: UnitOfWork, customer_id: int, *, token: str, payer: str, label: str
    ) -> StoredMethod:
        """
        Keep the gateway's token of a method, under a label that people know it by.

        Announces ``billing.payment_method.stored``.

        Raises:
            CustomerNotFound.
            Invalid: no token of a gateway, or something like a card's number in any of them.
            Conflict: the token is stored already, or the customer has 20 methods.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer = await CustomerService().locked(session, customer_id)
        method = StoredMethod(
            customer_id=customer.id,
            gateway=current_gateway().name,
            token=_checked_token(token, "token"),
            payer=_checked_token(payer, "payer"),
            label=_checked_label(label),
            is_autopay=False,
            created_at=session.now,
            updated_at=session.now,
        )
        if len(await _kept(session, customer.id)) >= _MOST:
            raise Conflict(f"The customer has {_MOST} stored payment methods")
        session.add(method)
        try:
            await session.flush()
        except IntegrityError as error:
            if violated_constraint(error) == "payment_methods_gateway_token_key":
                raise Conflict("The payment method is stored already", path=["token"]) from error
            raise
        await session.announce(
            PaymentMethodStored(
                customer_id=customer.id, reseller_id=customer.reseller_id, method_id=method.id
            )
        )
        return method

    async def remove(self, session: UnitOfWork, method_id: int) -> StoredMethod:
        """
        Never charge the method again. Announces ``billing.payment_method.removed``.

        Raises:
            StoredMethodNotFound.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer, method = await self._locked(session, method_id)
        method.is_autopay, method.removed_at = False, session.now
        method.updated_at = session.now
        await session.announce(
            PaymentMethodRemoved(
                customer_id=customer.id, reseller_id=customer.reseller_id, method_id=method.id
            )
        )
        return method

    async def set_autopay(
        self, session: UnitOfWork, customer_id: int, method_id: int | None
    ) -> None:
        """
        Have invoices charged to that method when they are due, or to none.

        Announces ``billing.autopay.changed`` if that is another than before.

        Raises:
            CustomerNotFound, StoredMethodNotFound.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer = await CustomerService().locked(session, customer_id)
        kept = await _kept(session, customer.id)
        if method_id is not None and method_id not in {method.id for method in kept}:
            raise StoredMethodNotFound(method_id)
        if method_id == next((method.id for method in kept if method.is_autopay), None):
            return
        await session.execute(
            update(StoredMethod)
            .where(StoredMethod.customer_id == customer.id, StoredMethod.is_autopay)
            .values(is_autopay=False, updated_at=session.now)
        )
        if method_id is not None:
            await session.execute(
                update(StoredMethod)
                .where(StoredMethod.id == method_id)
                .values(is_autopay=True, updated_at=session.now)
            )
        await session.announce(
            AutopayChanged(
                customer_id=customer.id, reseller_id=customer.reseller_id, method_id=method_id
            )
        )

    @staticmethod
    async def _locked(session: UnitOfWork, method_id: int) -> tuple[Customer, StoredMethod]:
        own = (StoredMethod.id == method_id) & visible_methods(session.actor)
        customer_id = await session.scalar(select(StoredMethod.customer_id).where(own))
        if customer_id is None:
            raise StoredMethodNotFound(method_id)
        customer = await CustomerService().locked(session, customer_id)
        method = await session.locked(
            StoredMethod, StoredMethod.id == method_id, StoredMethod.removed_at.is_(None)
        )
        if method is None:
            raise StoredMethodNotFound(method_id)
        return customer, method


async def _kept(session: UnitOfWork, customer_id: int) -> list[StoredMethod]:
    found = await session.scalars(
        select(StoredMethod)
        .where(StoredMethod.customer_id == customer_id, StoredMethod.removed_at.is_(None))
        .order_by(StoredMethod.id)
    )
    return list(found.all())


def _checked_token(token: str, field: str) -> str:
    if not _TOKEN.fullmatch(token) or _LIKE_A_CARD.search(token):
        raise Invalid(field, "is no token of a payment gateway")
    return token


def _checked_label(label: str) -> str:
    if _LIKE_A_CARD.search(label):
        raise Invalid("label", "must not have a card's number in it")
    return values.text(label, "label", longest=60)
