"""The cases: what each asks for, with which variables; ``queries/`` has the texts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

from benchmarks.seeding import OF_A_RESELLER

#: Whose words a text is in: ``plain`` is the schema of the stock server and of Apollo's.
Dialect = Literal["isp-graph", "postgraphile", "plain"]
Variables = dict[str, Any]

_QUERIES = Path(__file__).parent / "queries"
_PAGE = 50
_REPRESENTATIONS = 100


@dataclass(frozen=True, slots=True)
class Case:
    """
    One operation, sent again and again with other variables.

    ``drawn`` makes the variables for a number of customers; ``requests`` is how many different
    ones there are.
    """

    name: str
    what: str
    requests: int
    drawn: Callable[[Random, int], Variables]
    #: Whether rows change: the event log is waited for then.
    is_change: bool = False

    def text(self, dialect: Dialect) -> str:
        """The operation in the words of a server."""
        return (_QUERIES / f"{self.name.lower()}.{dialect}.graphql").read_text()

    def variables(self, customers: int, number: int) -> list[Variables]:
        """So many variables, the same ones each time."""
        random = Random(self.name)
        return [self.drawn(random, customers) for _ in range(number)]


def spoken(dialect: Dialect, variables: Variables) -> Variables:
    """The variables as a server takes them: federation names entities, the others take ids."""
    if dialect != "isp-graph" or "ids" not in variables:
        return variables
    named = [{"__typename": "Customer", "customerId": each} for each in variables["ids"]]
    return {"representations": named}


def _customer(random: Random, customers: int) -> Variables:
    return {"id": random.randint(1, customers)}


def _reseller(random: Random, customers: int) -> Variables:
    return {"reseller": random.randint(1, customers // OF_A_RESELLER)}


def _page(random: Random, customers: int) -> Variables:
    return _reseller(random, customers) | {"first": _PAGE}


def _change(random: Random, customers: int) -> Variables:
    mobile = f"+49151{random.randint(1_000_000, 9_999_999)}"
    return _customer(random, customers) | {"mobile": mobile}


def _some(random: Random, customers: int) -> Variables:
    return {"ids": sorted(random.sample(range(1, customers + 1), _REPRESENTATIONS))}


ONE = Case(
    "ONE",
    "a customer by id: 12 scalars, 5 invoices × 8 fields, 3 sessions × 7, plan × 5, reseller × 3",
    2_000,
    _customer,
)
LIST = Case("LIST", f"the same of {_PAGE} customers", 200, _page)
PAGE = Case(
    "PAGE",
    "20 customers filtered by reseller and status, sorted by name: edges, cursors, total count",
    200,
    _reseller,
)
DEEP = Case(
    "DEEP",
    "a reseller, 10 customers, 5 invoices of each, their lines, allocations and payments",
    200,
    _reseller,
)
ENTITIES = Case(
    "ENTITIES",
    f"{_REPRESENTATIONS} customers by id, 12 scalars and the reseller × 3: `_entities` here, "
    "a list by ids there",
    300,
    _some,
)
MUTATION = Case(
    "MUTATION",
    "a customer's mobile number changed, the customer returned",
    6_000,
    _change,
    is_change=True,
)
#: In the order they are measured: what changes rows comes last.
CASES = (ONE, LIST, PAGE, DEEP, ENTITIES, MUTATION)
