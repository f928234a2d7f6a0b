"""The demo's customers as drawn, before they become rows: who they are and how they live."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.customer.lifecycle import LIVE
from domain.customer.models import (
    CommunicationType,
    CustomerStatus,
    CustomerType,
    SubscriptionState,
    TrackedState,
)
from domain.customer.profile import display_name
from domain.demo.clock import Clock, dice
from domain.demo.names import organisation_name, person_name
from domain.demo.places import CITIES, Address, City, address_in, filled
from domain.demo.stories import Move, Story, born, cast, moves

_Type = CustomerType
_TYPES = (
    *[_Type.INDIVIDUAL] * 6,
    _Type.BUSINESS,
    *[_Type.INDIVIDUAL] * 4,
    _Type.NON_PROFIT,
    _Type.BUSINESS,
    *[_Type.INDIVIDUAL] * 2,
    _Type.GOVERNMENT,
    *[_Type.INDIVIDUAL] * 3,
    _Type.EDUCATIONAL,
    _Type.BUSINESS,
)
#: Whose the customers are, again and again; None are the provider's own.
_RESELLERS = (1, None, 2, None, 3, None, 4, None, None, 5, None, 6, None)
#: How many customers of a hundred have the channel, and want alerts by it.
_CHANNELS = {
    CommunicationType.EMAIL: (100, 95),
    CommunicationType.SMS: (70, 80),
    CommunicationType.PHONE: (30, 50),
    CommunicationType.MAIL: (15, 10),
    CommunicationType.PUSH: (25, 70),
}
_PROVIDERS = ("example.com", "example.org", "example.net")
_FIRST_AGE = timedelta(days=499, hours=14, minutes=21)


@dataclass(frozen=True, slots=True)
class Interval:
    """A time that began, and ended unless it goes on."""

    start: datetime
    end: datetime | None

    def holds(self, instant: datetime) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)


@dataclass(frozen=True, slots=True)
class Preference:
    """A channel of a customer's, and what may be sent by it."""

    channel: CommunicationType
    enabled: bool
    alerts: bool
    marketing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer, natural or not."""

    id: int
    number: int
    story: Story
    type: CustomerType
    reseller_id: int | None
    created_at: datetime
    moves: tuple[Move, ...]
    first_name: str
    last_name: str
    company_name: str | None
    display_name: str
    email: str
    phone: str
    city: City
    service_address: Address
    billing_address: Address
    preferences: tuple[Preference, ...]

    @property
    def status(self) -> CustomerStatus:
        entered = self._entered(TrackedState.STATUS)
        return CustomerStatus(entered[-1].entered) if entered else CustomerStatus.PENDING

    @property
    def state(self) -> SubscriptionState:
        entered = self._entered(TrackedState.SUBSCRIPTION)
        return SubscriptionState(entered[-1].entered) if entered else SubscriptionState.INACTIVE

    @property
    def tax_id(self) -> str | None:
        """An organisation's; people have none."""
        if self.company_name is None:
            return None
        return f"{self.city.country.code}{500_000_000 + self.number * 7}"

    @property
    def username(self) -> str:
        return f"customer{self.number + 1}"

    @property
    def changed_at(self) -> datetime:
        """When the customer last moved."""
        return self.moves[-1].at if self.moves else self.created_at

    def times_in(self, *states: SubscriptionState) -> Iterator[Interval]:
        """The times that the subscription spent in these states without a break."""
        entered = self._entered(TrackedState.SUBSCRIPTION)
        start: datetime | None = None
        for move in entered:
            if move.entered in states:
                start = start or move.at
            elif start is not None:
                yield Interval(start, move.at)
                start = None
        if start is not None:
            yield Interval(start, None)

    @property
    def service_times(self) -> tuple[Interval, ...]:
        """When service was delivered."""
        return tuple(self.times_in(*LIVE))

    @property
    def cancelled(self) -> Move | None:
        """The arrow into CANCELLED, if taken."""
        return next((m for m in self.moves if m.entered == SubscriptionState.CANCELLED), None)

    def _entered(self, machine: TrackedState) -> list[Move]:
        return [move for move in self.moves if move.machine is machine]


_CAST = cast()


def person(customer_id: int, number: int, reseller_base: int, clock: Clock) -> Person:
    """The customer with this id, the ``number``-th drawn (from 0)."""
    chance = dice("person", number)
    story = _CAST[number % len(_CAST)]
    created_at = born(story, clock, chance)
    if number == 0:
        created_at = (clock.now - _FIRST_AGE).replace(microsecond=0)
    city = CITIES[number % len(CITIES)]
    kind = _TYPES[number % len(_TYPES)]
    first_name, last_name = person_name(city.country.code, chance)
    company = None
    if kind is not CustomerType.INDIVIDUAL:
        company = organisation_name(kind, city.country.code, city.name, chance)
    reseller = _RESELLERS[number % len(_RESELLERS)]
    service_address = address_in(city, chance)
    return Person(
        id=customer_id,
        number=number,
        story=story,
        type=kind,
        reseller_id=reseller and reseller_base + reseller,
        created_at=created_at,
        moves=tuple(moves(story, created_at, clock, chance)),
        first_name=first_name,
        last_name=last_name,
        company_name=company,
        display_name=display_name(kind, first_name, last_name, company),
        email=_email(first_name, last_name, number, chance),
        phone=filled(city.country.phone, chance),
        city=city,
        service_address=service_address,
        billing_address=address_in(city, chance) if chance.random() < 0.2 else service_address,
        preferences=tuple(_preferences(chance)),
    )


def _preferences(chance: Random) -> Iterator[Preference]:
    for channel, (have_it, want_alerts) in _CHANNELS.items():
        if chance.random() * 100 < have_it:
            yield Preference(
                channel=channel,
                enabled=channel is CommunicationType.EMAIL or chance.random() < 0.9,
                alerts=chance.random() * 100 < want_alerts,
                marketing=chance.random() < 0.25,
            )


def _email(first_name: str, last_name: str, number: int, chance: Random) -> str:
    return f"{_plain(first_name)}.{_plain(last_name)}{number + 1}@{chance.choice(_PROVIDERS)}"


def _plain(name: str) -> str:
    """Lower-case ASCII letters only."""
    decomposed = unicodedata.normalize("NFD", name.lower().replace("ß", "ss").replace("ø", "o"))
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())
