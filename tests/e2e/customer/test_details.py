"""Addresses, channels, documents and e-mail proofs of a customer, through the API."""

import pytest

from domain.kernel.access import Role
from domain.monitoring.notifiers import current_notifier
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced

ADDRESS = "address { id type line1 line2 locality region postalCode country isDefault version }"
PLACE = {
    "type": "SERVICE",
    "line1": "Rua Augusta 1",
    "locality": "Lisboa",
    "postalCode": "1100-048",
    "country": "PT",
}
NO_ID = "bm8gaWQ"


def error(code, path, message, kind="GenericError"):
    return {"__typename": kind, "code": code, "message": message, "path": path}


async def kinds(database):
    """What was announced after the customer's creation."""
    return [kind for kind, _ in await announced(database, "customer.")][1:]


async def denied(api, field, input, token):
    """The code of the error at a mutation's field."""
    type_name = f"{field[0].upper()}{field[1:]}Input"
    query = f"""mutation Change($input: {type_name}!) {{
        {field}(input: $input) {{ userErrors {{ code }} }} }}"""
    answer = await api.run(query, {"input": input}, token=token)
    assert answer.get("data") in (None, {field: None})
    return answer["errors"][0]["extensions"]["code"]


async def added(api, customer_id, **parts):
    asked = {"customerId": customer_id, "address": PLACE | parts}
    return (await api.mutate("addAddress", asked, ADDRESS))["address"]


class TestAddresses:
    async def test_the_first_of_a_type_is_its_default_and_another_takes_its_place(
        self, api, database
    ):
        customer_id = await created_customer(database)

        first = await added(api, customer_id)
        second = await added(api, customer_id, line2="3.º", region="Lisboa", isDefault=True)

        expected = {**PLACE, "line2": None, "region": None, "isDefault": True, "version": 1}
        assert {**first, "id": None} == {**expected, "id": None}
        assert (second["line2"], second["region"], second["isDefault"]) == ("3.º", "Lisboa", True)
        data = await api.data(
            "query Q($id: Int!) { customer(by: {customerId: $id}) { addresses { id isDefault } } }",
            {"id": customer_id},
        )
        assert data["customer"]["addresses"] == [
            {"id": first["id"], "isDefault": False},
            {"id": second["id"], "isDefault": True},
        ]
        assert await kinds(database) == ["customer.address.created"] * 2

    async def test_parts_change_null_clears_and_the_version_steps(self, api, database):
        address = await added(api, await created_customer(database), line2="3.º")

        payload = await api.mutate(
            "updateAddress",
            {
                "addressId": address["id"],
                "line1": " Rua Nova 2 ",
                "line2": None,
                "expectedVersion": 1,
            },
            ADDRESS,
        )

        changes = {"line1": "Rua Nova 2", "line2": None, "version": 2}
        assert payload == {"address": address | changes, "userErrors": []}
        assert await kinds(database) == ["customer.address.created", "customer.address.updated"]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"line1": None}, error("INVALID", ["input", "line1"], "line1 is required")),
            (
                {"postalCode": "1" * 21},
                error(
                    "INVALID", ["input", "postalCode"], "postalCode must have 1 to 20 characters"
                ),
            ),
            (
                {"line1": "B", "expectedVersion": 7},
                error(
                    "VERSION_CONFLICT",
                    ["input", "expectedVersion"],
                    "The address has changed: its version is 1 now",
                    "VersionConflict",
                ),
            ),
        ],
    )
    async def test_a_refused_change_changes_and_announces_nothing(
        self, api, database, changes, expected
    ):
        address = await added(api, await created_customer(database))
        before = await announced(database, "customer.")

        payload = await api.mutate(
            "updateAddress", {"addressId": address["id"], **changes}, ADDRESS
        )

        assert payload == {"address": None, "userErrors": [expected]}
        assert await announced(database, "customer.") == before

    async def test_the_default_leaves_last_and_a_removed_address_is_gone(self, api, database):
        customer_id = await created_customer(database)
        default, other = await added(api, customer_id), await added(api, customer_id)

        kept = await api.mutate("removeAddress", {"addressId": default["id"]}, ADDRESS)
        for address in (other, default):
            removed = await api.mutate("removeAddress", {"addressId": address["id"]}, ADDRESS)
            assert removed["userErrors"] == []
        again = await api.mutate("removeAddress", {"addressId": default["id"]}, ADDRESS)

        assert kept["userErrors"] == [
            error("CONFLICT", None, "Make another address of the type the default first")
        ]
        assert again["userErrors"][0]["code"] == "NOT_FOUND"
        assert (await kinds(database))[2:] == ["customer.address.updated"] * 2

    async def test_those_of_others_are_as_absent_as_those_that_never_were(self, api, database):
        address = await added(api, await created_customer(database))
        stranger = await created_customer(database)
        token = api.token(Role.CUSTOMER, customer_id=stranger)
        before = await announced(database, "customer.")

        for field in ("updateAddress", "removeAddress"):
            for global_id in (address["id"], NO_ID):
                payload = await api.mutate(field, {"addressId": global_id}, ADDRESS, token=token)
                [refusal] = payload["userErrors"]
                assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["input", "addressId"])
        assert await denied(
            api, "removeAddress", {"addressId": address["id"]}, api.token(Role.BILLING)
        ) == ("ACCESS_DENIED")
        assert await denied(api, "removeAddress", {"addressId": address["id"]}, None) == (
            "UNAUTHENTICATED"
        )
        assert await announced(database, "customer.") == before


