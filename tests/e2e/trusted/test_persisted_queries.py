"""Automatic persisted queries: a hash first, the document once, and nothing bad is remembered."""

import pytest

from graph.trusted.remembered import MOST_REMEMBERED
from tests.support.documents import by_hash, codes, sent, sha256_of

MISSING = {
    "message": "PersistedQueryNotFound",
    "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
}


def query_of(name: str) -> tuple[str, dict]:
    """A document of the test's own, and the extensions that name it."""
    query = f"query {name} {{ viewer {{ role }} }}"
    return query, by_hash(sha256_of(query))


class TestAPersistedQuery:
    async def test_is_asked_for_registered_and_found(self, server):
        query, extensions = query_of("Asked")
        token = server.token()

        first = await sent(server, token, extensions=extensions)
        second = await sent(server, token, query=query, extensions=extensions)
        third = await sent(server, token, extensions=extensions)
        others = await sent(server, server.service_token(), extensions=extensions)

        assert (first.status_code, first.json()["errors"]) == (400, [MISSING])
        for response, role in ((second, "ADMIN"), (third, "ADMIN"), (others, "SERVICE")):
            assert response.json()["data"] == {"viewer": {"role": role}}

    async def test_is_told_missing_with_200_to_clients_of_plain_json(self, server):
        _, extensions = query_of("Legacy")
        headers = {"Accept": "application/json", "Authorization": f"Bearer {server.token()}"}

        response = await server.http.post(
            "/graphql", json={"extensions": extensions}, headers=headers
        )

        assert (response.status_code, response.json()) == (200, {"errors": [MISSING]})

    async def test_is_registered_on_a_socket_and_found_over_http(self, server):
        query, extensions = query_of("Socket")
        async with server.socket() as socket:
            await socket.send(id="1", type="subscribe", payload={"extensions": extensions})
            refused = await socket.receive()
            assert (refused["type"], refused["payload"]) == ("error", [MISSING])
            await socket.send(
                id="2", type="subscribe", payload={"query": query, "extensions": extensions}
            )
            assert (await socket.next())["data"] == {"viewer": {"role": "ADMIN"}}

        found = await sent(server, server.token(), extensions=extensions)

        assert found.json()["data"] == {"viewer": {"role": "ADMIN"}}

    async def test_is_refused_under_the_hash_of_another(self, server):
        query, _ = query_of("Honest")
        token, other = server.token(), by_hash(sha256_of("{ viewer { subject } }"))

        response = await sent(server, token, query=query, extensions=other)
        after = await sent(server, token, extensions=other)

        assert (response.status_code, codes(response.json())) == (400, ["PERSISTED_QUERY_MISMATCH"])
        assert codes(after.json()) == ["PERSISTED_QUERY_NOT_FOUND"]

    @pytest.mark.parametrize(
        "extension",
        [
            7,
            [],
            {},
            {"version": 1},
            {"version": 1, "sha256Hash": 7},
            {"version": 1, "sha256Hash": ""},
            {"version": 1, "sha256Hash": sha256_of("{ a }").upper()},
            {"version": 1, "sha256Hash": sha256_of("{ a }") + "0"},
            {"version": 2, "sha256Hash": sha256_of("{ a }")},
            {"version": "1", "sha256Hash": sha256_of("{ a }")},
            {"version": True, "sha256Hash": sha256_of("{ a }")},
            {"version": 1.0, "sha256Hash": sha256_of("{ a }")},
            {"sha256Hash": sha256_of("{ a }")},
        ],
    )
    async def test_of_a_wrong_shape_is_a_bad_request(self, server, extension):
        response = await sent(server, server.token(), extensions={"persistedQuery": extension})

        assert (response.status_code, codes(response.json())) == (400, ["BAD_REQUEST"])


class TestRemembering:
    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("query Broken { viewer {", "GRAPHQL_PARSE_FAILED"),
            ("query Unknown { noSuchField }", "GRAPHQL_VALIDATION_FAILED"),
            ("query Wide { " + "viewer { role } " * 700 + "}", "LIMIT_EXCEEDED"),
        ],
    )
    async def test_is_of_good_documents_only(self, server, query, code):
        remembered = server.application.executor.admission.remembered
        extensions = by_hash(sha256_of(query))
        before = len(remembered)

        response = await sent(server, server.token(), query=query, extensions=extensions)

        assert codes(response.json())[0] == code
        assert len(remembered) == before
        again = await sent(server, server.token(), extensions=extensions)
        assert codes(again.json()) == ["PERSISTED_QUERY_NOT_FOUND"]

    async def test_keeps_a_bounded_number_of_documents(self, server):
        remembered = server.application.executor.admission.remembered
        query, extensions = query_of("Oldest")
        await sent(server, server.token(), query=query, extensions=extensions)

        for number in range(MOST_REMEMBERED):
            remembered.put(f"{number:064x}", "{ viewer { role } }")

        assert len(remembered) == MOST_REMEMBERED
        forgotten = await sent(server, server.token(), extensions=extensions)
        assert codes(forgotten.json()) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_nobody_in_particular_makes_the_process_remember(api):
    query = "mutation Leave($i: SignOutInput!) { signOut(input: $i) { clientMutationId } }"
    extensions = by_hash(sha256_of(query))
    body = {"variables": {"i": {"refreshToken": "x"}}, "extensions": extensions}

    first = await sent(api, None, query=query, **body)
    second = await sent(api, None, **body)

    assert first.status_code == 200
    assert codes(second.json()) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert len(api.application.executor.admission.remembered) == 0
