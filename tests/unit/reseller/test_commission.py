"""What a reseller earns, and which shares and arrows there are."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from domain.kernel.errors import Invalid, InvalidTransition
from domain.kernel.money import Money
from domain.reseller.commands import CreateReseller
from domain.reseller.commission import checked_percent, commission_on, period_of
from domain.reseller.lifecycle import STATUS_ARROWS, check_status
from domain.reseller.models import Reseller, ResellerStatus
from domain.reseller.profile import checked_changes, checked_new


class TestCommissionOn:
    @pytest.mark.parametrize(
        ("net_minor", "percent", "earned"),
        [
            (10_000, "10.00", 1_000),
            (2_990, "12.50", 374),
            (50, "1.00", 0),
            (150, "1.00", 2),
            (250, "1.00", 2),
            (99, "100.00", 99),
            (99, "0.00", 0),
        ],
    )
    def test_is_the_share_rounded_half_to_even(self, net_minor, percent, earned):
        assert commission_on(Money(net_minor, "EUR"), Decimal(percent)) == Money(earned, "EUR")


class TestPeriodOf:
    def test_is_the_utc_month(self):
        lisbon_summer = timezone(timedelta(hours=1))

        assert period_of(datetime(2025, 3, 31, 23, 59, tzinfo=UTC)) == "2025-03"
        assert period_of(datetime(2025, 7, 1, 0, 30, tzinfo=lisbon_summer)) == "2025-06"


class TestCheckedPercent:
    @pytest.mark.parametrize("value", ["-0.01", "100.01", "NaN", "Infinity", "1E+9", "10.001"])
    def test_refuses_what_is_no_share(self, value):
        with pytest.raises(Invalid) as failure:
            checked_percent(Decimal(value))

        assert failure.value.path == ("commissionPercent",)

    @pytest.mark.parametrize("value", ["0", "7.5", "100"])
    def test_keeps_what_is_one_with_two_digits(self, value):
        checked = checked_percent(Decimal(value))

        assert (checked, checked.as_tuple().exponent) == (Decimal(value), -2)


class TestCheckStatus:
    def test_names_the_arrows_that_exist(self):
        reseller = Reseller(status=ResellerStatus.PENDING_APPROVAL)

        with pytest.raises(InvalidTransition) as failure:
            check_status(reseller, ResellerStatus.SUSPENDED)

        assert failure.value.allowed_states == ["ACTIVE", "TERMINATED"]

    def test_every_status_has_its_arrows_and_none_leads_back_to_approval(self):
        assert set(STATUS_ARROWS) == set(ResellerStatus)
        assert all(ResellerStatus.PENDING_APPROVAL not in to for to in STATUS_ARROWS.values())
        assert STATUS_ARROWS[ResellerStatus.TERMINATED] == frozenset()


class TestFields:
    def test_a_code_is_upper_case(self):
        assert checked_new(CreateReseller(code=" net-1 ", name="Net"))["code"] == "NET-1"

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"code": "a b"}, "code"),
            ({"code": "X"}, "code"),
            ({"name": " "}, "name"),
            ({"email": "nobody"}, "email"),
            ({"currency": "eur"}, "currency"),
            ({"status": ResellerStatus.SUSPENDED}, "status"),
        ],
    )
    def test_of_a_new_reseller_name_the_one_that_breaks_a_rule(self, facts, path):
        with pytest.raises(Invalid) as failure:
            checked_new(CreateReseller(**{"code": "NET", "name": "Net", **facts}))

        assert failure.value.path == (path,)

    def test_only_the_email_address_can_be_cleared(self):
        assert checked_changes({"email": None}) == {"email": None}
        with pytest.raises(Invalid, match="name cannot be cleared"):
            checked_changes({"name": None})

    @pytest.mark.parametrize("name", ["code", "parent_id", "status", "currency"])
    def test_that_never_change_are_refused(self, name):
        with pytest.raises(Invalid, match="no field of a reseller that changes"):
            checked_changes({name: "X"})
