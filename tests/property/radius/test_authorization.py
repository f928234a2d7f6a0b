"""Laws of the access decision, over every combination of facts."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

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

RATE_ATTRIBUTES = {"WISPr-Bandwidth-Max-Down", "WISPr-Bandwidth-Max-Up", "Mikrotik-Rate-Limit"}
LIVE = (SubscriptionState.ACTIVE, SubscriptionState.TRIAL)

rates = st.builds(
    Rates, download_kbps=st.integers(1, 2**31 - 1), upload_kbps=st.integers(1, 2**31 - 1)
)
every_fact = st.builds(
    AccessFacts,
    status=st.sampled_from(CustomerStatus),
    subscription_state=st.sampled_from(SubscriptionState),
    documents=st.frozensets(st.sampled_from(VerificationStatus)),
    fup_state=st.sampled_from(FupState),
    plan=st.none() | st.builds(PlanRates, rates, st.none() | rates),
    is_held_unpaid=st.booleans(),
)


def test_every_combination_of_states_has_a_rule():
    plan = PlanRates(Rates(100_000, 20_000), Rates(1_000, 500))
    documents = [
        frozenset(status for status, chosen in zip(VerificationStatus, bits, strict=True) if chosen)
        for bits in product((False, True), repeat=len(VerificationStatus))
    ]
    for facts in product(CustomerStatus, SubscriptionState, documents, FupState, (None, plan)):
        assert decide(AccessFacts(*facts)).reason_code is not ReasonCode.UNDEFINED


@given(every_fact)
def test_only_active_customers_with_live_subscriptions_are_accepted(facts):
    if decide(facts).decision is Decision.ACCEPT:
        assert facts.status is CustomerStatus.ACTIVE
        assert facts.subscription_state in LIVE


@given(every_fact)
def test_rates_are_named_exactly_when_accepting(facts):
    decided = decide(facts)
    accepts = decided.decision is Decision.ACCEPT
    named = {attribute.name for attribute in decided.reply_attributes}

    assert (decided.rates is not None) is accepts
    assert named & RATE_ATTRIBUTES == (RATE_ATTRIBUTES if accepts else set())


@given(every_fact)
def test_fair_use_never_gives_more_than_the_plan(facts):
    decided = decide(facts)
    if decided.rates is not None and facts.plan is not None:
        assert decided.rates.download_kbps <= facts.plan.normal.download_kbps
        assert decided.rates.upload_kbps <= facts.plan.normal.upload_kbps


@given(every_fact)
def test_every_session_accepted_or_gardened_ends_and_reports(facts):
    decided = decide(facts)
    reply = {attribute.name: attribute.value for attribute in decided.reply_attributes}

    if decided.decision is not Decision.REJECT:
        assert 0 < int(reply["Session-Timeout"]) <= 86_400
        assert int(reply["Acct-Interim-Interval"]) >= 600
