"""What comes in wrong is answered with a code, never with a fault."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.support.transport import BY, LEGACY, VIEWER, refusals, sent


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b'{"query": "{ viewer { role } }"} trailing',
            b'{"query": NaN}',
            b'{"query": Infinity}',
            b'{"query": "\xff\xfe"}',
            b"\xef\xbb\xbf{}",
            rb'{"query": "\ud800"}',
            rb'{"query": "{ viewer { role } }", "variables": {"a": "\udc00\ud800"}}',
            b'{"query": "{ viewer { role } }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
            b'{"query": "{ viewer { role } }", "variables": {"a": 1e999}}',
            b"[" * 50_000 + b"]" * 50_000,
            b'{"query": "{ viewer { role } }", "variables": '
            + b'{"a":' * 50_000
            + b"1"
            + b"}" * 50_001,
        ],
        ids=lambda body: repr(body[:40]),
    )
    async def test_refuses_what_is_not_json(self, api, body):
        response = await sent(api, body)

        assert response.status_code == 400
        assert refusals(response) == [("BAD_REQUEST", [])]

    @pytest.mark.parametrize("body", [None, 1, 1.5, "text", True, [], [{"query": VIEWER}], [[]]])
    async def test_refuses_json_that_is_not_an_object(self, api, body):
        response = await sent(api, body)

        assert response.status_code == 400
        assert refusals(response) == [("BAD_REQUEST", [])]

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({}, ["query"]),
            ({"query": None}, ["query"]),
            ({"query": 1}, ["query"]),
            ({"query": [VIEWER]}, ["query"]),
            ({"query": VIEWER, "variables": []}, ["variables"]),
            ({"query": VIEWER, "variables": "{}"}, ["variables"]),
            ({"query": VIEWER, "variables": 0}, ["variables"]),
            ({"query": VIEWER, "operationName": 1}, ["operationName"]),
            ({"query": VIEWER, "operationName": ["Q"]}, ["operationName"]),
            ({"query": VIEWER, "operationName": "Q" * 201}, ["operationName"]),
            ({"query": VIEWER, "extensions": []}, ["extensions"]),
            ({"query": VIEWER, "extensions": "x"}, ["extensions"]),
            ({"query": VIEWER, "extensions": {"dryRun": 1}}, ["extensions", "dryRun"]),
            ({"query": VIEWER, "extensions": {"dryRun": "yes"}}, ["extensions", "dryRun"]),
        ],
    )
    async def test_names_the_member_of_the_wrong_shape(self, api, body, path):
        response = await sent(api, body)

        assert response.status_code == 400
        assert refusals(response) == [("BAD_REQUEST", path)]

    @pytest.mark.parametrize("query", ["", " \n", "# nothing", "{", "}{", "{ viewer(a: ) }"])
    async def test_refuses_documents_that_do_not_parse(self, api, query):
        response = await sent(api, {"query": query})

        assert response.status_code == 400
        assert refusals(response) == [("GRAPHQL_PARSE_FAILED", [])]

    async def test_takes_null_for_what_may_be_left_out(self, api):
        body = {"query": VIEWER, "variables": None, "operationName": None, "extensions": None}

        response = await sent(api, {**body, "more": [1]})

        assert response.json()["data"] == {"viewer": {"role": "ADMIN"}}

    async def test_refuses_a_body_beyond_a_mebibyte_without_reading_it_all(self, api):
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(64):
                yield b" " * 65_536

        headers = {"Content-Type": LEGACY, "Authorization": f"Bearer {api.token()}"}
        response = await api.http.post("/graphql", content=endless(), headers=headers)

        assert response.status_code == 413
        assert refusals(response) == [("BAD_REQUEST", [])]

    async def test_takes_a_body_of_just_a_mebibyte(self, api):
        body = json.dumps({"query": VIEWER}).encode()

        response = await sent(api, body + b" " * (1024 * 1024 - len(body)))

        assert response.status_code == 200

    @pytest.mark.parametrize(
        "variables", [{"a": list(range(20_001))}, {"a": json.loads("[" * 41 + "]" * 41)}]
    )
    async def test_refuses_more_values_and_levels_than_it_walks(self, api, variables):
        response = await sent(api, {"query": VIEWER, "variables": variables})

        assert response.status_code == 400
        assert refusals(response)[0][0] == "BAD_REQUEST"


class TestText:
    @pytest.mark.parametrize(
        ("variables", "path"),
        [
            ({"by": {"username": "a\0b"}}, ["by", "username"]),
            ({"by": {"id": "\0"}}, ["by", "id"]),
            ({"unused": [{"deep": ["", "\0"]}]}, ["unused", 0, "deep", 1]),
            ({"by": {"user\0name": "x"}}, ["by"]),
            ({"\0": 1}, []),
        ],
    )
    async def test_names_the_place_of_a_nul_in_variables(self, api, variables, path):
        response = await sent(api, {"query": BY, "variables": variables})

        assert response.status_code == 400
        assert refusals(response) == [("BAD_USER_INPUT", ["variables", *path])]

    @pytest.mark.parametrize(
        ("query", "path"),
        [
            (r'{ customer(by: {username: "\u0000"}) { id } }', ["by", "username"]),
            (r'{ customer(by: {username: "a\u{0}b"}) { id } }', ["by", "username"]),
            (r'query($a: String = "\u0000") { viewer { role } }', ["a"]),
            (r'{ viewer { role @include(if: "\u0000") } }', ["if"]),
            (r'{ nodes(ids: ["x", "\u0000"]) { id } }', ["ids"]),
            (
                r"mutation { createCustomer(input: {type: INDIVIDUAL, addresses: [{line1: "
                r'"\u0000"}]}) { __typename } }',
                ["input", "addresses", "line1"],
            ),
        ],
    )
    async def test_names_the_place_of_a_nul_in_the_document(self, api, query, path):
        response = await sent(api, {"query": query})

        assert response.status_code == 400
        assert refusals(response) == [("BAD_USER_INPUT", path)]

    @pytest.mark.parametrize(
        "query", ['{ customer(by: {username: "\0"}) { id } }', '{ a(b: """\0""") }']
    )
    async def test_refuses_a_bare_nul_in_the_document(self, api, query):
        response = await sent(api, {"query": query})

        assert refusals(response) == [("BAD_USER_INPUT", ["query"])]

    async def test_a_nul_that_a_block_string_only_spells_is_text(self, api):
        query = r'{ customer(by: {username: """\u0000"""}) { id } }'

        response = await sent(api, {"query": query})

        assert response.json()["data"] == {"customer": None}

    @pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\u{d800}", r"\u{110000}"])
    async def test_refuses_half_a_character_in_the_document(self, api, escape):
        query = f'{{ customer(by: {{username: "{escape}"}}) {{ id }} }}'

        response = await sent(api, {"query": query})

        assert refusals(response) == [("GRAPHQL_PARSE_FAILED", [])]

    async def test_takes_any_other_character(self, api):
        name = "\u0001\u200b\u202e\ufffe😀é"

        response = await sent(api, {"query": BY, "variables": {"by": {"username": name}}})

        assert response.json()["data"] == {"customer": None}


class TestNumbers:
    @pytest.mark.parametrize(
        "number", [2**31, -(2**31) - 1, 2**63, 1e300, 1.5, "1", True, None, [1], {}]
    )
    async def test_refuses_what_is_no_int(self, api, number):
        response = await sent(api, {"query": BY, "variables": {"by": {"customerId": number}}})

        assert response.status_code == 400
        assert refusals(response)[0][0] == "BAD_USER_INPUT"

    @pytest.mark.parametrize("number", [0, -1, 2**31 - 1, -(2**31)])
    async def test_a_number_that_no_row_has_is_null(self, api, number):
        response = await sent(api, {"query": BY, "variables": {"by": {"customerId": number}}})

        assert response.json()["data"] == {"customer": None}

    @pytest.mark.parametrize("number", ["9" * 5_000, "1e400", "2147483648", "1.0", "-0.5"])
    async def test_refuses_such_literals_too(self, api, number):
        response = await sent(
            api, {"query": f"{{ customer(by: {{customerId: {number}}}) {{ id }} }}"}
        )

        assert refusals(response)[0][0] == "GRAPHQL_VALIDATION_FAILED"

    @pytest.mark.parametrize("number", ["9" * 5_000, "9" * 30, "1e400"])
    async def test_refuses_json_literals_that_no_json_can_hold(self, api, number):
        query = (
            'mutation { createCustomer(input: {type: INDIVIDUAL, lastName: "B", '
            f"customFields: {{a: {number}}}}}) {{ __typename }} }}"
        )

        response = await sent(api, {"query": query})

        assert refusals(response)[0][0] == "GRAPHQL_VALIDATION_FAILED"
