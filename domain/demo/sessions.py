"""Stays on the network: a week each, the last one open for most who have service."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from random import Random

from domain.demo.clock import Clock, dice
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.network import nas_address, rebooted_at
from domain.demo.people import Interval, Person
from domain.demo.staff import Staff
from domain.kernel.events import Event
from domain.radius.accounting import NAS_REBOOT
from domain.radius.events import DisconnectRequested, SessionStarted, SessionStopped
from domain.radius.models import AuthLogEntry, AuthOutcome, AuthReason, RadiusSession, SessionState

_LENGTH = timedelta(days=7)
_HOW_MANY = 5
_SHORTEST = timedelta(hours=1)
_ONLINE = 0.8
_CAUSES = ("Session-Timeout", "User-Request", "Lost-Carrier", "Idle-Timeout")
_ADDRESSES = IPv4Address("100.64.0.0")
_DISCONNECT_EVERY = 60
_DISCONNECT_REASON = "Change of plan"


@dataclass(slots=True)
class Stay:
    """A session to be; its octets are set once the usage of the months is known."""

    started_at: datetime
    last_update_at: datetime
    state: SessionState
    terminate_cause: str | None
    uploaded_octets: int = 0
    downloaded_octets: int = 0
    id: int = 0

    @property
    def seconds(self) -> int:
        return int((self.last_update_at - self.started_at).total_seconds())

    @property
    def octets(self) -> int:
        return self.uploaded_octets + self.downloaded_octets

    @property
    def is_open(self) -> bool:
        return self.state in (SessionState.ACTIVE, SessionState.DISCONNECT_REQUESTED)


def stays_of(person: Person, clock: Clock, *, may_be_online: bool) -> list[Stay]:
    """The customer's stays of the last weeks, within the times of service, oldest first."""
    chance = dice("stays", person.number)
    times = person.service_times
    stays: list[Stay] = []
    for weeks_ago in reversed(range(_HOW_MANY)):
        end = clock.live - weeks_ago * _LENGTH - timedelta(seconds=chance.randint(0, 540))
        start = end - _LENGTH + timedelta(minutes=chance.randint(10, 200))
        for time in times:
            stay = _within(time, start, end, chance)
            if stay is not None:
                stays.append(_cut_by_reboot(stay, rebooted_at(person.city, clock), chance))
    if stays and may_be_online and times[-1].end is None:
        _keep_open(stays[-1], person, chance)
    return stays


def _within(time: Interval, start: datetime, end: datetime, chance: Random) -> Stay | None:
    """The part of the week in the time of service; whose end disconnects."""
    began = max(start, time.start + timedelta(minutes=chance.randint(5, 50)))
    is_cut = time.end is not None and time.end < end
    ended = time.end if is_cut and time.end is not None else end
    if ended - began < _SHORTEST:
        return None
    cause = "Admin-Reset" if is_cut else chance.choice(_CAUSES)
    return Stay(began.replace(microsecond=0), ended, SessionState.STOPPED, cause)


def _cut_by_reboot(stay: Stay, at: datetime | None, chance: Random) -> Stay:
    if at is not None and stay.started_at < at < stay.last_update_at:
        stay.last_update_at = max(stay.started_at, at - timedelta(seconds=chance.randint(5, 540)))
        stay.state, stay.terminate_cause = SessionState.CLOSED_NAS_REBOOT, NAS_REBOOT
    return stay


def _keep_open(stay: Stay, person: Person, chance: Random) -> None:
    if stay.state is not SessionState.STOPPED or (person.number and chance.random() > _ONLINE):
        return
    is_leaving = person.number % _DISCONNECT_EVERY == _DISCONNECT_EVERY // 2
    stay.state = SessionState.DISCONNECT_REQUESTED if is_leaving else SessionState.ACTIVE
    stay.terminate_cause = None


