"""What the database itself lets an actor touch: the role and settings of a tenant's transaction."""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from domain.kernel.access import Actor, Role

#: Whom row-level security confines. All others act as the tables' owner, whom it lets pass.
TENANT_ROLE = "isp_graph_tenant"

# The last argument of each is true: all of it ends with the transaction, whatever ends that.
_CONFINE = """
    select set_config('role', $1, true), set_config('isp_graph.subject', $2, true),
        set_config('isp_graph.customer_id', $3, true),
        set_config('isp_graph.reseller_ids', $4, true)
"""


def begin_reading(actor: Actor) -> str:
    """
    One round trip that begins a transaction of a tenant's in which nothing can be written.

    Only integers are written into it. Without a customer or resellers no row is the actor's own.
    """
    customer_id, reseller_ids = _own(actor)
    return (
        f"begin read only; select set_config('role', '{TENANT_ROLE}', true),"
        f" set_config('isp_graph.customer_id', '{customer_id}', true),"
        f" set_config('isp_graph.reseller_ids', '{reseller_ids}', true)"
    )


def confine(session: Session, actor: Actor) -> None:
    """Have every transaction of the session be the tenant's from its first statement on."""

    def begun(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
        if not transaction.nested:
            settings: tuple[Any, ...] = (TENANT_ROLE, actor.subject, *_own(actor))
            connection.exec_driver_sql(_CONFINE, settings)

    event.listen(session, "after_begin", begun)


def _own(actor: Actor) -> tuple[str, str]:
    """The customer's id and the resellers' ids, as the policies read them."""
    if actor.role is Role.CUSTOMER and actor.customer_id is not None:
        return str(int(actor.customer_id)), ""
    if actor.role is Role.RESELLER:
        return "", ",".join(str(int(each)) for each in actor.reseller_ids)
    return "", ""
