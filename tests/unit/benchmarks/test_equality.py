"""What counts as the same answer of servers that name and write things differently."""

import pytest

from benchmarks.equality import Different, common, compare, leaves

CUSTOMER = {
    "customerId": 7,
    "createdAt": "2026-01-01T10:00:00.123+00:00",
    "invoices": [{"number": "I-1", "totalMinor": 5950}],
    "sessions": [{"inputOctets": 9_000_000_000}],
    "plan": {"code": "FIBRE-50"},
    "reseller": None,
}


@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        (
            "isp-graph",
            {
                "customerId": 7,
                "createdAt": "2026-01-01T10:00:00.123456Z",
                "invoices": {"nodes": [{"number": "I-1", "total": {"amount": "59.50"}}]},
                "sessions": {"nodes": [{"uploadedOctets": "9000000000"}]},
                "plan": {"plan": {"code": "FIBRE-50"}},
                "reseller": None,
            },
        ),
        (
            "postgraphile",
            {
                "rowId": 7,
                "createdAt": "2026-01-01T11:00:00.123456+01:00",
                "billingInvoicesByCustomerId": {"nodes": [{"number": "I-1", "totalMinor": "5950"}]},
                "radiusSessionsByCustomerId": {"nodes": [{"inputOctets": "9000000000"}]},
                "tariffPlanAssignmentsByCustomerId": {
                    "nodes": [{"tariffTariffPlanByTariffPlanId": {"code": "FIBRE-50"}}]
                },
                "resellerResellerByResellerId": None,
            },
        ),
        (
            "plain",
            {
                "customerId": 7,
                "createdAt": "2026-01-01T10:00:00.123Z",
                "invoices": [{"number": "I-1", "totalMinor": 5950}],
                "sessions": [{"inputOctets": "9000000000"}],
                "plan": {"code": "FIBRE-50"},
                "reseller": None,
            },
        ),
    ],
)
def test_each_server_s_words_become_the_common_ones(dialect, told):
    assert common(dialect, told) == CUSTOMER


def test_a_changed_customer_comes_without_its_payload():
    payload = {"updateCustomer": {"customer": {"customerId": 7}, "userErrors": []}}

    assert common("isp-graph", payload) == {"updateCustomer": {"customerId": 7}}


def test_a_cursor_is_any_text_but_not_none_at_all():
    page = {"edges": [{"cursor": "abc"}], "pageInfo": {"endCursor": None}}

    assert common("plain", page) == {
        "edges": [{"cursor": True}],
        "pageInfo": {"endCursor": None},
    }


class TestComparing:
    def test_lets_equal_answers_pass(self):
        compare("ONE", CUSTOMER, dict(CUSTOMER))

    @pytest.mark.parametrize(
        ("theirs", "place"),
        [
            ({"invoices": [{"number": "I-2"}]}, r"ONE\.invoices\[0\]\.number: 'I-1' here, 'I-2'"),
            ({"invoices": []}, r"ONE\.invoices: "),
            ({"invoice": []}, "ONE: "),
        ],
    )
    def test_names_the_first_place_that_differs(self, theirs, place):
        with pytest.raises(Different, match=place):
            compare("ONE", {"invoices": [{"number": "I-1"}]}, theirs)


def test_values_are_counted_through_lists_and_objects():
    assert leaves(CUSTOMER) == 7
