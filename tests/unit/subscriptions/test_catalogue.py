"""The catalogue: complete, and told apart by who may read what."""

import importlib
import pkgutil

import pytest

import domain
from domain.kernel import access
from domain.kernel.access import Permission, Role
from domain.kernel.errors import Invalid
from domain.kernel.events import Event
from subscriptions.catalogue import DESCRIPTIONS, EVENT_TYPES, matching, may_read, permission_of
from subscriptions.feeds import CUSTOMER_EVENT_TYPES


def announced() -> set[type[Event]]:
    """Every concrete event that any module of the domain declares."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    found, pending = set(), [Event]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind.__module__.startswith("domain.") and hasattr(kind, "type"):
            found.add(kind)
    return found


class TestTypes:
    def test_are_all_that_the_modules_announce(self):
        assert set(EVENT_TYPES.values()) == announced()

    def test_are_named_once_each(self):
        assert len({kind.type for kind in announced()}) == len(announced())

    def test_are_all_described(self):
        assert set(DESCRIPTIONS) == set(EVENT_TYPES)

    def test_of_customers_are_the_guides_eight_and_those_of_privacy(self):
        privacy = {"customer.data_exported", "customer.erased"}

        assert matching("customer.*") == CUSTOMER_EVENT_TYPES | privacy


class TestPermissions:
    @pytest.mark.parametrize(
        ("event_type", "permission"),
        [
            ("customer.created", Permission.EVENT_READ),
            ("billing.invoice.paid", Permission.BILLING_READ),
            ("tariff.plan.published", Permission.TARIFF_READ),
            ("radius.auth.rejected", Permission.RADIUS_READ),
            ("monitoring.alert.raised", Permission.MONITORING_READ),
            ("reseller.status.changed", Permission.RESELLER_READ),
            ("reseller.commission.settled", Permission.COMMISSION_READ),
            ("webhook.endpoint.disabled", Permission.WEBHOOK_WRITE),
            ("nobody.knows", Permission.EVENT_ADMIN),
        ],
    )
    def test_are_those_of_the_module_that_announces(self, event_type, permission):
        assert permission_of(event_type) is permission

    def test_both_the_events_and_the_modules_are_needed(self):
        reads_bills = access.service("service:a", [Permission.BILLING_READ])
        reads_events = access.service("service:b", [Permission.EVENT_READ])
        reads_both = access.service("service:c", [Permission.EVENT_READ, Permission.BILLING_READ])

        readers = [
            may_read(actor, "billing.invoice.paid")
            for actor in (reads_bills, reads_events, reads_both, access.ANONYMOUS)
        ]

        assert readers == [False, False, True, False]

    def test_support_reads_all_but_commissions_and_the_machinery(self):
        support = access.staff(Role.SUPPORT, "account:1")

        unread = {name for name in EVENT_TYPES if not may_read(support, name)}

        assert unread == {
            name
            for name in EVENT_TYPES
            if permission_of(name)
            in (
                Permission.COMMISSION_READ,
                Permission.EVENT_ADMIN,
                Permission.IDENTITY_ADMIN,
                Permission.WEBHOOK_WRITE,
            )
        }


class TestPatterns:
    def test_a_name_is_itself(self):
        assert matching("billing.invoice.paid") == {"billing.invoice.paid"}

    def test_a_star_is_everything_below(self):
        assert matching("billing.invoice.*") == {
            "billing.invoice.issued",
            "billing.invoice.voided",
            "billing.invoice.paid",
            "billing.invoice.written_off",
        }
        assert matching("*") == set(EVENT_TYPES)

    @pytest.mark.parametrize(
        "pattern", ["billing", "billing.", "bill*", "billing.invoice", "x.*", ".*", "", "**", "%"]
    )
    def test_one_that_fits_nothing_is_refused_with_its_place(self, pattern):
        with pytest.raises(Invalid) as refused:
            matching(pattern, ("filter", "types", "3"))

        assert refused.value.path == ("filter", "types", "3")
