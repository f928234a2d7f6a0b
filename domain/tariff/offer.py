"""The rules of a new plan: what each field accepts, and which belong together."""

import re
from typing import Any

from domain.kernel import values
from domain.kernel.errors import Invalid
from domain.kernel.money import Money
from domain.tariff.commands import CreatePlan
from domain.tariff.models import FupAction
from domain.tariff.windows import checked_windows

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_FASTEST_KBPS = 2**31 - 1
_LARGEST_ALLOWANCE = 2**63 - 1
_LARGEST_MINOR = 2**53
_LONGEST_CONTRACT_MONTHS = 120
_MOST_NAMED = 100


def checked_plan(command: CreatePlan) -> dict[str, Any]:
    """The new plan's columns, each checked. Raises ``Invalid``."""
    return {
        "code": _code(command.code),
        **checked_presentation({"name": command.name, "description": command.description}),
        **_prices(command),
        "download_kbps": _within(command.download_kbps, "downloadKbps", _FASTEST_KBPS),
        "upload_kbps": _within(command.upload_kbps, "uploadKbps", _FASTEST_KBPS),
        **_fair_usage(command),
        **_overage(command),
        **_contract(command),
        "free_windows": checked_windows(command.free_windows or (), "freeWindows"),
        "customer_types": _named(command.customer_types, "customerTypes"),
        "reseller_ids": _named(command.reseller_ids, "resellerIds"),
    }


def checked_presentation(changes: dict[str, Any]) -> dict[str, Any]:
    """
    The name and description among the changes, checked; None clears the description.

    Raises:
        Invalid: another field, or a value that breaks its rule.
    """
    checked: dict[str, Any] = {}
    for field, value in changes.items():
        if field == "name" and value is not None:
            checked[field] = values.text(value, field, longest=120)
        elif field == "description":
            checked[field] = None if value is None else values.text(value, field, longest=2000)
        else:
            raise Invalid(field, "cannot be changed; publish a new edition of the plan")
    return checked


def _code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise Invalid("code", "must be 1 to 32 of letters, digits and . _ -")
    return code


def _prices(command: CreatePlan) -> dict[str, Any]:
    currency = values.currency_code(command.price.currency, "price")
    return {
        "price_minor": _minor(command.price, "price", currency),
        "currency": currency,
        "billing_cycle": command.billing_cycle,
        "setup_fee_minor": _minor(command.setup_fee, "setupFee", currency),
    }


def _minor(money: Money | None, field: str, currency: str) -> int:
    if money is None:
        return 0
    if money.currency != currency:
        raise Invalid(field, f"must be in {currency} like the price")
    if not 0 <= money.minor <= _LARGEST_MINOR:
        raise Invalid(field, "must not be negative or out of range")
    return money.minor


def _overage(command: CreatePlan) -> dict[str, int | None]:
    block, price = command.overage_block_octets, command.overage_price
    if block is None and price is None:
        return {"overage_block_octets": None, "overage_price_minor": None}
    if command.fup_action is not FupAction.CHARGE:
        raise Invalid("overagePrice", "is for CHARGE only")
    if price is None:
        raise Invalid("overagePrice", "is required with overageBlockOctets")
    if block is None:
        raise Invalid("overageBlockOctets", "is required with overagePrice")
    return {
        "overage_block_octets": _within(block, "overageBlockOctets", _LARGEST_ALLOWANCE),
        "overage_price_minor": _minor(price, "overagePrice", command.price.currency),
    }


def _contract(command: CreatePlan) -> dict[str, int | None]:
    months = command.contract_months
    fee = _minor(command.early_termination_fee, "earlyTerminationFee", command.price.currency)
    if fee and months is None:
        raise Invalid("earlyTerminationFee", "needs contractMonths")
    if months is not None:
        _within(months, "contractMonths", _LONGEST_CONTRACT_MONTHS)
    return {"contract_months": months, "early_termination_fee_minor": fee}


def _named(named: tuple[Any, ...] | None, field: str) -> list[Any] | None:
    if named is None:
        return None
    if not 1 <= len(set(named)) <= _MOST_NAMED:
        raise Invalid(field, f"must name 1 to {_MOST_NAMED}, or be left out")
    return sorted(set(named))


def _fair_usage(command: CreatePlan) -> dict[str, Any]:
    if command.allowance_octets is None:
        if command.fup_action is not None:
            raise Invalid("fupAction", "needs an allowance")
    else:
        _within(command.allowance_octets, "allowanceOctets", _LARGEST_ALLOWANCE)
        if command.fup_action is None:
            raise Invalid("fupAction", "is required with an allowance")
    return {
        "allowance_octets": command.allowance_octets,
        "fup_action": command.fup_action,
        **_throttled_speeds(command),
    }


def _throttled_speeds(command: CreatePlan) -> dict[str, int | None]:
    throttles = command.fup_action is FupAction.THROTTLE
    speeds = (
        ("throttledDownloadKbps", command.throttled_download_kbps, command.download_kbps),
        ("throttledUploadKbps", command.throttled_upload_kbps, command.upload_kbps),
    )
    for field, throttled, full in speeds:
        if throttles == (throttled is None):
            raise Invalid(field, "is required with THROTTLE, and only then")
        if throttled is not None:
            _within(throttled, field, full)
    return {
        "throttled_download_kbps": command.throttled_download_kbps,
        "throttled_upload_kbps": command.throttled_upload_kbps,
    }


def _within(value: int, field: str, largest: int) -> int:
    if not 1 <= value <= largest:
        raise Invalid(field, f"must be 1 to {largest}")
    return value
