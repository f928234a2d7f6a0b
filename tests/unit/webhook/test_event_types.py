"""Which event types an endpoint may be subscribed to."""

import pytest

from domain.kernel.access import PERMISSIONS, Permission, Role
from domain.kernel.errors import Invalid
from domain.webhook.event_types import checked, matching, readable

TYPES = {
    "customer.created": Permission.EVENT_READ,
    "customer.updated": Permission.EVENT_READ,
    "customers.merged": Permission.EVENT_READ,
    "billing.invoice.paid": Permission.BILLING_READ,
}


def test_a_pattern_means_all_below_it_and_nothing_beside_it():
    assert matching(["customer.*"], TYPES) == {"customer.created", "customer.updated"}
    assert matching(["billing.invoice.paid"], TYPES) == {"billing.invoice.paid"}
    assert matching(["*"], TYPES) == set(TYPES)


@pytest.mark.parametrize("pattern", ["customer.creatd", "customer", "customer.", "c*", "**", ""])
def test_a_misspelt_type_is_refused_by_its_place(pattern: str):
    with pytest.raises(Invalid) as refused:
        checked(["customer.created", pattern], TYPES)

    assert refused.value.path == ("eventTypes", "1")


def test_types_are_kept_sorted_and_each_once():
    chosen = ["customer.updated", "billing.*", "customer.updated"]

    assert checked(chosen, TYPES) == ["billing.*", "customer.updated"]


@pytest.mark.parametrize("patterns", [[], ["customer.created"] * 51])
def test_none_and_too_many_are_refused(patterns: list[str]):
    with pytest.raises(Invalid):
        checked(patterns, TYPES)


def test_a_type_is_readable_with_event_read_and_its_own_permission():
    events, bills = Permission.EVENT_READ, Permission.BILLING_READ

    assert readable(frozenset({events}), TYPES) == set(TYPES) - {"billing.invoice.paid"}
    assert readable(frozenset({events, bills}), TYPES) == set(TYPES)
    assert readable(frozenset({bills}), TYPES) == set()
    assert readable(PERMISSIONS[Role.RESELLER], TYPES) == set(TYPES)