class TestSetCommunicationPreference:
    CHANNELS = """customer { communicationPreferences {
        communicationType enabled billingNotifications serviceNotifications
        technicalNotifications marketingMessages emergencyAlerts } }"""

    async def test_named_switches_move_and_the_others_stay(self, api, database):
        customer_id = await created_customer(database)
        token = api.token(Role.CUSTOMER, customer_id=customer_id)
        sms = {"customerId": customer_id, "communicationType": "SMS"}

        await api.mutate(
            "setCommunicationPreference",
            sms | {"marketingMessages": True},
            self.CHANNELS,
            token=token,
        )
        payload = await api.mutate(
            "setCommunicationPreference",
            sms | {"billingNotifications": False},
            self.CHANNELS,
            token=token,
        )

        assert payload == {
            "customer": {
                "communicationPreferences": [
                    {
                        "communicationType": "SMS",
                        "enabled": True,
                        "billingNotifications": False,
                        "serviceNotifications": True,
                        "technicalNotifications": True,
                        "marketingMessages": True,
                        "emergencyAlerts": True,
                    }
                ]
            },
            "userErrors": [],
        }
        assert [
            data.get("changed_fields") for _, data in (await announced(database, "customer."))[1:]
        ] == [["communication_preferences"]] * 2

    async def test_is_refused_for_others_and_to_roles_that_may_not_write(self, api, database):
        customer_id = await created_customer(database)
        stranger = api.token(Role.CUSTOMER, customer_id=await created_customer(database))
        asked = {"customerId": customer_id, "communicationType": "SMS", "enabled": False}
        before = await announced(database, "customer.")

        payload = await api.mutate(
            "setCommunicationPreference", asked, "customer { id }", token=stranger
        )
        assert payload == {
            "customer": None,
            "userErrors": [
                error("NOT_FOUND", ["input", "customerId"], f"No customer {customer_id}")
            ],
        }
        assert (
            await denied(api, "setCommunicationPreference", asked, api.token(Role.BILLING))
            == "ACCESS_DENIED"
        )
        assert await announced(database, "customer.") == before


