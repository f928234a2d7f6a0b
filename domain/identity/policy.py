"""Who may care for accounts: administrators of identity, and nobody gives more than they have."""

from collections.abc import Iterable

from domain.identity import records
from domain.kernel.access import PERMISSIONS, Actor, Permission, Role, require
from domain.kernel.errors import AccessDenied
from domain.kernel.needs import Need, reading

#: What reading each kind of record needs; everybody reads their own sign-ins.
READS = {
    records.Account: reading("accounts", Permission.IDENTITY_ADMIN),
    records.ServiceAccount: reading("service accounts", Permission.IDENTITY_ADMIN),
    records.SignIn: Need("read sign-ins"),
}


def require_identity(actor: Actor, act: str) -> None:
    """Raises ``Unauthenticated`` or ``AccessDenied``: ``act`` completes "You may not …"."""
    require(actor, Permission.IDENTITY_ADMIN, act)


def require_no_more_than_own(actor: Actor, role: str) -> None:
    """Raises ``AccessDenied`` if an account of the role may do what the actor may not."""
    if not PERMISSIONS[Role(role)] <= actor.permissions:
        raise AccessDenied(f"manage accounts of the role {role}")


def require_scopes(actor: Actor, scopes: Iterable[str]) -> None:
    """Raises ``AccessDenied`` if the actor lacks one of the scopes itself."""
    missing = sorted({Permission(scope) for scope in scopes} - actor.permissions)
    if missing:
        raise AccessDenied(f"give the scope {missing[0]}")
