"""Operations that would keep the process busy are refused before they run, on every transport."""

import pytest
from graphql import get_introspection_query

from domain.kernel.access import Role
from tests.support import postgres
from tests.support.customers import created_customer, created_reseller
from tests.support.server import running_api
from tests.support.streams import wanting


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory):
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data")) as api,
    ):
        yield api


def chain(levels: int, last: str) -> str:
    """Fragments that double each time."""
    links = " ".join(
        f"fragment F{n} on Customer {{ a: billingAccount {{ customer {{ ...F{n + 1} }} }}"
        f" b: billingAccount {{ customer {{ ...F{n + 1} }} }} }}"
        for n in range(levels)
    )
    end = f"fragment F{levels} on Customer {{ {last} }}"
    return f"{{ customer(by: {{customerId: 1}}) {{ ...F0 }} }} {links} {end}"


def times(count: int, text: str) -> str:
    return " ".join(text.replace("#", str(number)) for number in range(count))


SIGN_IN = 'a#: signIn(input: {login: "x", password: "y"}) { expiresIn }'
UPDATE = "a#: updateCustomer(input: {customerId: 1}) { customer { id } }"
DEEP = "billingAccount { customer { " * 6 + "id" + " } }" * 6
NESTED = "{ customers(first: 100) { nodes { invoices(first: 100) { nodes { id } } } } }"
LARGE = [
    ("{ " + " a" * 2_000 + " }", "tokens"),
    ("{ viewer { role } } #" + "x" * 40_000, "bytes"),
    (chain(60, "id"), "fields"),
    (chain(60, "...F0"), "fields"),
    (chain(60, "...Unknown"), "fields"),
    (f"{{ customer(by: {{customerId: 1}}) {{ {DEEP} }} }}", "depth"),
    (f"{{ {times(51, 'a#: viewer { role }')} }}", "aliases"),
    (f"{{ {'viewer { role } ' * 21} }}", "rootFields"),
    (f"mutation {{ {times(11, UPDATE)} }}", "changes"),
    (f"mutation {{ {times(2, SIGN_IN)} }}", "passwords"),
    ("{ viewer { role " + "@include(if: true) " * 26 + "} }", "directives"),
    (times(11, "query Q# { viewer { role } }"), "operations"),
    (f"query ({times(101, '$v#: Int')}) {{ viewer {{ role }} }}", "variables"),
    (NESTED, "cost"),
]


@pytest.mark.parametrize(
    ("query", "limit"), LARGE, ids=[f"{n}-{e[1]}" for n, e in enumerate(LARGE)]
)
async def test_are_told_which_limit_they_pass(api, query, limit):
    response = await api.post(query)

    [error] = response.json()["errors"]
    assert response.status_code == 400
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert error["extensions"]["limit"] == limit
    assert error["extensions"]["measured"] > error["extensions"]["maximum"]
    assert len(response.content) < 1_000


async def test_two_nested_pages_of_a_hundred_are_refused_to_people_and_not_to_services(api):
    people = [
        api.token(
            Role.CUSTOMER, customer_id=await created_customer(api.application.services.database)
        ),
        api.token(Role.SUPPORT),
        api.token(),
    ]
    answers = [await api.run(NESTED, token=token) for token in people]
    service = await api.run(NESTED, token=api.service_token("customer:read", "billing:read"))

    assert [answer["errors"][0]["extensions"] for answer in answers] == [
        {
            "code": "LIMIT_EXCEEDED",
            "limit": "cost",
            "maximum": most,
            "measured": 5 + 100 + 5 + 100 * 100,
            "costliest": "InvoiceConnection.nodes",
        }
        for most in (2_000, 10_000, 10_000)
    ]
    assert "errors" not in service


async def test_page_sizes_in_variables_count_too(api):
    query = """query Q($n: Int!) {
      customers(first: $n) { nodes { invoices(first: $n) { nodes { id } } } }
    }"""

    large = await api.run(query, {"n": 100})
    small = await api.run(query, {"n": 20})

    assert large["errors"][0]["extensions"]["limit"] == "cost"
    assert "errors" not in small


async def test_a_refused_operation_leaves_its_socket_open(api):
    async with api.socket() as socket:
        await socket.subscribe(NESTED)
        refused = await socket.receive()
        await socket.subscribe("{ viewer { role } }", id="2")
        answered = await socket.next()

    assert (refused["type"], refused["id"]) == ("error", "1")
    assert refused["payload"][0]["extensions"]["limit"] == "cost"
    assert answered["data"] == {"viewer": {"role": "ADMIN"}}


async def test_a_refused_operation_is_no_stream(api):
    response = await api.http.post("/graphql", json={"query": NESTED}, headers=wanting(api.token()))

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["limit"] == "cost"


async def test_introspection_is_within_the_limits_of_everybody_who_is_signed_in(api):
    query = get_introspection_query(
        descriptions=True,
        input_value_deprecation=True,
        schema_description=True,
        specified_by_url=True,
    )
    customer_id = await created_customer(api.application.services.database)
    tokens = [
        api.token(Role.CUSTOMER, customer_id=customer_id),
        api.token(
            Role.RESELLER, reseller_id=await created_reseller(api.application.services.database)
        ),
        api.token(Role.SUPPORT, subject="staff:introspecting"),
        api.service_token("customer:read"),
    ]

    answers = [await api.run(query, token=token) for token in tokens]

    assert ["errors" in answer for answer in answers] == [False] * 4
    assert all(500 < each["extensions"]["cost"]["requested"] < 1_750 for each in answers)


TYPE = "type { ofType { ofType { ofType { ofType { ofType { name } } } } } }"
FIELDS = f"fields(includeDeprecated: true) {{ args {{ {TYPE} }} {TYPE} }}"


@pytest.mark.parametrize(
    "query",
    [
        f"{{ __schema {{ {times(14, f't#: types {{ {FIELDS} }}')} }} }}",
        f"{{ {times(10, f'a#: __schema {{ types {{ {FIELDS} }} }}')} }}",
        f"{{ __schema {{ types {{ {times(14, f'f#: {FIELDS}')} }} }} }}",
    ],
    ids=["types", "schemas", "fields"],
)
async def test_introspection_again_and_again_is_refused_by_its_price(api, query):
    customer_id = await created_customer(api.application.services.database)
    tokens = [
        api.token(Role.CUSTOMER, customer_id=customer_id),
        api.token(
            Role.RESELLER, reseller_id=await created_reseller(api.application.services.database)
        ),
    ]

    for token in tokens:
        [error] = (await api.run(query, token=token))["errors"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert error["extensions"]["limit"] == "cost"
        assert error["extensions"]["costliest"] == "__Type.ofType"


async def test_five_levels_work_for_everybody(api):
    query = """{ viewer { customer { billingAccount { customer { invoices(first: 2) { nodes {
      lines { description }
    } } } } } } }"""
    customer_id = await created_customer(api.application.services.database)

    answer = await api.run(query, token=api.token(Role.CUSTOMER, customer_id=customer_id))

    assert "errors" not in answer
