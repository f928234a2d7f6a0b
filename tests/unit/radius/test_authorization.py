"""The access decision, rule by rule."""

import pytest

from domain.customer.models import CustomerStatus, SubscriptionState, VerificationStatus
from domain.radius.authorization import (
    AccessFacts,
    Decision,
    PlanRates,
    Rates,
    ReasonCode,
    decide,
)
from domain.tariff.models import FupState

_Status = CustomerStatus
_State = SubscriptionState
PLAN = PlanRates(Rates(100_000, 20_000), Rates(1_000, 500))


def facts(**given) -> AccessFacts:
    return AccessFacts(
        **{"status": _Status.ACTIVE, "subscription_state": _State.ACTIVE, "plan": PLAN, **given}
    )


def attributes(decision) -> dict[str, str]:
    return {attribute.name: attribute.value for attribute in decision.reply_attributes}


@pytest.mark.parametrize(
    ("given", "decision", "reason"),
    [
        ({}, Decision.ACCEPT, ReasonCode.OK),
        ({"subscription_state": _State.TRIAL}, Decision.ACCEPT, ReasonCode.OK),
        ({"plan": None}, Decision.ACCEPT, ReasonCode.NO_PLAN),
        ({"fup_state": FupState.NOTIFIED}, Decision.ACCEPT, ReasonCode.OK),
        ({"fup_state": FupState.THROTTLED}, Decision.ACCEPT, ReasonCode.FUP),
        ({"fup_state": FupState.BLOCKED}, Decision.WALLED_GARDEN, ReasonCode.QUOTA),
        (
            {"subscription_state": _State.SUSPENDED},
            Decision.WALLED_GARDEN,
            ReasonCode.SUSPENDED,
        ),
        ({"status": _Status.SUSPENDED}, Decision.WALLED_GARDEN, ReasonCode.SUSPENDED),
        ({"status": _Status.PENDING}, Decision.WALLED_GARDEN, ReasonCode.NOT_ACTIVATED),
        ({"status": _Status.INACTIVE}, Decision.WALLED_GARDEN, ReasonCode.NOT_ACTIVATED),
        (
            {"subscription_state": _State.INACTIVE},
            Decision.WALLED_GARDEN,
            ReasonCode.NOT_ACTIVATED,
        ),
        (
            {"subscription_state": _State.PENDING_ACTIVATION},
            Decision.WALLED_GARDEN,
            ReasonCode.NOT_ACTIVATED,
        ),
        (
            {"subscription_state": _State.PENDING_PAYMENT},
            Decision.WALLED_GARDEN,
            ReasonCode.UNPAID,
        ),
        ({"subscription_state": _State.EXPIRED}, Decision.WALLED_GARDEN, ReasonCode.UNPAID),
        ({"subscription_state": _State.CANCELLED}, Decision.REJECT, ReasonCode.TERMINATED),
        ({"status": _Status.CLOSED}, Decision.REJECT, ReasonCode.TERMINATED),
    ],
)
def test_the_first_rule_that_applies_decides(given, decision, reason):
    decided = decide(facts(**given))

    assert (decided.decision, decided.reason_code) == (decision, reason)


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        (set(), ReasonCode.OK),
        ({"PENDING"}, ReasonCode.OK),
        ({"VERIFIED"}, ReasonCode.OK),
        ({"FAILED"}, ReasonCode.KYC),
        ({"EXPIRED"}, ReasonCode.KYC),
        ({"FAILED", "PENDING"}, ReasonCode.KYC),
        ({"FAILED", "VERIFIED"}, ReasonCode.OK),
        ({"EXPIRED", "VERIFIED"}, ReasonCode.OK),
    ],
)
def test_a_refused_document_limits_the_service_unless_another_is_verified(statuses, reason):
    documents = frozenset(VerificationStatus(status) for status in statuses)

    assert decide(facts(documents=documents)).reason_code is reason


def test_an_unpaid_customer_is_told_of_the_payment_before_the_documents():
    decided = decide(
        facts(
            subscription_state=_State.EXPIRED,
            documents=frozenset({VerificationStatus.FAILED}),
            fup_state=FupState.BLOCKED,
        )
    )

    assert decided.reason_code is ReasonCode.UNPAID


class TestReplyAttributes:
    def test_an_accept_names_the_plans_rates_in_each_vendors_unit(self):
        assert attributes(decide(facts())) == {
            "Framed-Pool": "subscribers",
            "Filter-Id": "subscriber",
            "Session-Timeout": "86400",
            "Acct-Interim-Interval": "600",
            "WISPr-Bandwidth-Max-Down": "100000000",
            "WISPr-Bandwidth-Max-Up": "20000000",
            "Mikrotik-Rate-Limit": "20000k/100000k",
        }

    def test_fair_use_names_the_throttled_rates(self):
        reply = attributes(decide(facts(fup_state=FupState.THROTTLED)))

        assert reply["Mikrotik-Rate-Limit"] == "500k/1000k"
        assert reply["WISPr-Bandwidth-Max-Down"] == "1000000"

    def test_without_a_plan_the_rate_is_basic_and_not_unlimited(self):
        assert attributes(decide(facts(plan=None)))["Mikrotik-Rate-Limit"] == "1000k/1000k"

    def test_a_garden_is_short_lived_so_that_a_cure_is_noticed(self):
        assert attributes(decide(facts(fup_state=FupState.BLOCKED))) == {
            "Framed-Pool": "garden",
            "Filter-Id": "garden-quota",
            "Session-Timeout": "600",
            "Acct-Interim-Interval": "600",
        }

    def test_a_reject_carries_a_message_and_nothing_of_the_service(self):
        assert attributes(decide(facts(status=_Status.CLOSED))) == {
            "Reply-Message": "The service has ended (TERMINATED)"
        }

    def test_a_rate_past_32_bit_is_the_largest_that_the_attribute_holds(self):
        fast = PlanRates(Rates(10_000_000, 10_000_000))

        reply = attributes(decide(facts(plan=fast)))

        assert reply["WISPr-Bandwidth-Max-Down"] == "4294967295"
        assert reply["Mikrotik-Rate-Limit"] == "10000000k/10000000k"
