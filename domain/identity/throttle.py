"""Wrong passwords are counted, and the next try is made to wait longer and longer."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

#: Of an address that is none, as when a call is made within the process.
_NOWHERE = "nowhere"
_IPV6_HOST_BITS = 64
_FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)
#: For how long a network that the login was let in from is taken for its own.
_KNOWN_FOR = timedelta(days=30)


#: The failure that the first wait follows, of a login from one network: whoever mistypes meets it.
OF_PAIR = 5
#: Of a login from wherever it was not let in lately: many networks that guess at one password.
OF_LOGIN = 30
#: Of a network, for logins that were not let in from it lately: one that guesses at many logins.
OF_NETWORK = 100
#: How long without a failure makes those before it forgotten: longer than any wait. Nothing in a
#: bucket without a success matters any longer than that.
FORGOTTEN_AFTER = timedelta(hours=1)
#: Nothing in a bucket with one matters any longer than that.
KEPT_FOR = _KNOWN_FOR


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is known of one bucket. Every change gives a new one."""

    failures: int = 0
    failed_at: datetime | None = None
    blocked_until: datetime | None = None
    succeeded_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it tells no more than one that nobody has heard of."""
        return self.failures == 0 and self.succeeded_at is None

    def is_blocked(self, now: datetime) -> bool:
        """Whether no try is let through, whatever its password."""
        return self.blocked_until is not None and now < self.blocked_until

    def is_known(self, now: datetime) -> bool:
        """Whether a try was right here within 30 days."""
        return self.succeeded_at is not None and now - self.succeeded_at < _KNOWN_FOR

    def after_failure(self, limit: int, now: datetime) -> "Bucket":
        """One more failure; from the ``limit``-th on each doubles the wait, up to 15 minutes."""
        is_old = self.failed_at is None or now - self.failed_at >= FORGOTTEN_AFTER
        failures = 1 if is_old else self.failures + 1
        delay = _delay(failures - limit)
        blocked_until = None if delay is None else now + delay
        return replace(self, failures=failures, failed_at=now, blocked_until=blocked_until)

    def after_success(self, now: datetime) -> "Bucket":
        """The failures are forgotten, and the place is known."""
        return Bucket(succeeded_at=now)

    def less_one(self, counted: "Bucket") -> "Bucket":
        """Without the failure that led to ``counted``, which was none; others' stay."""
        is_own = self.blocked_until == counted.blocked_until
        return replace(
            self,
            failures=max(self.failures - 1, 0),
            blocked_until=None if is_own else self.blocked_until,
        )


def _delay(excess: int) -> timedelta | None:
    if excess < 0:
        return None
    # Doubled ten times it is beyond the longest: no need for larger numbers.
    doubled: int = 1 << min(excess, 10)
    return min(_FIRST_DELAY * doubled, LONGEST_DELAY)


def network_of(client: str | None) -> str:
    """The network of a client's address: an IPv4 address itself, the /64 of an IPv6 one."""
    if client is None:
        return _NOWHERE
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return _NOWHERE
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> _IPV6_HOST_BITS << _IPV6_HOST_BITS)}/64"
    return str(address)


@dataclass(frozen=True, slots=True)
class Place:
    """The three buckets of a try, by name; a name tells neither the login nor the network."""

    pair: str
    login: str
    network: str

    @classmethod
    def of(cls, login: str, client: str | None) -> "Place":
        """For a login in its normal spelling and a client's address."""
        network = network_of(client)
        return cls(
            pair=_name("pair", login, network),
            login=_name("login", login),
            network=_name("network", network),
        )

    @property
    def limits(self) -> dict[str, int]:
        """Bucket → its limit."""
        return {self.pair: OF_PAIR, self.login: OF_LOGIN, self.network: OF_NETWORK}


def _name(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
