"""Errors on their way out: how many, how long, and which are no defect."""

import socket

import orjson
import pytest
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.kernel.errors import AccessDenied
from graph import errors


class _OfDriver(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("connection to 10.0.0.1 failed")
        self.sqlstate = sqlstate


def located(failure: Exception, path: list[str | int]) -> GraphQLError:
    return GraphQLError(str(failure), path=path, original_error=failure)


class TestManyErrors:
    def test_are_told_up_to_a_hundred(self):
        failures = [located(AccessDenied("look"), ["rows", number]) for number in range(150)]

        told = errors.execution_errors(failures, None)

        assert [each["path"][1] for each in told] == list(range(100))

    def test_are_told_up_to_a_hundred_kilobytes(self):
        failures = [located(AccessDenied("look"), ["l" * 5_000, number]) for number in range(100)]

        told = errors.execution_errors(failures, None)

        assert 15 < len(told) < 20
        assert len(orjson.dumps(told)) <= 100_100

    def test_are_told_at_least_one(self):
        [told] = errors.bounded([errors.request_error("x" * 200_000, errors.BAD_REQUEST)] * 2)

        assert len(told["message"]) == 200_000

    def test_have_messages_of_a_thousand_characters(self):
        told = errors.validation_error(GraphQLError("n" * 20_000))

        assert told["message"] == "n" * 1_000


class TestOutages:
    @pytest.mark.parametrize(
        "failure",
        [
            ConnectionRefusedError(),
            ConnectionResetError(),
            TimeoutError(),
            socket.gaierror(),
            PoolTimeout(),
            DBAPIError("select", {}, _OfDriver("08006")),
            DBAPIError("select", {}, _OfDriver("57P01")),
            DBAPIError("select", {}, _OfDriver("57P03")),
            DBAPIError("select", {}, _OfDriver("53300")),
            DBAPIError("select", {}, _OfDriver("55000")),
            DBAPIError("select", {}, _OfDriver(None), connection_invalidated=True),
        ],
        ids=repr,
    )
    def test_are_told_from_defects_and_name_nothing(self, failure):
        [told] = errors.execution_errors([located(failure, ["field"])], None)

        assert told["path"] == ["field"]
        assert told["message"] == "The database does not answer; try again"
        assert told["extensions"] == {"code": "UNAVAILABLE"}

    @pytest.mark.parametrize(
        "failure",
        [
            OSError("disk full"),
            ValueError(),
            IntegrityError("insert", {}, _OfDriver("23505")),
            DBAPIError("select", {}, _OfDriver("42P01")),
            DBAPIError("select", {}, _OfDriver(None)),
        ],
        ids=repr,
    )
    def test_are_not_whatever_else_breaks(self, failure):
        [told] = errors.execution_errors([located(failure, ["field"])], None)

        assert told["message"] == "Internal error"
        assert told["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
