"""What an act needs, declared once: for whoever checks it, and for whoever tells of it."""

from dataclasses import dataclass

from domain.kernel.access import Actor, Permission
from domain.kernel.errors import AccessDenied, Unauthenticated


@dataclass(frozen=True, slots=True)
class Need:
    """
    Any one of the permissions, and to be signed in; ``act`` completes "You may not …".

    With no permission to have, to be signed in is enough.
    """

    act: str
    any_of: tuple[Permission, ...] = ()

    def is_met_by(self, actor: Actor) -> bool:
        """Whether the actor may."""
        if actor.is_anonymous:
            return False
        return not self.any_of or any(map(actor.can, self.any_of))

    def check(self, actor: Actor) -> None:
        """
        Let the actor pass who may.

        Raises:
            Unauthenticated: nobody is signed in.
            AccessDenied: somebody is, without any of the permissions.
        """
        if self.is_met_by(actor):
            return
        if actor.is_anonymous:
            raise Unauthenticated
        raise AccessDenied(self.act)


def reading(what: str, *any_of: Permission) -> Need:
    """The need of who reads such rows: ``reading("invoices", Permission.BILLING_READ)``."""
    return Need(f"read {what}", any_of)
