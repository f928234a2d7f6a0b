"""Minimum terms: how long an assignment binds, and what leaving earlier costs. Pure."""

from datetime import datetime

from domain.tariff.periods import months_later


def contract_end(
    months: int | None, *, starts_at: datetime, carried: datetime | None = None
) -> datetime | None:
    """
    The end of the minimum term of a plan begun at the instant; None if nothing binds.

    A term that was agreed to with the plan before (``carried``) is not shortened by the new one.
    """
    own = None if months is None else months_later(starts_at, months)
    ends = [end for end in (own, carried) if end is not None and end > starts_at]
    return max(ends, default=None)


def termination_fee_minor(
    fee_minor: int, *, contract_ends_at: datetime | None, ended_at: datetime
) -> int:
    """The fee, in minor units, if the end is within the minimum term; else 0."""
    is_early = contract_ends_at is not None and ended_at < contract_ends_at
    return fee_minor if is_early else 0
