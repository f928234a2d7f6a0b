"""Columns of IP addresses: objects in rows that are changed, text in records."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.types import TypeDecorator

IpAddress = IPv4Address | IPv6Address


class Address(TypeDecorator[IpAddress]):
    """An ``inet`` of one host. Whoever selects it as text gets it as Python writes it."""

    impl = INET
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> IpAddress | None:
        return None if value is None else ip_address(value)
