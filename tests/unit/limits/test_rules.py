"""What is at a limit passes; one more is refused, and told by how much."""

import pytest

from domain.kernel.access import Role
from graph.documents import Refused
from graph.limits.rules import CUSTOMERS, LIMITS, Limits, check, check_cost
from tests.support.limits import measured

DEEP = Limits(depth=3)
INTROSPECTING = Limits(introspection_depth=3)
ROOTS = Limits(root_fields=2)
CHANGES = Limits(changes=2)
FIELDS = Limits(fields=4)
ALIASES = Limits(aliases=1)
FRAGMENTS = Limits(fragments=2)
DIRECTIVES = Limits(directives=1)
OPERATIONS = Limits(operations=1)
VARIABLES = Limits(variables=1)

#: Limits, a document at them, one beyond them, the name of the limit, the most, what there is.
EDGES = [
    (DEEP, "{ a { b { c } } }", "{ a { b { c { d } } } }", "depth", 3, 4),
    (
        INTROSPECTING,
        "{ __schema { types { name } } }",
        "{ __schema { types { ofType { name } } } }",
        "introspectionDepth",
        3,
        4,
    ),
    (ROOTS, "{ a b }", "{ a b ...F } fragment F on Query { c }", "rootFields", 2, 3),
    (CHANGES, "mutation { a b }", "mutation { a b c }", "changes", 2, 3),
    (FIELDS, "{ a { b c d } }", "{ a { ...F ...F } } fragment F on X { b c }", "fields", 4, 5),
    (ALIASES, "{ x: a b }", "{ x: a y: b }", "aliases", 1, 2),
    (
        FRAGMENTS,
        "{ ...F ...F } fragment F on X { a }",
        "{ ...F ...F ...F } fragment F on X { a }",
        "fragments",
        2,
        3,
    ),
    (DIRECTIVES, "{ a @x }", "{ a @x b @x }", "directives", 1, 2),
    (OPERATIONS, "query A { a }", "query A { a } query B { a }", "operations", 1, 2),
    (VARIABLES, "query ($a: X) { a }", "query ($a: X, $b: X) { a }", "variables", 1, 2),
    (Limits(), "mutation { signIn }", "mutation { signIn a: signIn }", "passwords", 1, 2),
]


@pytest.mark.parametrize(("limits", "at"), [edge[:2] for edge in EDGES])
def test_what_is_at_the_limit_passes(limits, at):
    check(measured(at), limits)


@pytest.mark.parametrize(
    ("limits", "beyond", "name", "most", "found"), [(edge[0], *edge[2:]) for edge in EDGES]
)
def test_one_more_is_refused_and_told(limits, beyond, name, most, found):
    with pytest.raises(Refused) as refusal:
        check(measured(beyond), limits)

    [error] = refusal.value.errors
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": name,
        "maximum": most,
        "measured": found,
    }
    assert error["message"].startswith(f"There are {found} ")


def test_fragments_that_nothing_spreads_are_held_to_the_limits_too():
    with pytest.raises(Refused):
        check(measured("{ a } fragment Unused on X { a { b c d e } }"), FIELDS)


def test_operations_that_do_not_run_are_held_to_the_limits_too():
    with pytest.raises(Refused):
        check(measured("query Runs { a } query Waits { a { b { c { d } } } }"), DEEP)


def test_a_price_at_the_most_passes_and_one_more_is_refused_with_the_costliest():
    check_cost(2_000, 2_000, lambda: "Customer.invoices")

    with pytest.raises(Refused) as refusal:
        check_cost(2_001, 2_000, lambda: "Customer.invoices")

    assert refusal.value.errors[0]["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "cost",
        "maximum": 2_000,
        "measured": 2_001,
        "costliest": "Customer.invoices",
    }


def test_every_role_has_limits_and_nobody_has_less_than_customers():
    assert LIMITS.keys() == set(Role)
    for limits in LIMITS.values():
        assert all(getattr(limits, name) >= getattr(CUSTOMERS, name) for name in Limits.__slots__)
