"""Reads of what happened to payments: only of payments in the actor's scope."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import models, payment_models, records
from domain.billing.policy import visible_payments
from domain.kernel.access import Actor, Permission, require
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import columns, fetch


async def refunds_by_payment(
    connection: AsyncConnection, actor: Actor, payment_ids: Collection[int]
) -> dict[int, list[records.Refund]]:
    """The refunds of each payment, the oldest first."""
    grouped: dict[int, list[records.Refund]] = {}
    for refund in await fetch(connection, records.Refund, _refunds(actor), keys=payment_ids):
        grouped.setdefault(refund.payment_id, []).append(refund)
    return grouped


async def disputes_by_payment(
    connection: AsyncConnection, actor: Actor, payment_ids: Collection[int]
) -> dict[int, list[records.Dispute]]:
    """The disputes over each payment, the oldest first."""
    grouped: dict[int, list[records.Dispute]] = {}
    for dispute in await fetch(connection, records.Dispute, _disputes(actor), keys=payment_ids):
        grouped.setdefault(dispute.payment_id, []).append(dispute)
    return grouped


@remembered
def _refunds(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read payments")
    refund, payment = payment_models.Refund, models.Payment
    *own, _currency = records.Refund.__slots__
    return (
        select(*(getattr(refund, name) for name in own), payment.currency)
        .join(payment, payment.id == refund.payment_id)
        .where(one_of(refund.payment_id), visible_payments(actor))
        .order_by(refund.id)
    )


@remembered
def _disputes(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read payments")
    dispute, payment = payment_models.Dispute, models.Payment
    return (
        select(*columns(records.Dispute, dispute))
        .join(payment, payment.id == dispute.payment_id)
        .where(one_of(dispute.payment_id), visible_payments(actor))
        .order_by(dispute.id)
    )
