"""The customer that is signed in."""

from collections.abc import Awaitable

from domain.customer import records
from domain.kernel.access import Actor
from resolvers.info import Info


def viewer_customer(root: Actor, info: Info) -> Awaitable[records.Customer | None] | None:
    """Viewer.customer"""
    if root.customer_id is None:
        return None
    return info.loaders.customer_by_id.load(root.customer_id)
