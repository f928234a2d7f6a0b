"""The table of the guide's REST paths: each row maps one of them to a GraphQL document."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph.scalars import format_date_time, parse_date_time

#: Works out a variable that the request leaves open from those that are known by then.
Default = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """
    One path and method.

    The document's variables are its inputs: those in braces come from the path, ``idempotencyKey``
    from the header, the others from the query (GET) or from the members of the JSON body (POST).
    ``answer`` leads from the document's data to the body of the response.
    """

    method: Literal["GET", "POST"]
    path: str
    document: str
    answer: tuple[str, ...]
    summary: str
    status: int = 200
    defaults: Mapping[str, Default] = field(default_factory=dict)
    location: str | None = None


def _now(_known: Mapping[str, Any]) -> str:
    return format_date_time(datetime.datetime.now(datetime.UTC))


def _day_before_end(known: Mapping[str, Any]) -> str:
    return format_date_time(parse_date_time(known["to"]) - datetime.timedelta(days=1))


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="GET",
        path="/api/customers/{customer_id}",
        document="get_customer",
        answer=("customer",),
        summary="A customer with addresses, documents and communication preferences",
    ),
    Endpoint(
        method="GET",
        path="/api/billing/customers/{customer_id}/invoices",
        document="list_invoices",
        answer=("customer", "invoices"),
        summary="All invoices of a customer, newest first",
    ),
    Endpoint(
        method="POST",
        path="/api/billing/customers/{customer_id}/payments",
        document="record_payment",
        answer=("recordPayment", "payment"),
        summary="Process a payment of a customer",
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/api/tariff/customers/{customer_id}/plans",
        document="list_plans",
        answer=("customer", "planHistory"),
        summary="All tariff plans that a customer is, was or will be on, the latest start first",
    ),
    Endpoint(
        method="POST",
        path="/api/tariff/customers/{customer_id}/plans",
        document="assign_plan",
        answer=("assignTariffPlan", "planAssignment"),
        summary="Assign a tariff plan to a customer, in place of the one before",
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/api/radius/customers/{customer_id}/sessions",
        document="list_sessions",
        answer=("customer", "sessions"),
        summary="Active RADIUS sessions of a customer, the latest start first",
    ),
    Endpoint(
        method="POST",
        path="/api/radius/customers/{customer_id}/authorize",
        document="authorize",
        answer=("authorizeCustomer", "authorization"),
        summary="Whether and how a customer is authorized for service; changes nothing",
    ),
    Endpoint(
        method="GET",
        path="/api/monitoring/customers/{customer_id}/metrics",
        document="get_metrics",
        answer=("customer",),
        summary="Monitoring metrics of a customer; of the last 24 hours unless told otherwise",
        defaults={"to": _now, "from": _day_before_end},
    ),
    Endpoint(
        method="POST",
        path="/api/monitoring/customers/{customer_id}/alerts",
        document="create_alert",
        answer=("createAlert", "alert"),
        summary="Create an alert for a customer, who is told by the channels they prefer",
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/api/reseller/{reseller_id}/customers",
        document="list_reseller_customers",
        answer=("reseller", "customers"),
        summary="All customers of a reseller, without its sub-resellers', oldest first",
    ),
    Endpoint(
        method="POST",
        path="/api/reseller/{reseller_id}/customers",
        document="create_reseller_customer",
        answer=("createResellerCustomer", "customer"),
        summary="Create a customer under a reseller",
        status=201,
        location="/api/customers/{customer_id}",
    ),
)
