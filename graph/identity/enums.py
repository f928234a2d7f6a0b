"""Roles and permissions, as the domain has them, described for the schema."""

import strawberry

from domain.kernel.access import Permission, Role

strawberry.enum(Role, description="What kind of account acts")
strawberry.enum(Permission, description="One kind of act; a service account's scopes are these")

__all__ = ["Permission", "Role"]
