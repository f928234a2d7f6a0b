"""A person whose every text is a mark, through the whole of their life with the provider."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from domain.customer.events import EmailVerified
from domain.kernel.access import SYSTEM, Role
from graph.schema import build_schema
from tests.support.identity import refreshed, signed_in, signed_out
from tests.support.marks import Marks
from tests.support.server import Api

PASSWORD = "correct horse battery staple"
_REFRESH = "refreshToken"


#: Where they sit when they act themselves; told to servers that believe this machine's proxies.
ADDRESS = "203.0.113.77"


class Planted:
    """A customer that lived through everything, and has left with nothing owed."""

    def __init__(self, api: Api) -> None:
        self.marks = Marks()
        self.id = 0
        self.username = ""
        self._api = api
        self._clock = datetime.now(UTC) - timedelta(hours=2)

    async def live(self) -> "Planted":
        self.username = self.marks.text()
        await self._come_online_unknown()
        await self._join()
        await self._tell_about_themselves()
        await self._use_the_network()
        await self._be_billed()
        await self._be_watched()
        await self._act_themselves()
        await self._pass_through_the_machinery()
        return self

    async def leave(self) -> None:
        """Cancel, close, and owe nothing."""
        await self._do("CancelTariffPlan")
        state = {"subscriptionState": "CANCELLED"}
        await self._do("ChangeSubscriptionState", **state)
        await self._do("ChangeCustomerStatus", status="CLOSED")
        await self._api.settled()

    async def _do(self, name: str, selection: str = "", **given: Any) -> dict[str, Any]:
        if "customerId" in build_schema()._schema.type_map[f"{name}Input"].fields:  # type: ignore[attr-defined]
            given.setdefault("customerId", self.id)
        input = self.marks.filled(f"{name}Input", **given)
        field = name[0].lower() + name[1:]
        answer = await self._api.mutate(field, input, selection)
        assert answer["userErrors"] == [], answer
        return answer

    async def _come_online_unknown(self) -> None:
        await self._account("START", username=self.username.upper())

    async def _join(self) -> None:
        customer = await self._do(
            "CreateCustomer",
            "customer { customerId }",
            type="INDIVIDUAL",
            status="ACTIVE",
            username=self.username,
            password=PASSWORD,
            addresses=[
                self.marks.filled("AddressInput", type="BILLING", country="PT", isDefault=True)
            ],
        )
        self.id = customer["customer"]["customerId"]
        plan = await self._api.mutate(
            "createTariffPlan",
            {
                "code": "HOME",
                "name": "Home",
                "price": {"amount": "30.00", "currency": "EUR"},
                "billingCycle": "MONTHLY",
                "downloadKbps": 100_000,
                "uploadKbps": 20_000,
            },
            "tariffPlan { tariffPlanId }",
        )
        assert plan["userErrors"] == [], plan
        await self._api.settled()
        await self._do("ChangeSubscriptionState", subscriptionState="ACTIVE")
        await self._do("AssignTariffPlan", tariffPlanId=plan["tariffPlan"]["tariffPlanId"])
        await self._api.settled()

    async def _tell_about_themselves(self) -> None:
        await self._do(
            "AddAddress",
            address=self.marks.filled("AddressInput", type="SERVICE", country="PT"),
        )
        document = await self._do(
            "RegisterDocument",
            "document { id }",
            type="PASSPORT",
            sha256="ab" * 32,
            numberLast4="x7q9",
        )
        await self._do("RejectDocument", documentId=document["document"]["id"])
        await self._do("SetCommunicationPreference", communicationType="EMAIL", enabled=True)
        await self._do("RequestEmailVerification")

    async def _use_the_network(self) -> None:
        await self._account("START", username=self.username, acctUniqueSessionId="s-1")
        found = await self._api.data(
            "{ activeSessions: radiusSessions(first: 1) { nodes { id } } }"
        )
        [session] = found["activeSessions"]["nodes"]
        await self._do("DisconnectSession", sessionId=session["id"])
        await self._account("STOP", username=self.username, acctUniqueSessionId="s-1")
        for password in (PASSWORD, "wrong"):
            await self._api.data(
                "mutation Authenticate($input: AuthenticateCustomerInput!)"
                " { authenticateCustomer(input: $input) { __typename } }",
                {"input": {"username": self.username, "password": password}},
                token=self._api.token(),
            )
        await self._do("CreateServiceCredential", password=PASSWORD)
        await self._do(
            "RecordUsage", downloadedOctets="1", uploadedOctets="1", recordedAt=self._now()
        )

    async def _account(self, status: str, **given: Any) -> None:
        await self._do(
            "RecordAccounting",
            statusType=status,
            nasIpAddress="10.0.0.1",
            eventAt=self._now(),
            sessionTimeSeconds=60 if status == "STOP" else 0,
            **given,
        )

    async def _be_billed(self) -> None:
        price = {"amount": "10.00", "currency": "EUR"}
        for end in ("IssueInvoice", "VoidInvoice"):
            line = self.marks.filled("InvoiceLineInput", kind="ADJUSTMENT", unitPrice=price)
            draft = await self._do("DraftInvoice", "invoice { id }", lines=[line])
            await self._do(end, invoiceId=draft["invoice"]["id"])
        await self._do("RecordPayment", amount=price, method="BANK_TRANSFER")

    async def _be_watched(self) -> None:
        await self._do("CreateAlert", severity="CRITICAL")
        sample = {"kind": "LATENCY_MS", "value": 20.5, "sampledAt": self._now()}
        await self._do("RecordMetrics", samples=[{"customerId": self.id, **sample}])
        await self._do("ChangeCustomerStatus", status="SUSPENDED")
        await self._do("ChangeCustomerStatus", status="ACTIVE")

    async def _act_themselves(self) -> None:
        self._api.http.headers["X-Forwarded-For"] = ADDRESS
        token = self._api.token(Role.CUSTOMER, customer_id=self.id)
        change = {"customerId": self.id, "language": "pt", "idempotencyKey": self.marks.text()}
        await self._api.mutate("updateCustomer", change, "customer { id }", token=token)
        here, there = [await signed_in(self._api, self.username, PASSWORD) for _ in "ab"]
        await signed_out(self._api, (await refreshed(self._api, here[_REFRESH]))[_REFRESH])
        await refreshed(self._api, there[_REFRESH])
        await refreshed(self._api, there[_REFRESH])
        asked = {"customerId": self.id}
        await self._api.mutate("exportCustomerData", asked, "sha256", token=token)
        del self._api.http.headers["X-Forwarded-For"]
        await self._api.settled()

    async def _pass_through_the_machinery(self) -> None:
        """What only machines write: receivers' answers, a failed handler, a commission's note."""
        facts = {"person": self.id, **{name: self.marks.text() for name in ("a", "b", "c")}}
        database = self._api.application.services.database
        async with database.unit_of_work(SYSTEM) as session:
            verified = {"email": self.marks.text(), "verified_at": session.now}
            await session.announce(EmailVerified(customer_id=self.id, **verified))
        async with database.engine.begin() as connection:
            for statement in _statements():
                await connection.execute(text(statement), facts)
        await self._api.settled()

    def _now(self) -> str:
        self._clock += timedelta(minutes=1)
        return self._clock.isoformat()


def _statements() -> Iterator[str]:
    yield """
        with made as (
            insert into webhook.endpoints (url, event_types, scopes, format)
            values ('https://hooks.example/in', '["customer.*"]', '[]', 'ENVELOPE') returning id
        )
        insert into webhook.attempts
            (endpoint_id, event_id, event_type, number, attempted_at, response)
        select made.id, event_id, type, 1, now(), :a from made, kernel.events
        where customer_id = :person
    """
    yield """
        insert into kernel.event_consumers (name, position, paused_at) values ('late', 0, now())
    """
    yield """
        insert into kernel.event_deliveries
            (consumer, position, event_id, stream, customer_id, status, last_error, died_at)
        select 'late', position, event_id, stream, customer_id, 'DEAD', :b, now()
        from kernel.events where customer_id = :person and type = 'customer.created'
    """
    yield """
        with made as (
            insert into reseller.resellers (code, name) values ('R-1', 'Reseller') returning id
        )
        insert into reseller.commission_entries
            (reseller_id, customer_id, invoice_id, invoice_number, kind, base_minor, rate_percent,
             amount_minor, currency, period, earned_at, note)
        select id, :person, 1, 'INV-1', 'ADJUSTMENT', 0, 10, 1, 'EUR', '2026-01', now(), :c
        from made
    """
