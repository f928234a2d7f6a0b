"""
What the identity module announces: changes of accounts, never who signed in.

No event holds an address, a password or a secret.
"""

from dataclasses import dataclass
from typing import ClassVar

from domain.identity.models import AccountRole
from domain.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountEvent(Event):
    """A fact of one account of the staff's or a reseller's."""

    account_id: int
    role: AccountRole

    @property
    def stream(self) -> str:
        return f"account:{self.account_id}"


@dataclass(frozen=True, kw_only=True)
class AccountCreated(AccountEvent):
    type: ClassVar[str] = "identity.account.created"


@dataclass(frozen=True, kw_only=True)
class AccountUpdated(AccountEvent):
    """``changed_fields`` are names of the account's fields, in snake_case."""

    type: ClassVar[str] = "identity.account.updated"

    changed_fields: list[str]
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class ServiceAccountEvent(Event):
    """A fact of one service account."""

    service_account_id: int
    name: str
    scopes: list[str]

    @property
    def stream(self) -> str:
        return f"service-account:{self.service_account_id}"


@dataclass(frozen=True, kw_only=True)
class ServiceAccountCreated(ServiceAccountEvent):
    type: ClassVar[str] = "identity.service_account.created"


@dataclass(frozen=True, kw_only=True)
class ServiceAccountUpdated(ServiceAccountEvent):
    """``changed_fields`` are names of its fields, ``secret`` when that was replaced."""

    type: ClassVar[str] = "identity.service_account.updated"

    changed_fields: list[str]
    is_active: bool
