"""Trusted documents by ``documentId``, on every transport, and roles that have nothing else."""

import pytest

from domain.kernel.access import Role
from tests.support.customers import created_customer, created_reseller
from tests.support.documents import TRUSTED, by_hash, codes, named, sent, sha256_of
from tests.support.waiting import eventually

UNKNOWN = sha256_of("{ viewer { subject } }")
VIEWER = {"data": {"viewer": {"role": "ADMIN"}}}


async def data_of(response) -> dict:
    assert response.status_code == 200, response.text
    return {"data": response.json()["data"]}


class TestDocumentId:
    @pytest.mark.parametrize("prefix", ["sha256:", ""])
    async def test_names_a_document_with_or_without_its_prefix(self, server, prefix):
        document_id = prefix + sha256_of(TRUSTED["viewer"])

        response = await sent(server, server.token(), documentId=document_id)

        assert await data_of(response) == VIEWER

    async def test_goes_with_variables_and_an_operation_name(self, server):
        customer_id = await created_customer(server.application.services.database)
        token = server.token()

        one = await sent(
            server, token, documentId=named("customer"), variables={"id": customer_id}, query=None
        )
        role = await sent(server, token, documentId=named("two"), operationName="Role")
        neither = await sent(server, token, documentId=named("two"))

        assert await data_of(one) == {"data": {"customer": {"customerId": customer_id}}}
        assert await data_of(role) == VIEWER
        assert (neither.status_code, codes(neither.json())) == (400, ["BAD_REQUEST"])

    @pytest.mark.parametrize(
        "document_id",
        [
            UNKNOWN,
            f"sha256:{UNKNOWN}",
            f"SHA256:{sha256_of(TRUSTED['viewer'])}",
            f"sha256:{sha256_of(TRUSTED['viewer']).upper()}",
            f"sha256:sha256:{sha256_of(TRUSTED['viewer'])}",
            f"md5:{sha256_of(TRUSTED['viewer'])}",
            f" {sha256_of(TRUSTED['viewer'])}",
            "viewer.graphql",
            "../viewer.graphql",
            "x-own:1",
            "",
        ],
    )
    async def test_of_no_document_is_told_by_one_code_and_not_repeated(self, server, document_id):
        response = await sent(server, server.token(), documentId=document_id)

        assert response.status_code == 400
        assert response.json()["errors"] == [
            {
                "message": "No trusted document has this documentId",
                "extensions": {
                    "code": "PERSISTED_DOCUMENT_NOT_FOUND",
                    "argumentPath": ["documentId"],
                },
            }
        ]

    @pytest.mark.parametrize(
        "body",
        [
            {"documentId": named("viewer"), "query": TRUSTED["viewer"]},
            {
                "documentId": named("viewer"),
                "extensions": by_hash(sha256_of(TRUSTED["viewer"])),
            },
            {},
            {"query": None, "documentId": None},
            {"query": None, "extensions": {"persistedQuery": None}},
            {"documentId": 7},
            {"documentId": ["x"]},
            {"documentId": "x" * 201},
        ],
    )
    async def test_beside_a_query_or_none_of_both_is_a_bad_request(self, server, body):
        response = await sent(server, server.token(), **body)

        assert (response.status_code, codes(response.json())) == (400, ["BAD_REQUEST"])

    async def test_works_on_a_socket_and_an_unknown_one_closes_nothing(self, server):
        async with server.socket() as socket:
            for number, document_id in enumerate([f"sha256:{UNKNOWN}", named("viewer")]):
                await socket.send(
                    id=str(number), type="subscribe", payload={"documentId": document_id}
                )
            answers = {}
            while len(answers) < 2:
                message = await socket.receive()
                if message["type"] in ("next", "error"):
                    answers[message["id"]] = message["payload"]

        assert codes({"errors": answers["0"]}) == ["PERSISTED_DOCUMENT_NOT_FOUND"]
        assert answers["1"]["data"] == VIEWER["data"]

    async def test_of_a_subscription_is_shared_with_those_who_send_its_text(self, server):
        groups = server.application.live.groups
        async with server.socket() as named_one, server.socket() as sent_one:
            await named_one.send(id="1", type="subscribe", payload={"documentId": named("watch")})
            await sent_one.subscribe(TRUSTED["watch"])
            await eventually(lambda: groups.followers == 2)
            assert len(groups) == 1
            customer_id = await created_customer(server.application.services.database)

            for socket in (named_one, sent_one):
                assert (await socket.next())["data"] == {
                    "customerEvents": {"customerId": customer_id}
                }
        await eventually(lambda: groups.followers == 0)

    async def test_streams_as_server_sent_events(self, server):
        headers = {
            "Accept": "text/event-stream",
            "Authorization": f"Bearer {server.token()}",
        }
        body = {"documentId": named("viewer")}

        response = await server.http.post("/graphql", json=body, headers=headers)

        assert response.headers["content-type"].startswith("text/event-stream")
        assert '"viewer":{"role":"ADMIN"}' in response.text


