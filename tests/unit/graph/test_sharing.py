"""Which subscriptions share an execution: only those whose bytes cannot differ."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from graphql import parse

from domain.kernel.access import Permission, Role, customer, reseller, service, staff
from graph.documents import Document
from graph.execution import Request
from graph.live.sharing import Plan, Work, plan_of, scope_of

SHARED = {
    "subscription { customerEvents { id } }": Plan(None),
    "subscription S($f: F) { events(filter: $f) { id } }": Plan(None),
    "subscription S { x: customerEvents { id } }": Plan(None),
    "subscription S($c: String) { customerEvents(after: $c) { id } }": Plan("c"),
    "subscription S($c: String!) { events(after: $c) { ...f } } fragment f on LogEntry { id }": (
        Plan("c")
    ),
}
BY_THEMSELVES = [
    "query { customerEvents { id } }",
    "subscription { customer(by: {customerId: 1}) { id } }",
    'subscription { customerEvents(after: "x") { id } }',
    "subscription { customerEvents(after: null) { id } }",
    'subscription S($c: String = "x") { customerEvents(after: $c) { id } }',
    "subscription S($c: String) { customerEvents(after: $c) { f(x: $c) } }",
    "subscription { ...s } fragment s on Subscription { customerEvents { id } }",
    "subscription A { customerEvents { id } } subscription B { customerEvents { id } }",
    "subscription A { customerEvents { id } } query B { viewer { role } }",
]


class TestPlans:
    @pytest.mark.parametrize(("query", "plan"), SHARED.items())
    def test_one_field_of_the_log_may_be_shared(self, query, plan):
        assert plan_of(Document(parse(query), ())) == plan

    @pytest.mark.parametrize("query", BY_THEMSELVES)
    def test_everything_else_runs_by_itself(self, query):
        assert plan_of(Document(parse(query), ())) is None


def work(variables=None, *, query="q", name=None, actor=staff(Role.ADMIN, "a")) -> Work:
    return Work.of(Request(query, variables or {}, name), Plan("after"), scope_of(actor))


class TestWork:
    def test_is_the_same_whatever_the_cursor_and_the_order_of_variables(self):
        assert work({"a": 1, "b": {"x": 1, "y": 2}, "after": "c1"}) == work(
            {"after": "c2", "b": {"y": 2, "x": 1}, "a": 1}
        )

    @pytest.mark.parametrize(
        "other",
        [
            work({"a": 2}),
            work({"a": 1.0}),
            work({"a": None}),
            work({}),
            work({"a": 1}, query="p"),
            work({"a": 1}, name="Q"),
            work({"a": 1}, actor=staff(Role.SUPPORT, "a")),
        ],
    )
    def test_is_another_with_anything_else_that_differs(self, other):
        assert other != work({"a": 1})

    def test_runs_the_same_request_behind_a_cursor(self):
        asked = work({"a": [1], "after": "theirs"}, query="q", name="N")

        assert asked.request("ours") == Request("q", {"a": [1], "after": "ours"}, "N")


class TestScopes:
    def test_of_two_people_with_the_same_rights_are_one(self):
        first, second = staff(Role.ADMIN, "account:1"), staff(Role.ADMIN, "account:2")

        assert scope_of(first) == scope_of(second)

    def test_do_not_hold_who_it_is_nor_until_when(self):
        actor = service("service:x", [Permission.EVENT_READ])
        scope = scope_of(replace(actor, expires_at=datetime(2030, 1, 1, tzinfo=UTC)))

        assert (scope.subject, scope.expires_at) == ("shared", None)

    def test_of_any_other_rights_are_others(self):
        actors = [
            staff(Role.ADMIN, "a"),
            staff(Role.SUPPORT, "a"),
            staff(Role.BILLING, "a"),
            customer(1),
            customer(2),
            reseller(1, [1]),
            reseller(1, [1, 2]),
            reseller(2, [1, 2]),
            service("a", [Permission.EVENT_READ]),
            service("a", [Permission.EVENT_READ, Permission.BILLING_READ]),
        ]

        assert len({scope_of(actor) for actor in actors}) == len(actors)
