"""Object types of the radius module."""

import datetime

import strawberry

from domain.radius import authorization, models, records
from graph.ids import id_of
from graph.node import Node
from graph.radius import enums  # noqa: F401 (describes the enums before a type names them)
from graph.refs import CustomerRef
from graph.rows import RowType
from graph.scalars import BigInt, IPAddress
from resolvers.customer import customers


@strawberry.federation.type(keys=["id"], description="One stay of a customer on the network")
class RadiusSession(RowType, Node):
    row = records.RadiusSession

    id: strawberry.ID = strawberry.field(
        resolver=id_of("RadiusSession"), description="Global id, opaque"
    )
    state: models.SessionState = strawberry.field(description="Where it stands")
    is_active: bool = strawberry.field(description="Whether the customer is online by it")
    username: str = strawberry.field(description="Name it was opened with")
    acct_session_id: str = strawberry.field(description="Session's id at the NAS")
    acct_unique_session_id: str = strawberry.field(description="Session's id at the AAA server")
    nas_ip_address: IPAddress = strawberry.field(description="Address of the NAS it is at")
    framed_ip_address: IPAddress | None = strawberry.field(
        description="Address that the customer was given"
    )
    calling_station_id: str | None = strawberry.field(
        description="Where it comes from, mostly a MAC address"
    )
    called_station_id: str | None = strawberry.field(description="Where it arrived at the NAS")
    uploaded_octets: BigInt = strawberry.field(
        resolver=lambda root: root.input_octets,
        description="Octets from the customer so far (RADIUS calls them input)",
    )
    downloaded_octets: BigInt = strawberry.field(
        resolver=lambda root: root.output_octets,
        description="Octets to the customer so far (RADIUS calls them output)",
    )
    session_time_seconds: int = strawberry.field(description="Its age, as last reported")
    started_at: datetime.datetime = strawberry.field(description="Timestamp of its start")
    last_update_at: datetime.datetime = strawberry.field(
        description="Timestamp of the newest report"
    )
    stopped_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its end; null while online"
    )
    terminate_cause: str | None = strawberry.field(description="Why it ended, as the NAS says")
    disconnect_requested_at: datetime.datetime | None = strawberry.field(
        description="Timestamp at which staff asked for its end"
    )
    disconnect_reason: str | None = strawberry.field(description="Why they did")
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose session it is; null once deleted"
    )


@strawberry.type(description="One attribute of a RADIUS reply")
class ReplyAttribute(RowType):
    row = authorization.ReplyAttribute

    name: str = strawberry.field(description="Name in the RADIUS dictionaries")
    value: str = strawberry.field(description="Value, as text")


def _download(root: authorization.AccessDecision) -> int | None:
    return None if root.rates is None else root.rates.download_kbps


def _upload(root: authorization.AccessDecision) -> int | None:
    return None if root.rates is None else root.rates.upload_kbps


@strawberry.type(description="What a NAS would be told if the customer came online now, and why")
class ServiceAuthorization(RowType):
    row = authorization.AccessDecision

    decision: authorization.Decision = strawberry.field(description="What it is told to do")
    reason_code: authorization.ReasonCode = strawberry.field(description="Why, for programs")
    message: str = strawberry.field(description="Why, in a sentence for people")
    download_kbps: int | None = strawberry.field(
        resolver=_download, description="Downstream rate in kbit/s; null unless accepted"
    )
    upload_kbps: int | None = strawberry.field(
        resolver=_upload, description="Upstream rate in kbit/s; null unless accepted"
    )
    reply_attributes: list[ReplyAttribute] = strawberry.field(
        description="Attributes of the Access-Accept or Access-Reject"
    )


@strawberry.federation.type(keys=["id"], description="A network access server")
class Nas(RowType, Node):
    row = records.Nas

    id: strawberry.ID = strawberry.field(resolver=id_of("Nas"), description="Global id, opaque")
    name: str = strawberry.field(description="Its name, unique")
    address: IPAddress = strawberry.field(description="Address its packets come from, unique")
    vendor: models.NasVendor = strawberry.field(description="Who made it")
    created_at: datetime.datetime = strawberry.field(description="Timestamp of registration")


@strawberry.type(description="An accounting record whose username is no customer's")
class UnclaimedAccounting(RowType):
    row = records.UnclaimedAccounting

    received_at: datetime.datetime = strawberry.field(description="Timestamp of its arrival")
    event_at: datetime.datetime = strawberry.field(description="Timestamp of what it reports")
    status_type: models.AcctStatusType = strawberry.field(description="What it tells")
    username: str = strawberry.field(description="Name that nobody has")
    nas_ip_address: IPAddress = strawberry.field(description="Address of the NAS")
    acct_unique_session_id: str = strawberry.field(description="Session's id at the AAA server")
    session_time_seconds: int = strawberry.field(description="Session's age")
    uploaded_octets: BigInt = strawberry.field(
        resolver=lambda root: root.input_octets, description="Octets from the subscriber so far"
    )
    downloaded_octets: BigInt = strawberry.field(
        resolver=lambda root: root.output_octets, description="Octets to the subscriber so far"
    )
