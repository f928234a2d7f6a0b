"""GraphQL over HTTP: media types, methods, paths and documents."""

import gzip

import pytest

from tests.support.transport import BY, LEGACY, MODERN, VIEWER, refusals, sent


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "answered"),
        [
            (MODERN, MODERN),
            (LEGACY, LEGACY),
            ("*/*", LEGACY),
            ("application/*", LEGACY),
            (f"{MODERN}, {LEGACY};q=0.9", MODERN),
            (f"{MODERN};q=0.5, {LEGACY}", LEGACY),
            (f"text/html, {MODERN.upper()}", MODERN),
        ],
    )
    async def test_the_client_chooses_how_it_is_answered(self, api, accept, answered):
        response = await sent(api, {"query": VIEWER}, Accept=accept)

        assert response.status_code == 200
        assert response.headers["content-type"] == f"{answered}; charset=utf-8"
        assert response.json()["data"] == {"viewer": {"role": "ADMIN"}}

    @pytest.mark.parametrize("accept", ["text/html", "image/*", f"{MODERN};q=0", f"{MODERN};q=x"])
    async def test_refuses_to_answer_in_another_way(self, api, accept):
        response = await sent(api, {"query": VIEWER}, Accept=accept)

        assert response.status_code == 406
        assert refusals(response) == [("BAD_REQUEST", [])]

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content_Type": "application/jsonp"},
            {"Content_Type": "text/plain"},
            {"Content_Type": "application/x-www-form-urlencoded"},
            {"Content_Type": "multipart/form-data; boundary=x"},
            {"Content_Type": "application/graphql"},
            {"Content_Type": ""},
            {"Content_Type": "application/json; charset=utf-16"},
            {"Content_Encoding": "gzip"},
            {"Content_Encoding": "br"},
        ],
    )
    async def test_refuses_bodies_that_are_not_plain_json(self, api, headers):
        response = await sent(api, {"query": VIEWER}, **headers)

        assert response.status_code == 415
        assert refusals(response) == [("BAD_REQUEST", [])]

    async def test_refuses_a_compressed_body_before_it_is_unpacked(self, api):
        bomb = gzip.compress(b" " * 5_000_000)

        response = await sent(api, bomb, Content_Encoding="gzip")

        assert response.status_code == 415

    @pytest.mark.parametrize(
        "content_type", ["application/json; charset=UTF-8", "Application/JSON"]
    )
    async def test_takes_json_however_it_is_spelled(self, api, content_type):
        response = await sent(api, {"query": VIEWER}, Content_Type=content_type)

        assert response.status_code == 200

    @pytest.mark.parametrize(("accept", "status"), [(MODERN, 400), (LEGACY, 200)])
    async def test_a_request_that_is_not_executed_has_the_status_of_its_media_type(
        self, api, accept, status
    ):
        response = await sent(api, {"query": "{ nonsense }"}, Accept=accept)

        assert response.status_code == status
        assert refusals(response) == [("GRAPHQL_VALIDATION_FAILED", [])]


