"""The comparison sees what is wrong: executors that err in one thing each are found out."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from graphql import GraphQLError
from graphql.execution import Executor

from tests.support.engine.cases import calm, core_trial, documents
from tests.support.engine.running import oracle

MOST_SCHEMAS = 60
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]


class TurnsKeysRound(Executor):
    def execute_fields(self, parent, source, path, grouped, context):
        turned = dict(reversed(grouped.items()))
        return super().execute_fields(parent, source, path, turned, context)


class ForgetsErrors(Executor):
    def handle_field_error(self, raw_error, return_type, details, path):
        before = len(self.collected_errors.errors)
        super().handle_field_error(raw_error, return_type, details, path)
        if path.prev is not None and len(path.as_list()) > 2:
            del self.collected_errors.errors[before:]


class LosesLocations(Executor):
    def handle_field_error(self, raw_error, return_type, details, path):
        super().handle_field_error(raw_error, return_type, details[:1], path)


class NeverPropagates(Executor):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.error_propagation = False


class MutatesInParallel(Executor):
    def execute_fields_serially(self, *given):
        return self.execute_fields(*given)


class ResolvesTwice(Executor):
    def execute_field(self, parent, source, details, path, context):
        definition = parent.fields.get(details[0].node.name.value)
        if definition and definition.resolve and not definition.args and len(path.as_list()) == 2:
            nodes = [each.node for each in details]
            with suppress(Exception):
                answer = definition.resolve(
                    source, self.build_resolve_info(definition, nodes, parent, path)
                )
                getattr(answer, "close", int)()
        return super().execute_field(parent, source, details, path, context)


class TrustsLeaves(Executor):
    @staticmethod
    def complete_leaf_value(return_type, result):
        try:
            return Executor.complete_leaf_value(return_type, result)
        except GraphQLError:
            return str(result)


class TrustsTypes(Executor):
    def complete_object_value(self, return_type, details, info, path, result, context):
        return self.collect_and_execute_subfields(return_type, details, path, result, context)


class DoesNotMerge(Executor):
    def collect_subfields(self, return_type, details):
        return super().collect_subfields(return_type, details[:1])


class LeavesTasks(Executor):
    def build_response(self, data):
        asyncio.get_running_loop().create_task(asyncio.sleep(60))
        return super().build_response(data)


WRONG = [
    TurnsKeysRound,
    ForgetsErrors,
    LosesLocations,
    NeverPropagates,
    MutatesInParallel,
    ResolvesTwice,
    TrustsLeaves,
    TrustsTypes,
    DoesNotMerge,
    LeavesTasks,
]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with calm() as runner:
        yield runner


@pytest.mark.parametrize("wrong", WRONG)
def test_an_executor_that_errs_is_found_out(runner, wrong):
    assert any(found_out(runner, wrong, seed) for seed in range(MOST_SCHEMAS))


def test_graphql_core_agrees_with_itself(runner):
    assert not any(found_out(runner, Executor, seed) for seed in range(10))


def found_out(runner: asyncio.Runner, executor_class: type[Executor[Any]], seed: int) -> bool:
    rng = Random(seed)
    trial = core_trial(rng, lambda schema, _usual: oracle(schema, executor_class))
    return bool(runner.run(trial.differences(documents(rng, trial)[:6])))
