"""What a data loader sees: one batch for each level of an operation, whoever asks."""

import asyncio
from typing import Any

import pytest
import strawberry
from aiodataloader import DataLoader
from graphql import ExecutionResult, parse
from strawberry import Info

from graph.engine import Engine


class Loaders:
    """Two loaders that answer with the key and remember their batches."""

    def __init__(self) -> None:
        self.people: list[list[int]] = []
        self.cities: list[list[int]] = []
        self.person = DataLoader(self._load(self.people))
        self.city = DataLoader(self._load(self.cities))

    @staticmethod
    def _load(batches: list[list[int]]) -> Any:
        async def load(keys: list[int]) -> list[int | Exception]:
            batches.append(sorted(keys))
            return [ValueError("no thirteen") if key == 13 else key for key in keys]

        return load


def person(root: Any, info: Info) -> Any:
    return info.context.person.load(root * 10)


@strawberry.type
class City:
    @strawberry.field
    def number(self) -> int:
        return self

    mayor: "Person" = strawberry.field(resolver=person)


@strawberry.type
class Edge:
    @strawberry.field
    def node(self) -> "Person":
        return self


@strawberry.type
class Connection:
    @strawberry.field
    def edges(self) -> list[Edge]:
        return self


@strawberry.type
class Person:
    @strawberry.field
    def number(self) -> int:
        return self

    @strawberry.field
    def city(self, info: Info) -> City | None:
        return info.context.city.load(self)

    @strawberry.field
    def friends(self) -> list["Person"]:
        return [self + 1, self + 2]

    @strawberry.field
    def connected(self) -> Connection:
        return [self + 1, self + 2]

    @strawberry.field
    async def slow(self) -> "Person":
        await asyncio.sleep(0)
        return self


@strawberry.type
class Query:
    @strawberry.field
    def person(self, info: Info, number: int) -> Person:
        return info.context.person.load(number)

    @strawberry.field
    def people(self, numbers: list[int]) -> list[Person]:
        return numbers


SCHEMA = strawberry.Schema(Query)
ENGINE = Engine(SCHEMA._schema)


async def executed(query: str) -> tuple[ExecutionResult, Loaders]:
    loaders = Loaders()
    result = await ENGINE.execute(parse(query), context_value=loaders)
    return result, loaders


async def test_siblings_share_a_batch():
    result, loaders = await executed(
        "{ a: person(number: 1) { number } b: person(number: 2) { number } }"
    )

    assert result.data == {"a": {"number": 1}, "b": {"number": 2}}
    assert loaders.people == [[1, 2]]


async def test_the_items_of_a_list_share_a_batch():
    _, loaders = await executed("{ people(numbers: [1, 2, 3]) { city { number } } }")

    assert loaders.cities == [[1, 2, 3]]


async def test_cousins_of_different_parents_share_a_batch():
    query = """{
      a: person(number: 1) { friends { city { number } } }
      b: person(number: 5) { friends { city { number } } }
    }"""

    _, loaders = await executed(query)

    assert loaders.people == [[1, 5]]
    assert loaders.cities == [[2, 3, 6, 7]]


async def test_what_lies_below_plain_values_is_of_their_level():
    query = """{
      people(numbers: [1]) { city { number } connected { edges { node { city { number } } } } }
    }"""

    _, loaders = await executed(query)

    assert loaders.cities == [[1, 2, 3]]


async def test_each_level_of_loads_is_a_batch():
    query = "{ people(numbers: [1, 2]) { city { mayor { city { mayor { number } } } } } }"

    result, loaders = await executed(query)

    assert result.errors is None
    assert loaders.cities == [[1, 2], [10, 20]]
    assert loaders.people == [[10, 20], [100, 200]]


async def test_what_comes_slowly_is_waited_for_by_its_level():
    query = """{
      people(numbers: [1, 2]) {
        slow { friends { city { number } } }
        city { mayor { number } }
      }
    }"""

    _, loaders = await executed(query)

    # The city of 2 is known already.
    assert loaders.cities == [[1, 2], [3, 4]]
    assert loaders.people == [[10, 20]]


async def test_a_key_that_fails_spoils_its_own_place_only():
    result, loaders = await executed("{ people(numbers: [12, 13, 14]) { city { number } } }")

    assert result.data == {
        "people": [{"city": {"number": 12}}, {"city": None}, {"city": {"number": 14}}]
    }
    assert [(each.message, each.path) for each in result.errors or []] == [
        ("no thirteen", ["people", 1, "city"])
    ]
    assert loaders.cities == [[12, 13, 14]]


async def test_an_object_that_many_lead_to_is_completed_once():
    result, loaders = await executed(
        "{ a: person(number: 7) { number } b: person(number: 7) { number } }"
    )

    assert result.data == {"a": {"number": 7}, "b": {"number": 7}}
    assert loaders.people == [[7]]


@pytest.mark.parametrize("number", [1, 10, 100])
async def test_batches_do_not_grow_with_the_objects(number):
    numbers = list(range(1000, 1000 + number))

    _, loaders = await executed(
        f"{{ people(numbers: {numbers}) {{ friends {{ city {{ mayor {{ number }} }} }} }} }}"
    )

    assert (len(loaders.cities), len(loaders.people)) == (1, 1)
