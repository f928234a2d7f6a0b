"""Who may ask how often, and for how many points: a budget of each principal, by its role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from domain.kernel.access import Actor
from graph import errors
from graph.limits.buckets import Allowance, Buckets
from graph.limits.groups import GROUPS, Group
from graph.limits.measures import REFUSALS
from graph.refused import Refused

#: Of how many seconds a principal may ask all requests at once.
BURST_SECONDS = 5
_ONE_CLIENT_BITS = 64
_TO_THE_SECOND = len("2026-01-31T23:59:59")


@dataclass(frozen=True, slots=True)
class Charge:
    """
    What an operation costs and what that leaves, in points.

    ``maximum`` is the most that one operation may cost, ``limit`` the points of a minute,
    ``remaining`` what is left of them and ``reset_at`` when all are back; the last three are None
    of who has no budget.
    """

    requested: int
    maximum: int
    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None

    def shown(self) -> dict[str, Any]:
        """``extensions.cost`` of an answer."""
        return {
            "requested": self.requested,
            "maximum": self.maximum,
            "limit": self.limit,
            "remaining": self.remaining,
            "resetAt": self.reset_at and _timestamp(self.reset_at),
        }


def _timestamp(moment: datetime) -> str:
    return f"{moment.isoformat()[:_TO_THE_SECOND]}Z"


class Budgets:
    """
    ``points`` are those of a minute, ``requests`` those of a second; a group without is free.

    The key of a budget is the subject of a verified token, or the client's network address of who
    has none: nothing that a client may write as it likes.
    """

    def __init__(
        self, buckets: Buckets, points: Mapping[Group, int], requests: Mapping[Group, int]
    ) -> None:
        self._buckets = buckets
        self._points = {group: Allowance.per_minute(most) for group, most in points.items()}
        self._requests = {
            group: Allowance(most * BURST_SECONDS, most) for group, most in requests.items()
        }

    def most(self, actor: Actor) -> int | None:
        """The points of a minute; None if they are not counted."""
        allowance = self._points.get(GROUPS[actor.role])
        return None if allowance is None else allowance.capacity

    async def enter(self, actor: Actor, client: str | None) -> None:
        """
        Count one request.

        Raises:
            Refused: with code RATE_LIMITED: there were too many.
        """
        allowance = self._requests.get(GROUPS[actor.role])
        if allowance is None:
            return
        taken = await self._buckets.take(f"requests:{_principal(actor, client)}", allowance, 1)
        if not taken.is_granted:
            raise _wait("requests", "Too many requests", taken.retry_after_seconds)

    async def charge(self, actor: Actor, client: str | None, charge: Charge) -> Charge:
        """
        Take what is requested; 0 points only look.

        Raises:
            Refused: with code RATE_LIMITED: not so much is left of the minute's points.
        """
        allowance = self._points.get(GROUPS[actor.role])
        if allowance is None:
            return charge
        key = f"points:{_principal(actor, client)}"
        taken = await self._buckets.take(key, allowance, charge.requested)
        if not taken.is_granted:
            spent = f"The {allowance.capacity} points of a minute are spent"
            raise _wait("points", spent, taken.retry_after_seconds)
        full = timedelta(seconds=allowance.seconds_to(taken.level, allowance.capacity))
        return Charge(
            charge.requested,
            charge.maximum,
            limit=allowance.capacity,
            remaining=int(taken.level),
            reset_at=datetime.now(UTC) + full,
        )

    async def close(self) -> None:
        """Give up what is held open."""
        await self._buckets.close()


def _principal(actor: Actor, client: str | None) -> str:
    if not actor.is_anonymous:
        return f"{GROUPS[actor.role]}:{actor.subject}"
    return f"anonymous:{_address(client)}"


def _address(client: str | None) -> str:
    """The address, or the network that one client has to itself and may choose addresses from."""
    try:
        address = ip_address(client or "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{address.packed[: _ONE_CLIENT_BITS // 8].hex()}/{_ONE_CLIENT_BITS}"


def _wait(limit: str, reason: str, seconds: int) -> Refused:
    REFUSALS.labels(limit).inc()
    message = f"{reason}; try again in {seconds} seconds"
    refusal = errors.request_error(message, errors.RATE_LIMITED)
    refusal["extensions"]["retryAfterSeconds"] = seconds
    return Refused(refusal)