class TestRolesWithTrustedDocumentsOnly:
    @pytest.fixture
    async def token(self, server) -> str:
        customer_id = await created_customer(server.application.services.database)
        return server.token(Role.CUSTOMER, customer_id=customer_id)

    async def test_have_those_executed_by_id_by_hash_and_by_the_very_text(self, server, token):
        sha256 = sha256_of(TRUSTED["viewer"])

        for body in (
            {"documentId": named("viewer")},
            {"extensions": by_hash(sha256)},
            {"query": TRUSTED["viewer"]},
            {"query": TRUSTED["viewer"], "extensions": by_hash(sha256)},
        ):
            response = await sent(server, token, **body)
            assert await data_of(response) == {"data": {"viewer": {"role": "CUSTOMER"}}}

    @pytest.mark.parametrize(
        "query",
        [
            "{ viewer { subject } }",
            TRUSTED["viewer"].strip(),
            TRUSTED["viewer"] + " ",
            TRUSTED["viewer"] + "\n# comment",
            "{ __typename }",
            "{ __schema { types { name } } }",
            "{ this does not parse",
            "{ noSuchField }",
            'mutation { signOut(input: {refreshToken: "x"}) { clientMutationId } }',
            "",
        ],
    )
    async def test_have_nothing_else_executed_nor_told_anything_of_it(self, server, token, query):
        extensions = by_hash(sha256_of(query))

        plain = await sent(server, token, query=query)
        registering = await sent(server, token, query=query, extensions=extensions)
        registered = await sent(server, token, extensions=extensions)

        for response in (plain, registering, registered):
            assert response.status_code == 400
            assert codes(response.json()) == ["TRUSTED_DOCUMENTS_ONLY"]

    async def test_are_refused_so_on_a_socket_too(self, server, token):
        async with server.socket(token) as socket:
            await socket.subscribe("subscription { customerEvents { id } }")
            message = await socket.receive()
            assert (message["type"], codes({"errors": message["payload"]})) == (
                "error",
                ["TRUSTED_DOCUMENTS_ONLY"],
            )
            await socket.send(id="2", type="subscribe", payload={"documentId": named("viewer")})
            assert (await socket.next())["data"] == {"viewer": {"role": "CUSTOMER"}}

    async def test_cannot_use_what_others_have_registered(self, server, token):
        query = "{ viewer { role subject } }"
        extensions = by_hash(sha256_of(query))
        await data_of(await sent(server, server.token(), query=query, extensions=extensions))

        response = await sent(server, token, extensions=extensions)

        assert codes(response.json()) == ["TRUSTED_DOCUMENTS_ONLY"]

    async def test_introspect_by_a_trusted_document_if_their_role_may(self, server, token):
        reseller_id = await created_reseller(server.application.services.database)
        reseller = server.token(Role.RESELLER, reseller_id=reseller_id)

        allowed = await sent(server, token, documentId=named("schema"))
        refused = await sent(server, reseller, documentId=named("schema"))

        assert await data_of(allowed) == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
        assert codes(refused.json()) == ["INTROSPECTION_DISABLED"]

    async def test_use_the_rest_paths_whose_documents_are_ours(self, server):
        customer_id = await created_customer(server.application.services.database)
        token = server.token(Role.CUSTOMER, customer_id=customer_id)

        response = await server.http.get(
            f"/api/customers/{customer_id}", headers={"Authorization": f"Bearer {token}"}
        )

        assert (response.status_code, response.json()["customer_id"]) == (200, customer_id)

    async def test_sign_in_by_a_trusted_document(self, server):
        variables = {"input": {"login": "nobody", "password": "wrong password"}}

        response = await sent(server, None, documentId=named("sign-in"), variables=variables)
        text = await sent(server, None, query='mutation { signIn(input: {login: "a"}) { x } }')
        other = await sent(server, None, documentId=named("viewer"))

        data = (await data_of(response))["data"]
        assert data["signIn"]["userErrors"] == [{"code": "INVALID_CREDENTIALS"}]
        assert (text.status_code, codes(text.json())) == (400, ["TRUSTED_DOCUMENTS_ONLY"])
        assert (other.status_code, codes(other.json())) == (401, ["UNAUTHENTICATED"])
