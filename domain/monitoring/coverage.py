"""Which segment serves an address: the rule with the longest matching postal-code prefix."""

import re
from typing import Any

from sqlalchemy import Select, and_, func, select, true

from domain.customer.models import Address, AddressType
from domain.kernel.errors import Invalid
from domain.monitoring.models import SegmentCoverage

_SEPARATORS = re.compile(r"[^A-Za-z0-9]")
_LONGEST_PREFIX = 20


def plain_prefix(value: str) -> str:
    """The prefix in upper case without separators: ``1100-0`` and ``11000`` are the same rule."""
    prefix = _SEPARATORS.sub("", value).upper()
    if len(prefix) > _LONGEST_PREFIX:
        raise Invalid("postalCodePrefix", f"must have at most {_LONGEST_PREFIX} characters")
    return prefix


def serving() -> Select[Any]:
    """
    ``(customer_id, segment_id)`` for each SERVICE address in use that a rule covers, once each.

    Each address probes the rules' unique index with every prefix of its own postal code, so the
    cost does not grow with the number of rules.
    """
    code = func.upper(func.regexp_replace(Address.postal_code, "[^A-Za-z0-9]", "", "g"))
    lengths = (
        func.generate_series(0, func.length(code)).table_valued("length").render_derived("lengths")
    )
    covering = (
        select(SegmentCoverage.segment_id)
        .select_from(lengths)
        .join(
            SegmentCoverage,
            and_(
                SegmentCoverage.country == Address.country,
                SegmentCoverage.postal_code_prefix == func.left(code, lengths.c.length),
            ),
        )
        .order_by(lengths.c.length.desc())
        .limit(1)
        .correlate(Address)
        .lateral("covering")
    )
    return (
        select(Address.customer_id, covering.c.segment_id)
        .join(covering, true())
        .where(Address.type == AddressType.SERVICE, Address.removed_at.is_(None))
        .distinct()
    )
