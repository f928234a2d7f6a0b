"""Inputs of the REST paths that are no good: of the query, the body, the headers, the method."""

import pytest

from tests.support import rest
from tests.support.customers import created_customer, created_reseller

PAYMENT = {"amount": {"amount": "5.00", "currency": "EUR"}, "method": "CASH"}


def _faults(response):
    """Code and status of the problem, and each wrong input with what is said of it."""
    document = rest.problem(response)
    named = {
        fault.get("pointer") or fault.get("parameter") or fault.get("header"): fault["detail"]
        for fault in document.get("errors", ())
    }
    return document["status"], document["code"], named


class TestQuery:
    @pytest.fixture
    async def path(self, database):
        return f"/api/billing/customers/{await created_customer(database)}/invoices"

    async def test_refuses_what_makes_no_sense(self, api, path):
        for query, code, parameter, detail in (
            ("first=0", "INVALID", "first", "must be 1 to 100"),
            ("first=101", "INVALID", "first", "must be 1 to 100"),
            ("first=1&first=2", "BAD_USER_INPUT", "first", "is given more than once"),
            ("after=x", "INVALID", "after", "is not a cursor of this list, filter and order"),
            ("after=%00", "BAD_USER_INPUT", "after", "holds a NUL character"),
            ("frist=1", "BAD_USER_INPUT", "frist", "is not known here"),
            ("customerId=1", "BAD_USER_INPUT", "customerId", "is not known here"),
        ):
            response = await api.http.get(f"{path}?{query}", headers=rest.headers(api))

            assert _faults(response) == (422, code, {parameter: f"{parameter} {detail}"}), query

    async def test_refuses_a_size_that_is_no_32_bit_integer(self, api, path):
        for size in ("x", "1.5", "99999999999", "9" * 400, ""):
            response = await rest.get(api, path, first=size)

            expected = {"first": "first must be a 32-bit integer"}
            assert _faults(response) == (422, "BAD_USER_INPUT", expected)

    async def test_refuses_metrics_of_no_kind_range_or_step(self, api, database):
        path = f"/api/monitoring/customers/{await created_customer(database)}/metrics"
        for query, parameter, code in (
            ("kinds=HUMIDITY", "kinds", "BAD_USER_INPUT"),
            ("from=yesterday", "from", "BAD_USER_INPUT"),
            ("from=2025-03-14T00:00:00Z&to=2025-03-13T00:00:00Z", "from", "INVALID"),
            ("step=1h", "step", "BAD_USER_INPUT"),
            ("step=PT1S", "step", "INVALID"),
        ):
            response = await api.http.get(f"{path}?{query}", headers=rest.headers(api))

            status, found, faults = _faults(response)
            assert (status, found, list(faults)) == (422, code, [parameter]), query


