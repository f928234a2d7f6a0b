"""A request of a REST path as the variables of its document."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import get_nullable_type, is_list_type

from graph.rest import problems
from graph.rest.exchange import Exchange
from graph.rest.inputs import Checker, Origin, Place, from_text
from graph.rest.operations import Variable

_KEY = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_LARGEST_KEY = 2**31 - 1


def keys_in_path(exchange: Exchange, path: Mapping[str, str]) -> dict[str, int]:
    """
    The numbers in the path, by the names of their variables.

    Raises:
        Problem: 404, one of them is no positive 32-bit integer, so no row has it.
    """
    keys = {}
    for name, variable in exchange.path.items():
        if not _KEY.fullmatch(path[name]) or int(path[name]) > _LARGEST_KEY:
            raise problems.nothing_there()
        keys[variable.name] = int(path[name])
    return keys


def inputs_of(
    exchange: Exchange, parameters: Mapping[str, Sequence[str]], body: object = None
) -> dict[str, Any]:
    """
    The variables in the query or in the body, with the table's defaults.

    Raises:
        Problem: 422 with every input that does not fit.
    """
    checker = Checker()
    known = exchange.inputs if exchange.origin is Origin.QUERY else {}
    given: Mapping[str, Any] = _texts(parameters, known, checker)
    if exchange.origin is Origin.BODY:
        given = _members(body, exchange, checker)
    values = _checked(given, exchange, checker)
    if checker.faults:
        raise problems.faulty(checker.faults)
    for name, default in exchange.endpoint.defaults.items():
        if values.get(name) is None:
            values[name] = default(values)
    return values


def _texts(
    parameters: Mapping[str, Sequence[str]], known: Mapping[str, Variable], checker: Checker
) -> dict[str, Any]:
    checker.known(parameters, known, Place(Origin.QUERY, ()))
    given = {}
    for name, texts in parameters.items():
        if name not in known:
            continue
        place = Place(Origin.QUERY, (name,))
        if any("\0" in text for text in texts):
            checker.refuse(place, "holds a NUL character")
        elif len(texts) > 1 and not is_list_type(get_nullable_type(known[name].type)):
            checker.refuse(place, "is given more than once")
        else:
            given[name] = from_text(texts, known[name].type)
    return given


def _members(body: object, exchange: Exchange, checker: Checker) -> Mapping[str, Any]:
    place = Place(Origin.BODY, ())
    if not isinstance(body, dict):
        checker.refuse(place, "must be a JSON object")
        raise problems.faulty(checker.faults)
    checker.known(body, exchange.inputs, place)
    return body


def _checked(given: Mapping[str, Any], exchange: Exchange, checker: Checker) -> dict[str, Any]:
    values = {}
    for name, variable in exchange.inputs.items():
        place = Place(exchange.origin, (name,))
        if name in given:
            values[variable.name] = checker.value(given[name], variable.type, place)
        elif exchange.requires(variable) and not checker.has_refused(place):
            checker.refuse(place, "is required")
    return values
