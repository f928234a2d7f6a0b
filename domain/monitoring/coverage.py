"""Which segment serves an address: the rule with the longest matching postal-code prefix."""

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, any_, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from domain.customer.models import Address, AddressType
from domain.kernel.errors import Invalid
from domain.monitoring.models import SegmentCoverage

_SEPARATORS = re.compile(r"[^A-Za-z0-9]")
_LONGEST_PREFIX = 20
_IS_SERVED = (Address.type == AddressType.SERVICE, Address.removed_at.is_(None))


def plain_prefix(value: str) -> str:
    """The prefix in upper case without separators: ``1100-0`` and ``11000`` are the same rule."""
    prefix = _SEPARATORS.sub("", value).upper()
    if len(prefix) > _LONGEST_PREFIX:
        raise Invalid("postalCodePrefix", f"must have at most {_LONGEST_PREFIX} characters")
    return prefix


def serving() -> Select[Any]:
    """``(customer_id, segment_id)`` of each SERVICE address in use that a rule covers, once."""
    covering = _covering(Address.country, _code_of(Address.postal_code), Address)
    return (
        select(Address.customer_id, covering.c.segment_id)
        .join(covering, true())
        .where(*_IS_SERVED)
        .distinct()
    )


def serving_any(*where: ColumnElement[bool]) -> Select[Any]:
    """
    The ids of the segments that serve any of those SERVICE addresses in use.

    Many addresses share a postal code: the rules are looked up once for each code.
    """
    codes = (
        select(Address.country, _code_of(Address.postal_code).label("code"))
        .where(*_IS_SERVED, *where)
        .distinct()
        .subquery("codes")
    )
    covering = _covering(codes.c.country, codes.c.code, codes)
    return select(covering.c.segment_id).select_from(codes).join(covering, true())


def _code_of(postal_code: Any) -> Any:
    return func.upper(func.regexp_replace(postal_code, "[^A-Za-z0-9]", "", "g"))


def _covering(country: Any, code: Any, of: Any) -> Any:
    """
    The segment of the longest rule that covers the code, if one does.

    It probes the rules' unique index with every prefix of the code, so the cost does not grow
    with the number of rules.
    """
    lengths = (
        func.generate_series(0, func.length(code)).table_valued("length").render_derived("lengths")
    )
    # An array and no join: nobody tells the planner that a code has few prefixes.
    prefixes = func.array(
        select(func.left(code, lengths.c.length)).correlate(of).scalar_subquery(),
        type_=ARRAY(Text),
    )
    rule = SegmentCoverage
    return (
        select(rule.segment_id)
        .where(rule.country == country, rule.postal_code_prefix == any_(prefixes))
        .order_by(func.length(rule.postal_code_prefix).desc())
        .limit(1)
        .correlate(of)
        .lateral("covering")
    )
