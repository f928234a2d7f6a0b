"""Roles of accounts, apart from their tables: a command line names them before it needs those."""

from enum import StrEnum


class AccountRole(StrEnum):
    """The role that a staff or reseller account signs in with."""

    ADMIN = "ADMIN"
    SUPPORT = "SUPPORT"
    BILLING = "BILLING"
    RESELLER = "RESELLER"
