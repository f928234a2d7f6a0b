"""Groups of roles that have the same budget, and a number for each of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import PlainValidator
from pydantic_settings import NoDecode

from domain.kernel.access import Role

_NONE = "none"


class Group(StrEnum):
    """Roles that have the same budget."""

    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    RESELLER = "reseller"
    STAFF = "staff"
    SERVICE = "service"


GROUPS = {
    Role.ANONYMOUS: Group.ANONYMOUS,
    Role.CUSTOMER: Group.CUSTOMER,
    Role.RESELLER: Group.RESELLER,
    Role.SUPPORT: Group.STAFF,
    Role.BILLING: Group.STAFF,
    Role.ADMIN: Group.STAFF,
    Role.SERVICE: Group.SERVICE,
}


class Rates(dict[Group, int]):
    """How much each group may have; one that is missing may have as much as it likes."""

    def __str__(self) -> str:
        return ",".join(f"{group}={most}" for group, most in self.items())

    def changed(self, value: object) -> "Rates":
        """
        These with what ``customer=5000,staff=none`` says, or a mapping; the rest stays.

        Raises:
            ValueError: an unknown group, or neither a positive number nor none.
        """
        if isinstance(value, Mapping):
            given = {str(name): str(most) for name, most in value.items()}
        else:
            given = dict(_pair(each) for each in str(value).split(",") if each.strip())
        changes = {_group(name): _most(most) for name, most in given.items()}
        kept = {group: self.get(group) for group in Group} | changes
        return Rates({group: most for group, most in kept.items() if most is not None})


POINTS_PER_MINUTE = Rates(
    {Group.ANONYMOUS: 6_000, Group.CUSTOMER: 6_000, Group.RESELLER: 20_000, Group.STAFF: 60_000}
)
REQUESTS_PER_SECOND = Rates(
    {Group.ANONYMOUS: 30, Group.CUSTOMER: 100, Group.RESELLER: 100, Group.STAFF: 100}
)

PointsPerMinute = Annotated[Rates, NoDecode, PlainValidator(POINTS_PER_MINUTE.changed)]
RequestsPerSecond = Annotated[Rates, NoDecode, PlainValidator(REQUESTS_PER_SECOND.changed)]


def _pair(text: str) -> tuple[str, str]:
    name, _, most = text.partition("=")
    return name.strip().lower(), most.strip().lower()


def _group(text: str) -> Group:
    if text not in frozenset(Group):
        raise ValueError(f"must name some of {', '.join(Group)}, like customer=4000")
    return Group(text)


def _most(text: str) -> int | None:
    if text in (_NONE, "None"):
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ValueError("must have numbers of at least 1, or none")
    return int(text)