class TestDocuments:
    DOCUMENT = """document { id type status fileName numberLast4 expiresOn verifiedAt
        rejectionReason version customer { customerId } }"""

    async def handed_in(self, api, customer_id, **facts):
        payload = await api.mutate(
            "registerDocument",
            {"customerId": customer_id, "type": "PASSPORT", **facts},
            self.DOCUMENT,
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )
        assert payload["userErrors"] == []
        return payload["document"]

    async def test_staff_accept_what_the_customer_handed_in_and_may_revoke_it(self, api, database):
        customer_id = await created_customer(database)
        document = await self.handed_in(
            api, customer_id, fileName="p.pdf", numberLast4="A123", expiresOn="2100-01-01"
        )
        named = {"documentId": document["id"]}

        verified = await api.mutate("verifyDocument", named, self.DOCUMENT)
        revoked = await api.mutate("rejectDocument", named | {"reason": "Forged"}, self.DOCUMENT)

        assert {**document, "id": None} == {
            "id": None,
            "type": "PASSPORT",
            "status": "PENDING",
            "fileName": "p.pdf",
            "numberLast4": "A123",
            "expiresOn": "2100-01-01",
            "verifiedAt": None,
            "rejectionReason": None,
            "version": 1,
            "customer": {"customerId": customer_id},
        }
        accepted = verified["document"]
        assert (accepted["status"], accepted["version"]) == ("VERIFIED", 2)
        assert accepted["verifiedAt"].endswith("Z")
        final = revoked["document"]
        assert (final["status"], final["rejectionReason"]) == ("FAILED", "Forged")
        assert await kinds(database) == ["customer.document.verified", "customer.updated"]

    async def test_whoever_registered_it_cannot_verify_it(self, api, database):
        customer_id = await created_customer(database)
        payload = await api.mutate(
            "registerDocument", {"customerId": customer_id, "type": "PASSPORT"}, self.DOCUMENT
        )
        named = {"documentId": payload["document"]["id"]}

        refused = await api.mutate("verifyDocument", named, self.DOCUMENT)
        other = await api.mutate(
            "verifyDocument", named, "document { status }", token=api.token(Role.SUPPORT)
        )

        assert refused["document"] is None
        assert refused["userErrors"] == [
            error(
                "CONFLICT",
                ["input", "documentId"],
                "Whoever registered a document cannot verify it",
            )
        ]
        assert other["document"] == {"status": "VERIFIED"}

    async def test_a_failed_document_stays_failed_and_an_expired_one_is_not_accepted(
        self, api, database
    ):
        customer_id = await created_customer(database)
        failed = await self.handed_in(api, customer_id)
        await api.mutate(
            "rejectDocument", {"documentId": failed["id"], "reason": "Blurred"}, self.DOCUMENT
        )
        expired = await self.handed_in(api, customer_id, expiresOn="2020-01-01")
        before = await announced(database, "customer.")

        codes = [
            (await api.mutate("verifyDocument", {"documentId": key}, self.DOCUMENT))["userErrors"]
            for key in (failed["id"], expired["id"], NO_ID)
        ]

        assert [(refusal["__typename"], refusal["code"]) for [refusal] in codes] == [
            ("InvalidTransition", "INVALID_TRANSITION"),
            ("GenericError", "CONFLICT"),
            ("GenericError", "NOT_FOUND"),
        ]
        assert await announced(database, "customer.") == before

    @pytest.mark.parametrize("role", [Role.CUSTOMER, Role.RESELLER, Role.BILLING])
    async def test_only_those_who_may_verify_decide(self, api, database, role):
        customer_id = await created_customer(database)
        document = await self.handed_in(api, customer_id)
        claims = {
            Role.CUSTOMER: {"customer_id": customer_id},
            Role.RESELLER: {"reseller_id": await created_reseller(database)},
        }
        token = api.token(role, **claims.get(role, {}))

        named = {"documentId": document["id"]}
        assert await denied(api, "verifyDocument", named, token) == "ACCESS_DENIED"
        refused = await denied(api, "rejectDocument", named | {"reason": "No"}, token)
        assert refused == "ACCESS_DENIED"
        assert await kinds(database) == []

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"sha256": "A" * 64}, "sha256"),
            ({"numberLast4": "12345"}, "numberLast4"),
            ({"issuedOn": "2100-01-01"}, "issuedOn"),
            ({"fileName": "x" * 201}, "fileName"),
        ],
    )
    async def test_names_the_field_that_breaks_a_rule(self, api, database, facts, path):
        asked = {"customerId": await created_customer(database), "type": "PASSPORT", **facts}

        payload = await api.mutate("registerDocument", asked, self.DOCUMENT)

        [refusal] = payload["userErrors"]
        assert (refusal["code"], refusal["path"]) == ("INVALID", ["input", path])


class TestEmailVerification:
    async def requested(self, api, customer_id):
        """Ask for a proof; the token in the message sent."""
        payload = await api.mutate(
            "requestEmailVerification",
            {"customerId": customer_id},
            "customer { emailVerifiedAt }",
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )
        assert payload == {"customer": {"emailVerifiedAt": None}, "userErrors": []}
        message = current_notifier().messages[-1]
        assert message.to == "ada@example.com"
        return message.body.split()[-1]

    async def confirmed(self, api, token):
        return await api.mutate("confirmEmail", {"token": token}, "confirmed", token=None)

    async def test_anybody_with_the_token_proves_the_address_once(self, api, database):
        customer_id = await created_customer(database, email="ada@example.com")
        token = await self.requested(api, customer_id)

        answers = [await self.confirmed(api, text) for text in ("wrong", token, token)]

        refusal = error("INVALID", ["input", "token"], "token is unknown, used or expired")
        assert answers == [
            {"confirmed": None, "userErrors": [refusal]},
            {"confirmed": True, "userErrors": []},
            {"confirmed": None, "userErrors": [refusal]},
        ]
        assert await kinds(database) == ["customer.email.verified"]

    async def test_a_newer_request_and_a_newer_address_end_the_token(self, api, database):
        customer_id = await created_customer(database, email="ada@example.com")
        older = await self.requested(api, customer_id)
        newer = await self.requested(api, customer_id)

        assert (await self.confirmed(api, older))["confirmed"] is None
        await api.mutate(
            "updateCustomer",
            {"customerId": customer_id, "email": "b@example.com"},
            "customer { id }",
        )
        assert (await self.confirmed(api, newer))["confirmed"] is None
        assert await kinds(database) == ["customer.updated"]

    async def test_is_refused_without_an_address_and_once_verified(self, api, database):
        without = await created_customer(database)
        customer_id = await created_customer(database, email="ada@example.com")
        await self.confirmed(api, await self.requested(api, customer_id))
        sent = len(current_notifier().messages)

        refusals = [
            (await api.mutate("requestEmailVerification", {"customerId": key}, "customer { id }"))
            for key in (without, customer_id)
        ]

        path = ["input", "customerId"]
        assert [payload["userErrors"] for payload in refusals] == [
            [error("CONFLICT", path, "The customer has no e-mail address")],
            [error("CONFLICT", path, "The e-mail address is verified already")],
        ]
        assert len(current_notifier().messages) == sent
