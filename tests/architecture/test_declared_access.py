"""Declared access: complete, printed as enforced, and the same words that the domain checks."""

import ast
from pathlib import Path

import pytest
import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType

from domain.kernel.access import PERMISSIONS, Permission, Role
from graph.access import table
from graph.access.declared import Declared, UndeclaredAccess
from graph.documents import PUBLIC_FIELDS
from graph.schema import build_schema

ROOT = Path(__file__).parents[2]
#: Functions of the domain that let pass who may: name → permissions they may ask for.
CHECKS = {
    "require_webhooks": (Permission.WEBHOOK_WRITE, Permission.EVENT_ADMIN),
    "require_identity": (Permission.IDENTITY_ADMIN,),
}


def _checks_of_the_domain() -> set[tuple[str, tuple[Permission, ...]]]:
    """(act, permissions) of every check in ``domain``; names of constants are looked up."""
    found = set()
    for file in (ROOT / "domain").rglob("*.py"):
        tree = ast.parse(file.read_text())
        texts = {
            node.targets[0].id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            last = node.args[-1] if node.args else None
            act = last.value if isinstance(last, ast.Constant) else texts.get(_name(last))
            if node.func.id == "require" and isinstance(node.args[1], ast.Attribute):
                found.add((act, (Permission[node.args[1].attr],)))
            elif node.func.id in CHECKS:
                found.add((act, CHECKS[node.func.id]))
    return found


def _name(node: ast.expr | None) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def _objects() -> dict[str, GraphQLObjectType]:
    return {
        name: kind
        for name, kind in build_schema()._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }


class TestEveryTypeAndRootField:
    def test_has_a_rule(self):
        schema = build_schema()._schema
        declared = Declared(schema)
        roots = {"Query", "Mutation", "Subscription"}

        assert set(declared.types) == set(_objects()) - roots
        assert set(declared.roots) == {
            f"{root}.{field}" for root in roots for field in _objects()[root].fields
        }
        public = {name for name, need in declared.roots.items() if need is None}
        assert public == {f"Mutation.{name}" for name in table.PUBLIC_MUTATIONS}

    def test_that_is_forgotten_fails_the_building_of_the_schema(self):
        @strawberry.type
        class Secrets:
            text: str

        @strawberry.type
        class Query:
            secrets: Secrets

        @strawberry.type
        class Mutation:
            tell: str

        with pytest.raises(UndeclaredAccess, match=r"graph/access/table\.py") as failure:
            Declared(strawberry.Schema(Query, Mutation)._schema)

        assert {"Secrets", "Query.secrets", "Mutation.tell"} <= set(failure.value.coordinates)

    def test_that_is_public_is_what_nobody_in_particular_may_ask_for(self):
        assert {"__typename", *table.PUBLIC_MUTATIONS} == PUBLIC_FIELDS

    def test_with_a_rule_of_its_own_can_be_checked_when_it_is_shown(self):
        """Types without ``is_type_of`` are pages, which their fields guard."""
        declared = Declared(build_schema()._schema)
        unchecked = {
            name
            for name, kind in _objects().items()
            if declared.types.get(name) is not None and kind.is_type_of is None
        }

        assert {name for name in unchecked if not name.endswith(("Connection", "Edge"))} == set()

    def test_of_the_table_is_in_the_schema(self):
        objects = _objects()

        assert set(table.QUERIES) <= set(objects["Query"].fields)
        assert {*table.MUTATIONS, *table.PUBLIC_MUTATIONS} == set(objects["Mutation"].fields)
        assert set(objects) >= table.PARTS
        for coordinate in table.FIELDS:
            kind, field = coordinate.split(".")
            assert field in objects[kind].fields


class TestDeclaration:
    def test_uses_the_words_of_the_check_in_the_domain(self):
        """Who asks by another door than the graph is told the same."""
        checks = _checks_of_the_domain()
        declared = {
            (need.act, need.any_of)
            for need in (*table.READS.values(), *table.MUTATIONS.values())
            if need.act != "read network segments" or len(need.any_of) == 1
        }

        assert {(act, permissions) for act, permissions in declared if permissions} <= checks

    def test_is_printed_with_the_scopes_that_are_enforced(self):
        sdl = build_schema().as_str()

        assert '@requiresScopes(scopes: [["billing:read"]]) {' in sdl.split("type Invoice ")[1]
        assert 'taxId: String @requiresScopes(scopes: [["pii:read"]])' in sdl
        assert '): CreateCustomerPayload @requiresScopes(scopes: [["customer:create"]])' in sdl
        assert "viewer: Viewer! @authenticated" in sdl
        for name in table.PUBLIC_MUTATIONS:
            line = next(each for each in sdl.split(f"  {name}(")[1].split("\n") if "):" in each)
            assert "@requiresScopes" not in line
            assert "@authenticated" not in line

    def test_stands_on_no_interface(self):
        """Composition refuses it there: an interface must not promise what its types do not."""
        sdl = build_schema().as_str()
        interfaces = [
            name
            for name, kind in build_schema()._schema.type_map.items()
            if isinstance(kind, GraphQLInterfaceType)
        ]

        assert interfaces
        for name in interfaces:
            assert f"interface {name} {{" in sdl


def test_identity_numbers_are_read_by_people_and_by_services_with_the_scope():
    readers = {role for role in Role if Permission.PII_READ in PERMISSIONS[role]}

    assert readers == {Role.ADMIN, Role.SUPPORT, Role.BILLING, Role.RESELLER, Role.CUSTOMER}