class TestBody:
    @pytest.fixture
    async def path(self, database):
        return f"/api/billing/customers/{await created_customer(database)}/payments"

    async def test_names_every_wrong_input_at_once(self, api, path):
        body = {
            "amount": {"amount": 5, "currency": "EUR", "vat": 1},
            "method": "BARTER",
            "receivedAt": "2025-03-14T19:30:00Z",
            "invoice_ids": ["x", None],
            "customer_id": 7,
        }

        response = await rest.post(api, path, body)

        methods = rest.problem(response)["errors"][-2]["detail"].removeprefix("method ")
        assert methods.startswith("must be one of ")
        assert rest.problem(response)["detail"] == "6 inputs are wrong"
        assert _faults(response) == (
            422,
            "BAD_USER_INPUT",
            {
                "#/receivedAt": "receivedAt is not known here",
                "#/customer_id": "customer_id is not known here",
                "#/amount/vat": "amount.vat is not known here",
                "#/amount/amount": "amount.amount must be a decimal number as a string, "
                'like "12.50"',
                "#/method": f"method {methods}",
                "#/invoice_ids/1": "invoice_ids.1 must not be null",
            },
        )

    async def test_names_a_hundred_wrong_inputs_at_most_and_shortens_their_names(self, api, path):
        response = await rest.post(api, path, {f"{'k' * 100}{n}": 1 for n in range(1000)})

        faults = rest.problem(response)["errors"]
        assert len(faults) == 100
        assert {fault["pointer"] for fault in faults} == {f"#/{'k' * 64}"}

    async def test_an_empty_body_lacks_what_is_required(self, api, path):
        response = await api.http.post(path, headers=rest.headers(api))

        assert _faults(response) == (
            422,
            "BAD_USER_INPUT",
            {"#/amount": "amount is required", "#/method": "method is required"},
        )

    async def test_names_a_missing_part_of_a_nested_input(self, api, database):
        path = f"/api/reseller/{await created_reseller(database)}/customers"
        body = {"type": "INDIVIDUAL", "addresses": [{"type": "BILLING", "postalCode": "1"}]}

        response = await rest.post(api, path, body)

        missing = ("line1", "locality", "postal_code", "country")
        assert _faults(response) == (
            422,
            "BAD_USER_INPUT",
            {"#/addresses/0/postalCode": "addresses.0.postalCode is not known here"}
            | {f"#/addresses/0/{name}": f"addresses.0.{name} is required" for name in missing},
        )

    async def test_rules_of_the_domain_name_the_member_too(self, api, path):
        response = await rest.post(api, path, {**PAYMENT, "received_at": "2199-01-01T00:00:00Z"})

        assert _faults(response) == (
            422,
            "INVALID",
            {"#/received_at": "received_at is in the future"},
        )

    async def test_is_an_object(self, api, path):
        for body in ("[]", "null", "7", '"x"'):
            response = await _sent(api, path, body)

            expected = {"#": "The body must be a JSON object"}
            assert _faults(response) == (422, "BAD_USER_INPUT", expected)

    async def test_what_is_no_json_is_a_bad_request(self, api, path):
        for body in (b"{", b"{'a': 1}", b"\xff", b'{"a": NaN}', b"[" * 2000, b" "):
            response = await _sent(api, path, body)

            assert _faults(response) == (400, "BAD_REQUEST", {}), body

    async def test_refuses_nul_characters(self, api, path):
        response = await rest.post(api, path, {**PAYMENT, "reference": "a\0b"})

        assert _faults(response) == (
            422,
            "BAD_USER_INPUT",
            {"#/reference": "A string holds a NUL character"},
        )

    async def test_takes_json_only(self, api, path):
        for sent in ("text/plain", "application/jsonp", "application/x-www-form-urlencoded", ""):
            response = await _sent(api, path, b'{"a": 1}', content_type=sent)

            assert _faults(response) == (415, "UNSUPPORTED_MEDIA_TYPE", {})
            assert response.headers["accept-post"] == "application/json"

    async def test_has_a_size(self, api, path):
        response = await _sent(api, path, b'"' + b"x" * 1024 * 1024 + b'"')

        assert _faults(response) == (413, "CONTENT_TOO_LARGE", {})

    async def test_an_empty_key_is_refused(self, api, path):
        response = await rest.post(api, path, PAYMENT, key="")

        assert _faults(response) == (
            422,
            "INVALID",
            {"Idempotency-Key": "Idempotency-Key must have 1 to 200 characters"},
        )


class TestMethod:
    async def test_another_one_is_told_which(self, api):
        for method, path, allowed in (
            ("DELETE", "/api/customers/1", "GET, HEAD"),
            ("POST", "/api/billing/customers/1/invoices", "GET, HEAD"),
            ("GET", "/api/billing/customers/1/payments", "POST"),
            ("PUT", "/api/tariff/customers/1/plans", "GET, HEAD, POST"),
            ("OPTIONS", "/api/tariff/customers/1/plans", "GET, HEAD, POST"),
            ("POST", "/api/openapi.json", "GET, HEAD"),
        ):
            response = await api.http.request(method, path)

            assert rest.problem(response) == {
                "status": 405,
                "detail": f"This address takes {allowed}",
                "instance": path,
                "code": "METHOD_NOT_ALLOWED",
            }
            assert response.headers["allow"] == allowed


async def _sent(api, path, content, content_type="application/json"):
    sent = rest.headers(api) | ({"Content-Type": content_type} if content_type else {})
    return await api.http.post(path, content=content, headers=sent)