class SessionRows:
    """Adds sessions and authentications, and tells of the recent ones."""

    def __init__(self, loader: Loader, log: EventLog, staff: Staff, clock: Clock) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock

    def add(self, person: Person, stays: list[Stay]) -> None:
        """The stays, each with its authentication, and a refused one while service is held."""
        chance = dice("sessions", person.number)
        for stay in stays:
            self._add_session(person, stay, chance)
            self._add_authentication(person, AuthReason.OK, stay.started_at)
            self._tell(person, stay)
        refusal = _REFUSALS.get(person.story.name)
        if refusal is not None:
            at = self._clock.now - timedelta(minutes=chance.randint(5, 1400))
            self._add_authentication(person, refusal, at)

    def _add_session(self, person: Person, stay: Stay, chance: Random) -> None:
        asked = stay.state is SessionState.DISCONNECT_REQUESTED
        self._loader.add(
            RadiusSession,
            id=stay.id,
            customer_id=person.id,
            acct_unique_session_id=f"{chance.getrandbits(128):032x}",
            acct_session_id=f"{chance.getrandbits(32):08x}",
            username=person.username,
            nas_ip_address=nas_address(person.city),
            framed_ip_address=_ADDRESSES + 1 + person.number,
            calling_station_id=f"02-{person.number >> 16 & 255:02X}-"
            f"{person.number >> 8 & 255:02X}-{person.number & 255:02X}-00-01",
            called_station_id=f"bng-{person.city.code.lower()}-1",
            state=stay.state,
            input_octets=stay.uploaded_octets,
            output_octets=stay.downloaded_octets,
            session_time_seconds=stay.seconds,
            started_at=stay.started_at,
            last_update_at=stay.last_update_at,
            stopped_at=None if stay.is_open else stay.last_update_at,
            terminate_cause=stay.terminate_cause,
            disconnect_requested_at=stay.last_update_at if asked else None,
            disconnect_reason=_DISCONNECT_REASON if asked else None,
            created_at=stay.started_at,
            updated_at=stay.last_update_at,
        )

    def _add_authentication(self, person: Person, reason: AuthReason, at: datetime) -> None:
        is_ok = reason is AuthReason.OK
        self._loader.add(
            AuthLogEntry,
            id=self._loader.new_id(AuthLogEntry),
            customer_id=person.id,
            username=person.username,
            outcome=AuthOutcome.ACCEPTED if is_ok else AuthOutcome.REJECTED,
            reason=reason,
            actor="service:radius",
            attempted_at=at,
        )

    def _tell(self, person: Person, stay: Stay) -> None:
        for at, event in _announced(person, stay):
            if self._clock.is_told(at):
                self._log.tell(at, "service:radius", event)


_REFUSALS = {
    "held": AuthReason.CUSTOMER_NOT_ACTIVE,
    "overdue": AuthReason.SUBSCRIPTION_NOT_ACTIVE,
    "expired": AuthReason.SUBSCRIPTION_NOT_ACTIVE,
    "trial": AuthReason.BAD_CREDENTIALS,
}


def _announced(person: Person, stay: Stay) -> Iterator[tuple[datetime, Event]]:
    address = str(nas_address(person.city))
    started = SessionStarted(
        customer_id=person.id,
        reseller_id=person.reseller_id,
        session_id=stay.id,
        nas_ip_address=address,
        started_at=stay.started_at,
    )
    yield stay.started_at, started
    if stay.state is SessionState.DISCONNECT_REQUESTED:
        asked = DisconnectRequested(
            customer_id=person.id,
            reseller_id=person.reseller_id,
            session_id=stay.id,
            nas_ip_address=address,
            reason=_DISCONNECT_REASON,
        )
        yield stay.last_update_at, asked
    if stay.is_open:
        return
    yield stay.last_update_at, _stopped(person, stay)


def _stopped(person: Person, stay: Stay) -> Event:
    return SessionStopped(
        customer_id=person.id,
        reseller_id=person.reseller_id,
        session_id=stay.id,
        nas_ip_address=str(nas_address(person.city)),
        state=stay.state,
        terminate_cause=stay.terminate_cause,
        started_at=stay.started_at,
        stopped_at=stay.last_update_at,
        session_time_seconds=stay.seconds,
        uploaded_octets=stay.uploaded_octets,
        downloaded_octets=stay.downloaded_octets,
    )
