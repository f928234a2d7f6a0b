"""Every example of the explorer works on the demo data, and mutations work again."""

from graphql import OperationType

from tests.e2e.explorer.examples import Example, examples
from tests.support.server import Api
from tests.support.waiting import eventually

#: Examples that are refused the second time, as their comments say.
ONCE = {"reseller/settle-commissions": ["CONFLICT"]}


def _of(kind: OperationType) -> list[Example]:
    return [example for example in examples() if example.kind is kind]


def _empty_lists(value: object, path: str) -> list[str]:
    """Where the answer has a list without items."""
    if not isinstance(value, dict):
        return [path] if value == [] else []
    return [found for key, part in value.items() for found in _empty_lists(part, f"{path}.{key}")]


async def _refusals(api: Api) -> dict[str, list[str]]:
    """The codes of the ``userErrors`` of each mutation that has some."""
    refusals = {}
    for example in _of(OperationType.MUTATION):
        (payload,) = (await api.data(example.query, example.variables)).values()
        refusals[example.name] = [error["code"] for error in payload["userErrors"]]
    return {name: codes for name, codes in refusals.items() if codes}


async def test_queries_find_something(demo_api):
    answers = {
        example.name: await demo_api.data(example.query, example.variables)
        for example in _of(OperationType.QUERY)
    }

    assert [name for name, data in answers.items() if None in data.values()] == []
    assert [path for name, data in answers.items() for path in _empty_lists(data, name)] == []


async def test_mutations_are_done_and_can_be_sent_again(demo_api):
    first = await _refusals(demo_api)
    again = await _refusals(demo_api)

    assert first == {}
    assert again == ONCE


async def test_subscriptions_tell_of_a_change(demo_api):
    hub = demo_api.application.services.stream.hub
    for example, state in zip(
        _of(OperationType.SUBSCRIPTION), ("SUSPENDED", "ACTIVE", "SUSPENDED"), strict=True
    ):
        async with demo_api.socket() as socket:
            await socket.subscribe(example.query, example.variables)
            if example.name == "live/one-customer":
                await socket.next()
            await eventually(lambda: hub.followers == 1)
            change = {"customerId": 1, "subscriptionState": state}

            await demo_api.mutate("changeSubscriptionState", change, "customer { version }")

            assert state in str(await socket.next()), example.name
        await eventually(lambda: hub.followers == 0)
