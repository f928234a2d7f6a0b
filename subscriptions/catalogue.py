"""The catalogue: every type of event that the modules announce, and who may read it."""

from collections.abc import Iterable
from types import ModuleType

from domain.billing import events as billing
from domain.customer import events as customer
from domain.identity import events as identity
from domain.kernel import delivery_events as delivery
from domain.kernel.access import Actor, Permission
from domain.kernel.errors import Invalid
from domain.kernel.events import Event
from domain.monitoring import events as monitoring
from domain.privacy import events as privacy
from domain.radius import events as radius
from domain.reseller import events as reseller
from domain.tariff import events as tariff
from domain.webhook import events as webhook

_MODULES: tuple[ModuleType, ...] = (
    customer,
    privacy,
    billing,
    tariff,
    radius,
    monitoring,
    reseller,
    webhook,
    delivery,
    identity,
)

#: The first that fits decides; a type that none fits is for who cares for the machinery.
_PERMISSIONS = {
    "customer.": Permission.EVENT_READ,
    "billing.": Permission.BILLING_READ,
    "tariff.": Permission.TARIFF_READ,
    "radius.": Permission.RADIUS_READ,
    "monitoring.": Permission.MONITORING_READ,
    "reseller.commission.": Permission.COMMISSION_READ,
    "reseller.": Permission.RESELLER_READ,
    "webhook.": Permission.WEBHOOK_WRITE,
    "delivery.": Permission.EVENT_ADMIN,
    "identity.": Permission.IDENTITY_ADMIN,
}
_DESCRIPTIONS = """
customer.created: A customer was created
customer.updated: Fields of a customer were changed
customer.deleted: A customer was deleted
customer.subscription_state.changed: A customer's subscription went to another state
customer.address.created: An address was added
customer.address.updated: An address was changed or removed
customer.document.verified: Staff accepted a document
customer.email.verified: A customer proved an e-mail address to be theirs
customer.data_exported: Everything held of a customer was handed out
customer.erased: A customer was forgotten: forget earlier events of it too
billing.account.created: A billing account was opened
billing.account.updated: Settings of a billing account were changed
billing.account.closed: A billing account was settled and closed
billing.invoice.issued: An invoice got its number
billing.invoice.voided: An invoice was taken back
billing.invoice.paid: An invoice was paid in full
billing.invoice.written_off: What was due on an invoice was given up
billing.credit_note.issued: A part of an invoice, or all of it, was taken back
billing.tax_rate.set: A tax rate of a country was set
billing.run.started: A billing run was started
billing.run.finished: A billing run came to the last account
billing.payment.received: A payment was recorded
billing.allocation.created: Staff had a payment pay an invoice
billing.allocation.reversed: A payment no longer pays a part of an invoice
billing.payment.refunded: Money of a payment was given back, or that was confirmed or refused
billing.payment.disputed: The payer disputes a payment
billing.payment.dispute_closed: A dispute over a payment was won or lost
billing.payment.attempted: The gateway is asked to take money
billing.payment.failed: The gateway did not take the money
billing.payment.unknown: Whether the gateway took the money is not known yet
billing.payment_method.stored: A payment method was stored
billing.payment_method.removed: A stored payment method was removed
billing.autopay.changed: Due invoices are charged to another stored method, or to none
billing.dunning_policy.created: A dunning policy was made
billing.dunning_policy.updated: A dunning policy was changed
billing.dunning.stage_changed: A step of dunning was taken about an account
billing.dunning.cured: What was overdue is settled
billing.dunning.paused: An account is not dunned for now
billing.dunning.resumed: A pause of dunning is over
tariff.plan.published: A tariff plan was put on sale
tariff.plan.updated: A tariff plan was changed
tariff.plan.retired: A tariff plan was withdrawn from sale
tariff.plan.assigned: A customer was put on a tariff plan
tariff.plan.cancelled: A customer's tariff plan was ended
tariff.usage.recorded: Usage was counted
tariff.threshold.reached: Usage passed a threshold of the allowance
tariff.fup.changed: The fair usage state moved
radius.session.started: A customer came online
radius.session.stopped: A session ended
radius.session.disconnect_requested: Staff asked for a session's end
radius.credential.created: A customer got a name and secret to come online with
radius.credential.rotated: A service credential got another secret
radius.credential.ended: A service credential lets nobody in any more
radius.auth.rejected: An authentication failed, for the first time after a minute without
monitoring.alert.raised: An alert was raised
monitoring.alert.acknowledged: Somebody took an alert up
monitoring.alert.resolved: An alert is over
reseller.created: A reseller was created
reseller.updated: Fields of a reseller were changed
reseller.status.changed: A reseller's status moved
reseller.commission.accrued: A commission entry was appended
reseller.commission.settled: Commission entries were put on a statement
webhook.endpoint.created: A webhook endpoint was created
webhook.endpoint.updated: Settings of a webhook endpoint were changed
webhook.endpoint.disabled: A webhook endpoint was stopped because it does not answer well
webhook.endpoint.deleted: A webhook endpoint was deleted
delivery.redriven: A dead letter is to be tried again
delivery.discarded: A dead letter was given up for good
delivery.paused: A handler was held: it handles nothing for now
delivery.resumed: A held handler goes on
delivery.replayed: A handler's place in the log was set back
identity.account.created: A person was given an account
identity.account.updated: A person's account was changed
identity.service_account.created: A program was given an account
identity.service_account.updated: A program's account was changed
"""


def _announced_by(modules: Iterable[ModuleType]) -> Iterable[type[Event]]:
    for module in modules:
        for kind in vars(module).values():
            is_event = isinstance(kind, type) and issubclass(kind, Event)
            if is_event and kind.__module__ == module.__name__ and hasattr(kind, "type"):
                yield kind


#: Every event by its type, module by module.
EVENT_TYPES: dict[str, type[Event]] = {kind.type: kind for kind in _announced_by(_MODULES)}

#: What each type tells, in a phrase.
DESCRIPTIONS: dict[str, str] = dict(
    line.split(": ", 1) for line in _DESCRIPTIONS.strip().splitlines()
)


def permission_of(event_type: str) -> Permission:
    """What an actor needs, besides EVENT_READ, to read events of the type."""
    for prefix, permission in _PERMISSIONS.items():
        if event_type.startswith(prefix):
            return permission
    return Permission.EVENT_ADMIN


def may_read(actor: Actor, event_type: str) -> bool:
    """Whether the actor may read events of the type at all; which rows is the row policy's."""
    return actor.can(Permission.EVENT_READ) and actor.can(permission_of(event_type))


def matching(pattern: str, path: Iterable[str] = ("types",)) -> frozenset[str]:
    """
    The types that a pattern means: one by its name, ``billing.*``, or ``*`` for all.

    Raises:
        Invalid: no type fits; ``path`` names the input at fault.
    """
    if pattern == "*":
        return frozenset(EVENT_TYPES)
    found = frozenset(
        name
        for name in EVENT_TYPES
        if name == pattern or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
    )
    if not found:
        raise Invalid(list(path), "names no type of event; eventTypes lists them")
    return found
