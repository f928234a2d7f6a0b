"""What may be read of accounts and sign-ins: never a hash."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.identity.models import AccountRole


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the provider's or a reseller's who signs in."""

    id: int
    email: str
    display_name: str
    role: AccountRole
    reseller_id: int | None
    is_active: bool
    last_signed_in_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A program that gets tokens; ``scopes`` are permissions by name."""

    id: int
    name: str
    description: str | None
    scopes: list[str]
    is_active: bool
    secret_changed_at: datetime
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that goes on; ``client`` is the network that it came from."""

    id: UUID
    client: str | None
    signed_in_at: datetime
    last_used_at: datetime
    expires_at: datetime
