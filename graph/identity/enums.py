"""Roles and permissions, as the domain has them, described for the schema."""

import strawberry

from domain.identity.models import AccountRole
from domain.kernel.access import Permission, Role

strawberry.enum(Role, description="What kind of account acts")
strawberry.enum(Permission, description="One kind of act; a service account's scopes are these")
strawberry.enum(AccountRole, description="Role that a person with an account signs in with")

__all__ = ["AccountRole", "Permission", "Role"]
