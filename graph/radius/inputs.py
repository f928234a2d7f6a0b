"""Input types of the radius module; each knows the command it stands for."""

import datetime
from ipaddress import ip_address

import strawberry

from domain.kernel import values
from domain.kernel.addresses import IpAddress
from domain.radius import commands, models, queries
from graph.ids import key_of
from graph.payloads import MutationInput
from graph.radius import enums  # noqa: F401 (describes the enums before a type names them)
from graph.scalars import BigInt, IPAddress


@strawberry.input(description="Which sessions: all that are given must hold")
class RadiusSessionFilter:
    active: bool | None = strawberry.field(
        default=None, description="True for those online, false for those that ended"
    )
    customer_id: int | None = strawberry.field(default=None, description="Of this customer")
    username: str | None = strawberry.field(default=None, description="Opened with this name")
    nas_ip_address: IPAddress | None = strawberry.field(default=None, description="At this NAS")
    framed_ip_address: IPAddress | None = strawberry.field(
        default=None, description="With this address"
    )

    def to_domain(self) -> queries.SessionFilter:
        """Raises ``Invalid`` for a text that is too long."""
        username = self.username and values.text(
            self.username, "username", longest=models.LONGEST_TEXT
        )
        return queries.SessionFilter(
            active=self.active,
            customer_id=self.customer_id,
            username=username.lower() if username else None,
            nas_ip_address=_address(self.nas_ip_address),
            framed_ip_address=_address(self.framed_ip_address),
        )


@strawberry.input(description="A customer's username and password")
class AuthenticateCustomerInput:
    """No idempotency key: an answer must not be replayed, nor a digest of the password kept."""

    username: str = strawberry.field(description="Sign-in name, in any case")
    password: str = strawberry.field(description="Password")
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Comes back in the payload as it is"
    )


@strawberry.input(description="A customer to decide on")
class AuthorizeCustomerInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")


@strawberry.input(
    description="What a NAS reports of a session, or of itself with ON and OFF (RFC 2866)"
)
class RecordAccountingInput(MutationInput):
    status_type: models.AcctStatusType = strawberry.field(description="What it tells")
    nas_ip_address: IPAddress = strawberry.field(description="Address of the NAS")
    acct_unique_session_id: str = strawberry.field(
        default="", description="Session's id, the same in all its records; not with ON and OFF"
    )
    acct_session_id: str = strawberry.field(default="", description="Session's id at the NAS")
    username: str = strawberry.field(
        default="", description="Customer's username; not with ON and OFF"
    )
    event_at: datetime.datetime | None = strawberry.field(
        default=None, description="Timestamp of the event: arrival less Acct-Delay-Time; else now"
    )
    session_time_seconds: int = strawberry.field(default=0, description="Session's age")
    input_octets: BigInt = strawberry.field(
        default=BigInt(0), description="Low 32 bits of the octets from the customer so far"
    )
    input_gigawords: int = strawberry.field(
        default=0, description="How often those 32 bits have wrapped"
    )
    output_octets: BigInt = strawberry.field(
        default=BigInt(0), description="Low 32 bits of the octets to the customer so far"
    )
    output_gigawords: int = strawberry.field(
        default=0, description="How often those 32 bits have wrapped"
    )
    framed_ip_address: IPAddress | None = strawberry.field(
        default=None, description="Address that the customer was given"
    )
    calling_station_id: str | None = strawberry.field(
        default=None, description="Where it comes from, mostly a MAC address"
    )
    called_station_id: str | None = strawberry.field(
        default=None, description="Where it arrived at the NAS"
    )
    terminate_cause: str | None = strawberry.field(
        default=None, description="Why it ended, with STOP"
    )

    def to_domain(self) -> commands.AccountingRecord:
        return commands.AccountingRecord(
            status_type=self.status_type,
            nas_ip_address=ip_address(self.nas_ip_address),
            acct_unique_session_id=self.acct_unique_session_id,
            acct_session_id=self.acct_session_id,
            username=self.username,
            event_at=self.event_at,
            session_time_seconds=self.session_time_seconds,
            input_octets=self.input_octets,
            input_gigawords=self.input_gigawords,
            output_octets=self.output_octets,
            output_gigawords=self.output_gigawords,
            framed_ip_address=_address(self.framed_ip_address),
            calling_station_id=self.calling_station_id,
            called_station_id=self.called_station_id,
            terminate_cause=self.terminate_cause,
        )


@strawberry.input(description="A session to end")
class DisconnectSessionInput(MutationInput):
    session_id: strawberry.ID = strawberry.field(description="Global id of the session")
    reason: str = strawberry.field(description="Why; the customer can read it")

    @property
    def key(self) -> int:
        return key_of(self.session_id, "RadiusSession")


@strawberry.input(description="A network access server to put on the list")
class RegisterNasInput(MutationInput):
    name: str = strawberry.field(description="Its name, unique")
    address: IPAddress = strawberry.field(description="Address its packets come from, unique")
    vendor: models.NasVendor = strawberry.field(
        default=models.NasVendor.OTHER, description="Who made it"
    )

    def to_domain(self) -> commands.RegisterNas:
        return commands.RegisterNas(
            name=self.name, address=ip_address(self.address), vendor=self.vendor
        )


def _address(text: str | None) -> IpAddress | None:
    return None if text is None else ip_address(text)
