"""Customers as rows: themselves, their addresses, their channels, and how they moved."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from domain.customer.events import (
    AddressCreated,
    CustomerCreated,
    CustomerUpdated,
    EmailVerified,
    SubscriptionStateChanged,
)
from domain.customer.lifecycle import ENDED, LIVE
from domain.customer.models import (
    Address,
    AddressType,
    CommunicationPreference,
    Customer,
    CustomerStatus,
    HoldReason,
    StateChange,
    SubscriptionState,
    TrackedState,
)
from domain.demo.clock import dice
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.people import Person
from domain.demo.staff import Staff
from domain.demo.stories import Move
from domain.kernel.events import Event

_TAGS = ("early-adopter", "fibre", "newsletter", "paperless", "referral", "wholesale")
_LANGUAGE_IS_ENGLISH = 0.15
_EMAIL_IS_VERIFIED = 0.8


class CustomerRows:
    """Adds what the customer module keeps of a person, and tells what it would have announced."""

    def __init__(self, loader: Loader, log: EventLog, staff: Staff) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff

    def add(self, person: Person) -> None:
        """One customer with all but its documents."""
        chance = dice("customer", person.number)
        verified_at = person.created_at + timedelta(minutes=chance.randint(2, 400))
        is_verified = person.number == 0 or chance.random() < _EMAIL_IS_VERIFIED
        self._add_customer(
            person,
            email_verified_at=verified_at if is_verified else None,
            language="en" if chance.random() < _LANGUAGE_IS_ENGLISH else None,
            tags=sorted(chance.sample(_TAGS, chance.choice((0, 0, 1, 1, 2)))),
        )
        addresses = [
            self._add_address(person, AddressType.BILLING),
            self._add_address(person, AddressType.SERVICE),
        ]
        actor = self._staff.of_reseller(person.reseller_id)
        self._log.tell(person.created_at, actor, _created(person), *addresses)
        if is_verified:
            self._log.tell(verified_at, f"customer:{person.id}", _verified(person, verified_at))
        self._add_preferences(person)
        self._add_moves(person, actor)

    def _add_customer(
        self,
        person: Person,
        *,
        email_verified_at: datetime | None,
        language: str | None,
        tags: list[str],
    ) -> None:
        self._loader.add(
            Customer,
            id=person.id,
            type=person.type,
            status=person.status,
            status_reason=_status_reason(person),
            subscription_state=person.state,
            **_subscription_dates(person),
            holds=_holds(person),
            first_name=person.first_name,
            last_name=person.last_name,
            company_name=person.company_name,
            display_name=person.display_name,
            tax_id=person.tax_id,
            email=person.email,
            email_verified_at=email_verified_at,
            phone=person.phone,
            username=person.username,
            password_hash=self._staff.password_hash,
            language=language or person.city.country.language,
            time_zone=person.city.time_zone,
            reseller_id=person.reseller_id,
            tags=tags,
            custom_fields={"heard_of_us": "a neighbour"} if "referral" in tags else {},
            created_at=person.created_at,
            updated_at=max(person.changed_at, email_verified_at or person.created_at),
            version=1 + len(person.moves) + (email_verified_at is not None),
        )

    def _add_address(self, person: Person, kind: AddressType) -> Event:
        is_billing = kind is AddressType.BILLING
        address_id = self._loader.new_id(Address)
        self._loader.add(
            Address,
            id=address_id,
            customer_id=person.id,
            type=kind,
            **asdict(person.billing_address if is_billing else person.service_address),
            is_default=True,
            created_at=person.created_at,
            updated_at=person.created_at,
        )
        return AddressCreated(
            customer_id=person.id,
            reseller_id=person.reseller_id,
            address_id=address_id,
            address_type=kind,
        )

    def _add_preferences(self, person: Person) -> None:
        for preference in person.preferences:
            self._loader.add(
                CommunicationPreference,
                customer_id=person.id,
                communication_type=preference.channel,
                enabled=preference.enabled,
                marketing_messages=preference.marketing,
                emergency_alerts=preference.alerts,
                created_at=person.created_at,
                updated_at=person.created_at,
            )

    def _add_moves(self, person: Person, creator: str) -> None:
        registered = Move(
            person.created_at, TrackedState.STATUS, "", CustomerStatus.PENDING, reason=None
        )
        for move in (registered, *person.moves):
            actor = creator if move is registered else self._staff.support
            self._loader.add(
                StateChange,
                id=self._loader.new_id(StateChange),
                customer_id=person.id,
                machine=move.machine,
                from_state=move.left or None,
                to_state=move.entered,
                reason=move.reason,
                actor=actor,
                changed_at=move.at,
            )
            if move is not registered:
                self._log.tell(move.at, actor, _moved(person, move))


def _created(person: Person) -> Event:
    return CustomerCreated(
        customer_id=person.id,
        reseller_id=person.reseller_id,
        customer_type=person.type,
        email=person.email,
        status=CustomerStatus.PENDING,
    )


def _verified(person: Person, at: datetime) -> Event:
    return EmailVerified(
        customer_id=person.id, reseller_id=person.reseller_id, email=person.email, verified_at=at
    )


def _moved(person: Person, move: Move) -> Event:
    if move.machine is TrackedState.STATUS:
        return CustomerUpdated(
            customer_id=person.id,
            reseller_id=person.reseller_id,
            changed_fields=["status"],
            status=CustomerStatus(move.entered),
        )
    return SubscriptionStateChanged(
        customer_id=person.id,
        reseller_id=person.reseller_id,
        from_state=SubscriptionState(move.left),
        to_state=SubscriptionState(move.entered),
        reason=move.reason,
    )


def _status_reason(person: Person) -> str | None:
    moves = [move for move in person.moves if move.machine is TrackedState.STATUS]
    return moves[-1].reason if moves else None


def _holds(person: Person) -> list[HoldReason]:
    if person.state is not SubscriptionState.SUSPENDED:
        return []
    is_barred = person.status is CustomerStatus.SUSPENDED
    return [HoldReason.CUSTOMER if is_barred else HoldReason.ADMIN]


def _subscription_dates(person: Person) -> dict[str, Any]:
    started: datetime | None = None
    ended: datetime | None = None
    for move in person.moves:
        if move.entered in LIVE and move.machine is TrackedState.SUBSCRIPTION:
            started = started or move.at
        elif move.entered in ENDED:
            ended = move.at
    return {"subscription_started_at": started, "subscription_ends_at": ended}
