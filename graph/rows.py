"""Types that show records: resolvers return domain records, GraphQL names them."""

from typing import Any, ClassVar

from graph.engine import by_class


class RowType:
    """
    A GraphQL type whose objects are instances of a domain class.

    Fields without a resolver read the record's attribute of the same name.
    """

    row: ClassVar[type[Any]]

    @classmethod
    @by_class
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Interfaces, unions and ``_entities`` recognise the record by its class."""
        return isinstance(value, cls.row)
