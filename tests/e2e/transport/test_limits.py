"""Operations that would keep the process busy are refused before they run."""

import pytest
from graphql import get_introspection_query


def bomb(levels: int) -> str:
    """Fields that double with each fragment."""
    links = " ".join(
        f"fragment F{n} on Customer {{ a: billingAccount {{ customer {{ ...F{n + 1} }} }}"
        f" b: billingAccount {{ customer {{ ...F{n + 1} }} }} }}"
        for n in range(levels)
    )
    last = f"fragment F{levels} on Customer {{ customerId }}"
    return f"{{ customer(by: {{customerId: 1}}) {{ ...F0 }} }} {links} {last}"


PAGES = "customers(first: 40) { nodes { reseller { %s } } }"
SIGN_IN = 'a%d: signIn(input: {login: "x", password: "y"}) { expiresIn }'
UPDATE = "a%d: updateCustomer(input: {customerId: 1}) { customer { id } }"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (bomb(16), "2000 fields"),
        (bomb(24), "2000 fields"),
        (f"{{ {PAGES % (PAGES % (PAGES % 'name'))} }}", "50000 rows"),
        (f"mutation {{ {' '.join(SIGN_IN % n for n in range(2))} }}", "one password"),
        (f"mutation {{ {' '.join(UPDATE % n for n in range(11))} }}", "10 root fields"),
    ],
)
async def test_are_told_which_limit_they_pass(api, query, expected):
    response = await api.post(query)

    [error] = response.json()["errors"]
    assert response.status_code == 400
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert expected in error["message"]


async def test_page_sizes_in_variables_count_too(api):
    inner = "customers(first: $n) { nodes { reseller { %s } } }"
    query = f"query Q($n: Int!) {{ {inner % (inner % (inner % 'name'))} }}"

    large = await api.run(query, {"n": 40})
    small = await api.run(query, {"n": 4})

    assert large["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "errors" not in small


async def test_introspection_is_within_the_limits(api):

    query = get_introspection_query(descriptions=True, input_value_deprecation=True)

    assert "errors" not in await api.run(query)
