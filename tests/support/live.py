"""Live events as a client follows them, and a customer's life that makes all eight."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select

from domain.customer.email_verification import EmailVerificationService
from domain.kernel.access import SYSTEM, Role
from domain.kernel.database import Database
from domain.kernel.events import EventRow
from subscriptions.feeds import CUSTOMER_EVENT_TYPES
from subscriptions.log import read_head
from tests.support.server import Api, Socket
from tests.support.waiting import eventually

EVENTS = """
    subscription Events($filter: CustomerEventFilter, $after: String) {
      customerEvents(filter: $filter, after: $after) {
        __typename id type timestamp cursor customerId transactionId actor data
        customer { customerId displayName }
        ... on CustomerCreated { customerType email status }
        ... on CustomerUpdated { changedFields status }
        ... on SubscriptionStateChanged { from to reason }
        ... on AddressCreated { addressType }
        ... on AddressUpdated { addressType removed }
        ... on DocumentVerified { documentType }
        ... on EmailVerified { verifiedEmail: email }
        ... on EventGap { fromCursor toCursor count gapReason: reason }
      }
    }
"""

#: The guide's names of the events, and those of their GraphQL types.
TYPES = {
    "customer.created": "CustomerCreated",
    "customer.updated": "CustomerUpdated",
    "customer.subscription_state.changed": "SubscriptionStateChanged",
    "customer.address.created": "AddressCreated",
    "customer.address.updated": "AddressUpdated",
    "customer.document.verified": "DocumentVerified",
    "customer.email.verified": "EmailVerified",
    "customer.deleted": "CustomerDeleted",
}


class Feed:
    """A running subscription to ``customerEvents``."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def next(self) -> dict[str, Any]:
        payload = await self._socket.next()
        assert "errors" not in payload, payload
        event: dict[str, Any] = payload["data"]["customerEvents"]
        return event

    async def some(self, number: int) -> list[dict[str, Any]]:
        return [await self.next() for _ in range(number)]

    async def facts(self, number: int) -> list[tuple[str, int]]:
        """Type name and customer of the next events."""
        return [(event["__typename"], event["customerId"]) for event in await self.some(number)]


@asynccontextmanager
async def following(
    api: Api, token: str | None = "admin", *, after: str | None = None, **wanted: Any
) -> AsyncIterator[Feed]:
    """A subscription that misses nothing from now on: ``following(api, customerId=7)``."""
    groups = api.application.live.groups
    before = groups.followers
    async with api.socket(token) as socket:
        await socket.subscribe(EVENTS, {"filter": wanted or None, "after": after})
        await eventually(lambda: groups.followers > before)
        yield Feed(socket)


async def caught_up(api: Api) -> None:
    """The instance has read every event so far: nothing of the past is told again."""
    await api.settled()
    hub = api.application.services.stream.hub
    async with api.application.services.database.reading() as connection:
        head = await read_head(connection)
    await eventually(lambda: hub.position >= head.position)


def beginning(api: Api) -> str:
    """The cursor in front of the first event."""
    return api.application.services.stream.hub.cursors.seal(0)


async def lifecycle(database: Database) -> list[tuple[str, int]]:
    """Type and customer of every lifecycle event in the log, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.type, EventRow.customer_id)
            .where(EventRow.type.in_(CUSTOMER_EVENT_TYPES))
            .order_by(EventRow.position)
        )
        return [(row.type, row.customer_id) for row in rows]


async def renamed(api: Api, customer_id: int, last_name: str) -> None:
    payload = await api.mutate(
        "updateCustomer", {"customerId": customer_id, "lastName": last_name}, "customer { id }"
    )
    assert payload["userErrors"] == []


async def deleted(api: Api, customer_id: int) -> None:
    gone = await api.mutate("deleteCustomer", {"customerId": customer_id}, "deletedCustomerId")
    assert gone["userErrors"] == []


async def born(api: Api, **facts: Any) -> int:
    """Create Ada Byron through the API; the customer's number."""
    defaults = {
        "type": "INDIVIDUAL",
        "status": "ACTIVE",
        "firstName": "Ada",
        "lastName": "Byron",
        "email": "ada@example.com",
    }
    payload = await api.mutate("createCustomer", defaults | facts, "customer { customerId }")
    customer_id: int = payload["customer"]["customerId"]
    return customer_id


async def lived(api: Api, database: Database, customer_id: int) -> None:
    """Seven changes of the customer, each with an event: all kinds but creation and deletion."""
    await renamed(api, customer_id, "Lovelace")
    await api.mutate(
        "changeSubscriptionState",
        {
            "customerId": customer_id,
            "subscriptionState": "PENDING_PAYMENT",
            "reason": "first invoice",
        },
        "customer { id }",
    )
    place = {"type": "BILLING", "line1": "Rua Augusta 1", "locality": "Lisboa"}
    address = {**place, "postalCode": "1100-048", "country": "PT"}
    added = await api.mutate(
        "addAddress", {"customerId": customer_id, "address": address}, "address { id }"
    )
    address_id = added["address"]["id"]
    await api.mutate("updateAddress", {"addressId": address_id, "line1": "B"}, "address { id }")
    await api.mutate("removeAddress", {"addressId": address_id}, "address { id }")
    handed_in = await api.mutate(
        "registerDocument",
        {"customerId": customer_id, "type": "PASSPORT"},
        "document { id }",
        token=api.token(Role.SUPPORT),
    )
    verified = await api.mutate(
        "verifyDocument", {"documentId": handed_in["document"]["id"]}, "document { status }"
    )
    assert verified["document"] == {"status": "VERIFIED"}
    async with database.unit_of_work(SYSTEM) as session:
        token, _ = await EmailVerificationService().request(session, customer_id)
    confirmed = await api.mutate("confirmEmail", {"token": token}, "confirmed", token=None)
    assert confirmed["confirmed"] is True
