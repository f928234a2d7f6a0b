"""Requests to the radius module, parsed and checked as they are made."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.kernel import values
from domain.kernel.addresses import IpAddress
from domain.kernel.errors import Invalid
from domain.radius.models import LONGEST_TEXT, AcctStatusType, NasVendor

_GIGAWORD = 2**32
#: The whole counter then stays below 2^63, the largest BIGINT.
_MOST_GIGAWORDS = 2**31
#: 68 years: it shows as a GraphQL ``Int``.
_LONGEST_SESSION_SECONDS = 2**31
#: Of a whole NAS, not of one session (RFC 2866 §5.1).
OF_NAS = frozenset({AcctStatusType.ON, AcctStatusType.OFF})


@dataclass(frozen=True, kw_only=True)
class RegisterNas:
    """A network access server to put on the list."""

    name: str
    address: IpAddress
    vendor: NasVendor = NasVendor.OTHER


@dataclass(frozen=True, kw_only=True)
class CreateCredential:
    """A line to be let in; name and password are made here if not given."""

    customer_id: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class AccountingRecord:
    """
    What a NAS reports of a session, or of itself with ON and OFF (RFC 2866, RFC 2869).

    Octets are the low 32 bits of a total since the session began, gigawords its wraps. Input is
    from the subscriber (upload). ``event_at`` is when it happened: arrival less Acct-Delay-Time,
    or Event-Timestamp; None means now.
    """

    status_type: AcctStatusType
    nas_ip_address: IpAddress
    acct_unique_session_id: str = ""
    acct_session_id: str = ""
    username: str = ""
    event_at: datetime | None = None
    session_time_seconds: int = 0
    input_octets: int = 0
    input_gigawords: int = 0
    output_octets: int = 0
    output_gigawords: int = 0
    framed_ip_address: IpAddress | None = None
    calling_station_id: str | None = None
    called_station_id: str | None = None
    terminate_cause: str | None = None

    @property
    def is_of_nas(self) -> bool:
        return self.status_type in OF_NAS

    @property
    def uploaded_octets(self) -> int:
        """The whole 64-bit total (RFC 2869 §5.1)."""
        return self.input_gigawords * _GIGAWORD + self.input_octets

    @property
    def downloaded_octets(self) -> int:
        """The whole 64-bit total (RFC 2869 §5.2)."""
        return self.output_gigawords * _GIGAWORD + self.output_octets

    def checked(self) -> "AccountingRecord":
        """The record with its texts trimmed. Raises ``Invalid`` at a value no NAS may send."""
        for name, value, end in (
            ("sessionTimeSeconds", self.session_time_seconds, _LONGEST_SESSION_SECONDS),
            ("inputOctets", self.input_octets, _GIGAWORD),
            ("inputGigawords", self.input_gigawords, _MOST_GIGAWORDS),
            ("outputOctets", self.output_octets, _GIGAWORD),
            ("outputGigawords", self.output_gigawords, _MOST_GIGAWORDS),
        ):
            if not 0 <= value < end:
                raise Invalid(name, f"must be 0 to {end - 1}")
        if self.event_at is not None and self.event_at.tzinfo is None:
            raise Invalid("eventAt", "must have an offset from UTC")
        needed = 0 if self.is_of_nas else 1
        return replace(
            self,
            acct_unique_session_id=_text(
                self.acct_unique_session_id, "acctUniqueSessionId", needed
            ),
            username=_text(self.username, "username", needed),
            acct_session_id=_text(self.acct_session_id, "acctSessionId"),
            calling_station_id=_text(self.calling_station_id, "callingStationId") or None,
            called_station_id=_text(self.called_station_id, "calledStationId") or None,
            terminate_cause=_text(self.terminate_cause, "terminateCause") or None,
        )


def _text(value: str | None, field: str, shortest: int = 0) -> str:
    return values.text(value or "", field, longest=LONGEST_TEXT, shortest=shortest)