class TestDocuments:
    @pytest.mark.parametrize(
        "query",
        [
            "{" * 900 + "a" + "}" * 900,
            "{ viewer { role } " + "a: viewer { role } " * 600 + "}",
            "query($a: " + "[" * 900 + "Int" + "]" * 900 + ") { viewer { role } }",
            "{ customer(by: {customerId: " + "[" * 900 + "]" * 900 + "}) { id } }",
            "{ viewer { role } } # " + "x" * 40_000,
        ],
        ids=["deep", "wide", "type", "list", "long"],
    )
    async def test_refuses_documents_beyond_its_limits(self, api, query):
        response = await sent(api, {"query": query})

        assert response.status_code == 400
        assert refusals(response)[0][0] in ("GRAPHQL_PARSE_FAILED", "BAD_REQUEST", "LIMIT_EXCEEDED")

    async def test_refuses_fragments_that_go_round_in_circles(self, api):
        query = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"

        response = await sent(api, {"query": query})

        assert {code for code, _ in refusals(response)} == {"GRAPHQL_VALIDATION_FAILED"}

    async def test_suggests_no_names(self, api):
        response = await sent(api, {"query": "{ custome { id } viewer { rol } }"})

        messages = [error["message"] for error in response.json()["errors"]]
        assert len(messages) == 2
        assert not [message for message in messages if "Did you mean" in message]

    @pytest.mark.parametrize("name", [None, "", "C", "viewer"])
    async def test_several_operations_need_the_name_of_one(self, api, name):
        query = "query A { viewer { role } } query B { viewer { subject } }"

        response = await sent(api, {"query": query, "operationName": name})

        assert response.status_code == 400
        assert refusals(response) == [("BAD_REQUEST", ["operationName"])]

    async def test_the_named_operation_is_run(self, api):
        query = "query A { viewer { role } } query B { viewer { subject } }"

        response = await sent(api, {"query": query, "operationName": "B"})

        assert response.json()["data"] == {"viewer": {"subject": "staff:ADMIN"}}

    async def test_refuses_a_document_without_operations(self, api):
        response = await sent(api, {"query": "fragment a on Query { __typename }"})

        assert response.status_code == 400
        assert refusals(response)

    async def test_refuses_subscriptions_and_says_where_they_go(self, api):
        response = await sent(api, {"query": "subscription { customerEvents { id } }"})

        assert response.status_code == 400
        assert refusals(response) == [("BAD_REQUEST", [])]
        assert "WebSocket" in response.json()["errors"][0]["message"]

    @pytest.mark.parametrize(
        "variables",
        [
            {},
            {"by": {}},
            {"by": {"customerId": 1, "username": "a"}},
            {"by": {"customerId": None}},
            {"by": {"nonsense": 1}},
            {"by": "x"},
        ],
    )
    async def test_refuses_variables_that_do_not_fit(self, api, variables):
        response = await sent(api, {"query": BY, "variables": variables})

        assert response.status_code == 400
        assert refusals(response)[0][0] == "BAD_USER_INPUT"

    @pytest.mark.parametrize("directive", ["defer", 'stream(label: "a")', "nonsense"])
    async def test_are_not_answered_in_parts(self, api, directive):
        query = f"{{ viewer {{ role }} ... @{directive} {{ __typename }} }}"

        response = await sent(api, {"query": query})

        assert response.status_code == 400
        assert {code for code, _ in refusals(response)} == {"GRAPHQL_VALIDATION_FAILED"}


class TestPaths:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    async def test_operations_come_by_post_alone(self, api, method):
        response = await api.http.request(method, "/graphql", params={"query": VIEWER})

        assert response.status_code == 405
        assert response.headers["allow"] == "POST, OPTIONS"
        assert method == "HEAD" or refusals(response) == [("BAD_REQUEST", [])]

    async def test_options_tell_the_methods(self, api):
        response = await api.http.options("/graphql")

        assert (response.status_code, response.headers["allow"]) == (204, "POST, OPTIONS")

    @pytest.mark.parametrize(
        "path", ["/", "/graphql/", "/graphql/x", "/GRAPHQL", "/graphql%00", "/x"]
    )
    async def test_there_is_nothing_at_any_other_path(self, api, path):
        response = await api.http.post(path, json={"query": VIEWER})

        assert response.status_code == 404
        assert refusals(response) == [("BAD_REQUEST", [])]

    async def test_every_answer_has_its_headers(self, api):
        for path in ("/graphql", "/nowhere", "/healthz"):
            response = await api.http.get(path, headers={"X-Request-Id": "mine-1"})

            assert response.headers["x-request-id"] == "mine-1"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["cache-control"] == "no-store"
            assert "access-control-allow-origin" not in response.headers

    async def test_a_request_id_that_is_no_name_is_replaced(self, api):
        response = await api.http.get("/healthz", headers={"X-Request-Id": "a b\t<script>"})

        assert len(response.headers["x-request-id"]) == 32

    async def test_another_site_is_not_let_in(self, api):
        response = await api.http.options(
            "/graphql",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )

        assert "access-control-allow-origin" not in response.headers
