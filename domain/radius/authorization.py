"""Who gets on the network and how: one decision over what is known of a customer, without I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from domain.customer.models import CustomerStatus, SubscriptionState, VerificationStatus
from domain.tariff.models import FupState


class Decision(StrEnum):
    """What a NAS is told to do with the customer."""

    ACCEPT = "ACCEPT"
    WALLED_GARDEN = "WALLED_GARDEN"
    REJECT = "REJECT"


class ReasonCode(StrEnum):
    """Why; a client may branch on it."""

    OK = "OK"
    FUP = "FUP"
    NO_PLAN = "NO_PLAN"
    QUOTA = "QUOTA"
    SUSPENDED = "SUSPENDED"
    NOT_ACTIVATED = "NOT_ACTIVATED"
    KYC = "KYC"
    UNPAID = "UNPAID"
    TERMINATED = "TERMINATED"
    UNDEFINED = "UNDEFINED"


@dataclass(frozen=True, slots=True)
class Rates:
    """What the customer may move, in kilobits per second."""

    download_kbps: int
    upload_kbps: int


@dataclass(frozen=True, slots=True)
class PlanRates:
    """A plan's rates, and those left once the allowance is used up (None: it never throttles)."""

    normal: Rates
    throttled: Rates | None = None


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """
    All that the decision depends on; ``documents`` are the statuses of those handed in.

    ``is_held_unpaid``: the subscription is suspended, for unpaid invoices among other reasons.
    """

    status: CustomerStatus
    subscription_state: SubscriptionState
    documents: frozenset[VerificationStatus] = frozenset()
    fup_state: FupState = FupState.NORMAL
    plan: PlanRates | None = None
    is_held_unpaid: bool = False


