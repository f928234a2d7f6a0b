"""Whatever stands in a representation: no fault, no echo, and no row but those that are there."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.entities import INTEGER_KEYS
from graph.ids import encode_id
from graph.node import NODES
from graph.schema import build_schema
from tests.support.customers import created_customer
from tests.support.server import Api

CANARY = "canary-7f3a"
ENTITIES = """
    query Entities($of: [_Any!]!) {
      _entities(representations: $of) { ... on Customer { customerId displayName taxId } }
    }
"""
CODES = {"INVALID", "BAD_USER_INPUT", "ACCESS_DENIED", "BAD_REQUEST"}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.just(CANARY),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "customerId", "unknown"]), inner, max_size=3),
    ),
    max_leaves=5,
)
type_names = st.one_of(
    st.sampled_from(sorted(NODES)), st.sampled_from(sorted(build_schema()._schema.type_map)), values
)
global_ids = st.builds(
    encode_id, st.sampled_from([*sorted(NODES), CANARY]), st.integers(-(2**40), 2**40)
)
keys = st.one_of(values, global_ids, st.integers(-3, 3))
fields = st.sampled_from(["id", *INTEGER_KEYS.values(), "displayName", "taxId", "email", "unknown"])
representations = st.one_of(
    values,
    st.builds(
        lambda name, given: {"__typename": name, **given},
        type_names,
        st.dictionaries(fields, keys, max_size=3),
    ),
)


@pytest.fixture(scope="module")
async def customer_id(shared_api: Api) -> int:
    return await created_customer(shared_api.application.services.database)


@given(given=st.lists(representations, max_size=60))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_no_representation_is_a_fault_or_comes_back(shared_api, customer_id, given):
    own = {"__typename": "Customer", "customerId": customer_id}
    spoofed = {**own, "displayName": CANARY}

    response = await shared_api.post(ENTITIES, {"of": [*given, spoofed, own]})

    assert response.status_code in (200, 400)
    assert CANARY not in response.text
    answer = response.json()
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= CODES
    if answer.get("data") is not None:
        found = answer["data"]["_entities"]
        assert len(found) == len(given) + 2
        assert found[-2] is None
        assert {one["customerId"] for one in customers_in(found)} == {customer_id}


def customers_in(found: list[dict[str, object] | None]) -> Iterator[dict[str, object]]:
    return (one for one in found if one)
