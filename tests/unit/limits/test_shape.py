"""A document is measured before it is validated, whatever it is, each fragment once."""

import pytest
from graphql import OperationType, get_introspection_query

from graph.limits.shape import MOST, Shape
from tests.support.limits import bomb, measured


def shape_of(source: str) -> Shape:
    [(_, shape)] = measured(source).operations
    return shape


class TestFields:
    def test_depth_is_the_levels_of_fields_through_fragments(self):
        direct = shape_of("{ a { b { c } } d }")
        spread = shape_of(
            "{ a { ...B } d } fragment B on X { ... { b { ...C } } } fragment C on X {c}"
        )

        assert direct == Shape(depth=3, root_fields=2, fields=4)
        assert spread == Shape(depth=3, root_fields=2, fields=4, fragments=2)

    def test_a_fragment_counts_each_time_it_is_spread(self):
        shape = shape_of("{ a { ...F } b { ...F } } fragment F on X { one: c two: d e }")

        assert shape == Shape(depth=2, root_fields=2, fields=8, aliases=4, fragments=2)

    def test_root_fields_are_counted_through_fragments(self):
        shape = shape_of("{ a ... { b } ...F } fragment F on Query { c { x } d }")

        assert shape.root_fields == 4

    def test_introspection_has_a_depth_of_its_own(self):
        shape = shape_of("{ a { b } __schema { types { fields { name } } } }")

        assert (shape.depth, shape.introspection_depth) == (2, 4)

    def test_introspection_of_the_usual_kind_is_measured(self):
        shape = shape_of(get_introspection_query())

        assert (shape.depth, shape.introspection_depth, shape.root_fields) == (1, 15, 1)

    def test_root_fields_that_check_a_password_are_known_by_name_not_alias(self):
        shape = shape_of("mutation { a: signIn b: authenticateCustomer signOut }")

        assert (shape.passwords, shape.root_fields) == (2, 3)


class TestDocuments:
    def test_every_operation_and_fragment_has_a_shape_of_its_own(self):
        found = measured("query A { a } mutation B { b { c } } fragment F on X { f }")

        assert found.operations == [
            (OperationType.QUERY, Shape(depth=1, root_fields=1, fields=1)),
            (OperationType.MUTATION, Shape(depth=2, root_fields=1, fields=2)),
        ]
        assert found.fragments == [Shape(depth=1, root_fields=1, fields=1)]

    def test_directives_are_counted_wherever_they_stand(self):
        found = measured(
            "query ($a: Int @v) @o { a @f ...F @s ... @i { b } } fragment F on X @d { c @e @e }"
        )

        assert found.directives == 8

    def test_variables_are_those_of_the_operation_that_has_most(self):
        found = measured("query A($a: Int) { a } query B($a: Int, $b: Int) { a }")

        assert found.variables == 2

    def test_the_second_fragment_of_a_name_is_measured_too(self):
        found = measured("{ ...F } fragment F on X { a } fragment F on X { a { b { c } } }")

        assert [shape.depth for shape in found.fragments] == [1, 3]


class TestBombs:
    @pytest.mark.parametrize("last", ["name", "...F0", "...Unknown", "... { ...F60 }"])
    def test_sixty_levels_that_double_are_looked_at_once_each(self, last):
        found = measured(bomb(60, last))

        # Six selections a level and a few at either end: not 2 to the power of 60.
        assert found.steps <= 6 * 60 + 5
        assert found.operations[0][1].fields == MOST
        assert found.operations[0][1].fragments == MOST

    def test_a_bomb_of_empty_fragments_has_no_fields_and_is_seen_all_the_same(self):
        links = " ".join(f"fragment F{n} on X {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
        found = measured(f"{{ a {{ ...F0 }} }} {links} fragment F60 on X {{ ...Unknown }}")

        [(_, shape)] = found.operations
        assert (shape.fields, shape.fragments) == (1, MOST)
        assert found.steps == 2 + 60 * 2 + 1

    def test_a_chain_of_fragments_longer_than_the_stack_is_measured(self):
        links = " ".join(f"fragment F{n} on X {{ a {{ ...F{n + 1} }} }}" for n in range(3_000))

        assert shape_of(f"{{ ...F0 }} {links}").depth == 3_000

    def test_fragments_in_a_circle_have_an_end(self):
        found = measured("{ ...A } fragment A on X { a { ...B } } fragment B on X { b { ...A } }")

        assert found.operations[0][1].depth == 2
        assert found.steps == 5
