"""Literals must fit their types, and an error about one always says where it is."""

from typing import Any

from graphql import GraphQLError, GraphQLInputType, ValueNode
from graphql.validation import ValuesOfCorrectTypeRule


class PlacedValuesRule(ValuesOfCorrectTypeRule):
    """graphql-core's rule; it passes some on without a place."""

    _value: ValueNode

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> Any:
        """Check the literal."""
        self._value = node
        return super().is_valid_value_node(node, input_type)

    def report_error(self, error: GraphQLError) -> None:
        """Report it at the literal that is being checked, if it names no other."""
        super().report_error(error if error.locations else GraphQLError(error.message, self._value))
