"""The priority ladder: severity, one step up for some customers, one down for suspended ones."""

import pytest

from domain.customer.models import CustomerStatus, CustomerType
from domain.monitoring.models import AlertPriority, AlertSeverity
from domain.monitoring.priority import alert_priority

PERSON = CustomerType.INDIVIDUAL
ACTIVE = CustomerStatus.ACTIVE
SUSPENDED = CustomerStatus.SUSPENDED


class TestAlertPriority:
    @pytest.mark.parametrize(
        ("severity", "priority"),
        [
            (AlertSeverity.INFO, AlertPriority.LOW),
            (AlertSeverity.WARNING, AlertPriority.NORMAL),
            (AlertSeverity.ERROR, AlertPriority.HIGH),
            (AlertSeverity.CRITICAL, AlertPriority.URGENT),
        ],
    )
    def test_follows_the_severity(self, severity, priority):
        assert alert_priority(severity, customer_type=PERSON, customer_status=ACTIVE) is priority

    @pytest.mark.parametrize("customer_type", [CustomerType.BUSINESS, CustomerType.GOVERNMENT])
    def test_is_one_step_higher_for_businesses_and_government(self, customer_type):
        priority = alert_priority(
            AlertSeverity.WARNING, customer_type=customer_type, customer_status=ACTIVE
        )

        assert priority is AlertPriority.HIGH

    @pytest.mark.parametrize("customer_type", [CustomerType.EDUCATIONAL, CustomerType.NON_PROFIT])
    def test_is_not_higher_for_other_organisations(self, customer_type):
        priority = alert_priority(
            AlertSeverity.WARNING, customer_type=customer_type, customer_status=ACTIVE
        )

        assert priority is AlertPriority.NORMAL

    def test_is_one_step_lower_for_suspended_customers(self):
        priority = alert_priority(
            AlertSeverity.ERROR, customer_type=PERSON, customer_status=SUSPENDED
        )

        assert priority is AlertPriority.NORMAL

    def test_a_suspended_business_is_where_it_began(self):
        priority = alert_priority(
            AlertSeverity.ERROR, customer_type=CustomerType.BUSINESS, customer_status=SUSPENDED
        )

        assert priority is AlertPriority.HIGH

    def test_does_not_leave_the_ladder(self):
        top = alert_priority(
            AlertSeverity.CRITICAL, customer_type=CustomerType.BUSINESS, customer_status=ACTIVE
        )
        bottom = alert_priority(AlertSeverity.INFO, customer_type=PERSON, customer_status=SUSPENDED)

        assert (top, bottom) == (AlertPriority.URGENT, AlertPriority.LOW)
