"""Lazy references between modules' types: the only place that names them by text."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from graph.customer_type import Customer

CustomerRef = Annotated["Customer", strawberry.lazy("graph.customer_type")]
