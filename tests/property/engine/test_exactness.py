"""
The engine answers as graphql-core does, whatever the schema, the document and the resolvers.

The rules, and the one liberty of the specification, are in ``tests.support.engine.verdict``.
What is not generated: awaitables of awaitables (to Python a future is iterable, which makes a list
of one that is the result of another), ``@defer`` and ``@stream``, which the schemas do not have.
"""

import asyncio
import os
from collections.abc import Iterator

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.engine.cases import (
    calm,
    core_trial,
    documents,
    examples,
    strawberry_trial,
)
from tests.support.engine.chance import Tape

# graphql-core, with which all is compared, leaves some coroutines and exceptions behind.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

TAPES = st.binary(min_size=1000, max_size=2500).map(Tape)
PATIENT = settings(
    deadline=None,
    database=None,
    derandomize="ENGINE_CASES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
    print_blob=True,
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with calm() as runner:
        yield runner


@settings(PATIENT, max_examples=examples(150))
@given(rng=TAPES)
def test_schemas_of_graphql_core_are_executed_as_graphql_core_does(runner, rng):
    trial = core_trial(rng)

    found = runner.run(trial.differences(documents(rng, trial)))

    assert not found, "\n".join(found)


@settings(PATIENT, max_examples=examples(70))
@given(rng=TAPES)
def test_schemas_of_strawberry_are_executed_as_graphql_core_does(runner, rng):
    trial = strawberry_trial(rng)

    found = runner.run(trial.differences(documents(rng, trial)))

    assert not found, "\n".join(found)


@settings(PATIENT, max_examples=examples(70))
@given(rng=TAPES)
def test_where_nothing_is_awaited_the_errors_are_the_very_same(runner, rng):
    trial = core_trial(rng, at_once=True)

    found = runner.run(trial.differences(documents(rng, trial)))

    assert not found, "\n".join(found)


@settings(PATIENT, max_examples=examples(35))
@given(rng=TAPES)
def test_where_nothing_is_awaited_they_are_the_same_for_strawberry_too(runner, rng):
    trial = strawberry_trial(rng, at_once=True)

    found = runner.run(trial.differences(documents(rng, trial)))

    assert not found, "\n".join(found)


@settings(PATIENT, max_examples=10)
@given(rng=TAPES)
def test_the_documents_of_these_tests_are_valid(rng):
    trial = core_trial(rng)

    for document in documents(rng, trial)[:4]:
        assert validate(trial.schema, parse(document.text)) == [], document.text
