"""Minimum terms: how long they bind and what leaving earlier costs."""

from datetime import UTC, datetime, timedelta

from domain.tariff.contracts import contract_end, termination_fee_minor

JANUARY_31 = datetime(2025, 1, 31, 10, tzinfo=UTC)


def test_a_term_is_counted_in_months_from_the_start():
    assert contract_end(1, starts_at=JANUARY_31) == datetime(2025, 2, 28, 10, tzinfo=UTC)
    assert contract_end(24, starts_at=JANUARY_31) == datetime(2027, 1, 31, 10, tzinfo=UTC)
    assert contract_end(None, starts_at=JANUARY_31) is None


def test_another_plan_does_not_shorten_the_term():
    carried = JANUARY_31 + timedelta(days=700)

    assert contract_end(None, starts_at=JANUARY_31, carried=carried) == carried
    assert contract_end(12, starts_at=JANUARY_31, carried=carried) == carried


def test_a_term_that_is_over_binds_no_more():
    assert contract_end(None, starts_at=JANUARY_31, carried=JANUARY_31) is None


def test_the_fee_is_due_until_the_last_instant_of_the_term():
    just_before = JANUARY_31 - timedelta(microseconds=1)

    for ended_at, fee in ((just_before, 9000), (JANUARY_31, 0)):
        asked = {"contract_ends_at": JANUARY_31, "ended_at": ended_at}
        assert termination_fee_minor(9000, **asked) == fee
    assert termination_fee_minor(9000, contract_ends_at=None, ended_at=JANUARY_31) == 0