@dataclass(frozen=True, slots=True)
class ReplyAttribute:
    """One attribute of the Access-Accept or Access-Reject, by its dictionary name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """What a NAS would be told, why, and in which attributes. ``rates`` only with ACCEPT."""

    decision: Decision
    reason_code: ReasonCode
    message: str
    rates: Rates | None
    reply_attributes: tuple[ReplyAttribute, ...]


#: For a customer whose subscription is live before a plan is assigned: on, but slowly.
UNPLANNED = Rates(download_kbps=1_000, upload_kbps=1_000)

_INTERIM_SECONDS = 600
_SESSION_SECONDS = 86_400
_GARDEN_SESSION_SECONDS = 600
#: WISPr bandwidths are 32-bit unsigned.
_MOST_BITS_PER_SECOND = 2**32 - 1

_VERDICTS = {
    ReasonCode.OK: (Decision.ACCEPT, "Welcome"),
    ReasonCode.FUP: (Decision.ACCEPT, "The allowance is used up: the speed is reduced"),
    ReasonCode.NO_PLAN: (Decision.ACCEPT, "No tariff plan yet: the speed is basic"),
    ReasonCode.QUOTA: (Decision.WALLED_GARDEN, "The allowance is used up"),
    ReasonCode.SUSPENDED: (Decision.WALLED_GARDEN, "The service is suspended"),
    ReasonCode.NOT_ACTIVATED: (Decision.WALLED_GARDEN, "The service is not active yet"),
    ReasonCode.KYC: (Decision.WALLED_GARDEN, "A document needs to be handed in again"),
    ReasonCode.UNPAID: (Decision.WALLED_GARDEN, "A payment is due"),
    ReasonCode.TERMINATED: (Decision.REJECT, "The service has ended"),
    ReasonCode.UNDEFINED: (Decision.REJECT, "The service is not available"),
}

_NOT_ACTIVATED_STATUSES = frozenset({CustomerStatus.PENDING, CustomerStatus.INACTIVE})
_NOT_ACTIVATED_STATES = frozenset(
    {SubscriptionState.PENDING_ACTIVATION, SubscriptionState.INACTIVE}
)
_UNPAID_STATES = frozenset({SubscriptionState.PENDING_PAYMENT, SubscriptionState.EXPIRED})
_LIVE_STATES = frozenset({SubscriptionState.ACTIVE, SubscriptionState.TRIAL})
_REFUSED_DOCUMENTS = frozenset({VerificationStatus.FAILED, VerificationStatus.EXPIRED})


def decide(facts: AccessFacts) -> AccessDecision:
    """
    What a NAS is to do with such a customer: the first rule of the table that applies.

    Total: every combination of facts has its answer. Only ACTIVE and TRIAL subscriptions of
    ACTIVE customers are accepted (guide, RADIUS example; TRIAL is let in as well). A document
    refused or expired, with none verified, limits the service (guide, Service Authorization).
    """
    reason = next((code for code, applies in _RULES if applies(facts)), ReasonCode.UNDEFINED)
    decision, message = _VERDICTS[reason]
    rates = _rates(reason, facts.plan) if decision is Decision.ACCEPT else None
    return AccessDecision(decision, reason, message, rates, _reply(decision, reason, rates))


def _lacks_documents(facts: AccessFacts) -> bool:
    refused = bool(facts.documents & _REFUSED_DOCUMENTS)
    return refused and VerificationStatus.VERIFIED not in facts.documents


def _is_terminated(facts: AccessFacts) -> bool:
    return (
        facts.status is CustomerStatus.CLOSED
        or facts.subscription_state is SubscriptionState.CANCELLED
    )


def _is_unpaid(facts: AccessFacts) -> bool:
    is_suspended = facts.subscription_state is SubscriptionState.SUSPENDED
    return facts.subscription_state in _UNPAID_STATES or (is_suspended and facts.is_held_unpaid)


def _is_not_activated(facts: AccessFacts) -> bool:
    return (
        facts.status in _NOT_ACTIVATED_STATUSES or facts.subscription_state in _NOT_ACTIVATED_STATES
    )


def _is_suspended(facts: AccessFacts) -> bool:
    return (
        facts.status is CustomerStatus.SUSPENDED
        or facts.subscription_state is SubscriptionState.SUSPENDED
    )


_RULES: tuple[tuple[ReasonCode, Callable[[AccessFacts], bool]], ...] = (
    (ReasonCode.TERMINATED, _is_terminated),
    (ReasonCode.UNPAID, _is_unpaid),
    (ReasonCode.KYC, _lacks_documents),
    (ReasonCode.NOT_ACTIVATED, _is_not_activated),
    (ReasonCode.SUSPENDED, _is_suspended),
    (ReasonCode.QUOTA, lambda facts: facts.fup_state is FupState.BLOCKED),
    (ReasonCode.NO_PLAN, lambda facts: facts.plan is None),
    (ReasonCode.FUP, lambda facts: facts.fup_state is FupState.THROTTLED),
    (ReasonCode.OK, lambda facts: facts.subscription_state in _LIVE_STATES),
)


def _rates(reason: ReasonCode, plan: PlanRates | None) -> Rates:
    if plan is None:
        return UNPLANNED
    if reason is ReasonCode.FUP and plan.throttled is not None:
        return Rates(
            download_kbps=min(plan.normal.download_kbps, plan.throttled.download_kbps),
            upload_kbps=min(plan.normal.upload_kbps, plan.throttled.upload_kbps),
        )
    return plan.normal


def _reply(
    decision: Decision, reason: ReasonCode, rates: Rates | None
) -> tuple[ReplyAttribute, ...]:
    """An Access-Reject may carry a Reply-Message and nothing of the service (RFC 2865 §5.44)."""
    if decision is Decision.REJECT:
        named = {"Reply-Message": f"{_VERDICTS[reason][1]} ({reason})"}
    elif rates is None:
        named = {
            "Framed-Pool": "garden",
            "Filter-Id": f"garden-{reason.lower()}",
            "Session-Timeout": str(_GARDEN_SESSION_SECONDS),
            "Acct-Interim-Interval": str(_INTERIM_SECONDS),
        }
    else:
        named = {
            "Framed-Pool": "subscribers",
            "Filter-Id": "subscriber",
            "Session-Timeout": str(_SESSION_SECONDS),
            "Acct-Interim-Interval": str(_INTERIM_SECONDS),
            **_rate_attributes(rates),
        }
    return tuple(ReplyAttribute(name, value) for name, value in named.items())


def _rate_attributes(rates: Rates) -> dict[str, str]:
    """WISPr in bit/s; MikroTik's ``rx/tx`` is seen from the router, so upload comes first."""
    return {
        "WISPr-Bandwidth-Max-Down": str(min(rates.download_kbps * 1000, _MOST_BITS_PER_SECOND)),
        "WISPr-Bandwidth-Max-Up": str(min(rates.upload_kbps * 1000, _MOST_BITS_PER_SECOND)),
        "Mikrotik-Rate-Limit": f"{rates.upload_kbps}k/{rates.download_kbps}k",
    }
