"""What the identity module is asked to make."""

from dataclasses import dataclass

from domain.identity.models import AccountRole
from domain.kernel.access import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount:
    """An account for a person of the staff's, or of a reseller's."""

    email: str
    display_name: str
    role: AccountRole
    password: str
    reseller_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateServiceAccount:
    """An account for a program."""

    name: str
    scopes: tuple[Permission, ...]
    description: str | None = None
