"""The demo's tariff plans: with and without an allowance, and one that is no longer sold."""

from dataclasses import dataclass

from domain.customer.models import CustomerType
from domain.demo.clock import Clock
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.staff import FOUNDER
from domain.tariff import records
from domain.tariff.events import PlanPublished, PlanRetired
from domain.tariff.models import BillingCycle, FupAction, TariffPlan

_GB = 1_000_000_000
RETIRED = "DSL-16"
RETIRED_DAYS_AGO = 120
_PUBLISHED_DAYS_AGO = 1150


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A plan as published. Speeds are Mbit/s, the allowance is GB; ``slow`` is what is left."""

    code: str
    name: str
    description: str
    price_minor: int
    setup_fee_minor: int = 0
    cycle: BillingCycle = BillingCycle.MONTHLY
    speed: tuple[int, int]
    allowance: int | None = None
    action: FupAction | None = None
    slow: tuple[int, int] | None = None


_OFFERS = (
    _Offer(
        code="LITE-50",
        name="Lite 50",
        description="For mail, music and a film on Sunday",
        price_minor=1490,
        setup_fee_minor=1900,
        speed=(50, 10),
        allowance=200,
        action=FupAction.THROTTLE,
        slow=(2, 1),
    ),
    _Offer(
        code="HOME-100",
        name="Home 100",
        description="Unmetered fibre for two",
        price_minor=2490,
        setup_fee_minor=2900,
        speed=(100, 50),
    ),
    _Offer(
        code="HOME-500",
        name="Home 500",
        description="Unmetered fibre for the whole house",
        price_minor=3990,
        speed=(500, 250),
    ),
    _Offer(
        code="HOME-500-Y",
        name="Home 500, paid by the year",
        description="Twelve months for the price of ten",
        price_minor=39900,
        cycle=BillingCycle.YEARLY,
        speed=(500, 250),
    ),
    _Offer(
        code="FLEX-30",
        name="Flex 30",
        description="No term; stops when the data is used up",
        price_minor=990,
        speed=(30, 10),
        allowance=50,
        action=FupAction.BLOCK,
    ),
    _Offer(
        code="BIZ-300",
        name="Business 300",
        description="Fixed address, repair within eight hours",
        price_minor=8900,
        setup_fee_minor=15000,
        speed=(300, 300),
        allowance=2000,
        action=FupAction.CHARGE,
    ),
    _Offer(
        code="CAMPUS-1000",
        name="Campus 1000",
        description="For schools and offices, billed by the quarter",
        price_minor=74700,
        setup_fee_minor=25000,
        cycle=BillingCycle.QUARTERLY,
        speed=(1000, 1000),
    ),
    _Offer(
        code=RETIRED,
        name="Classic DSL 16",
        description="Over the telephone line",
        price_minor=1990,
        speed=(16, 1),
        allowance=300,
        action=FupAction.THROTTLE,
        slow=(1, 1),
    ),
)
#: Codes as often as they are chosen of a hundred; the retired one only while it was sold.
_CHOICES = {
    CustomerType.INDIVIDUAL: {
        "LITE-50": 24,
        "HOME-100": 26,
        "HOME-500": 20,
        "HOME-500-Y": 5,
        "FLEX-30": 13,
        RETIRED: 12,
    },
    CustomerType.BUSINESS: {"BIZ-300": 70, "HOME-500": 20, "CAMPUS-1000": 10},
}
_INSTITUTIONS = {"CAMPUS-1000": 50, "BIZ-300": 40, "HOME-100": 10}

Plans = dict[str, records.TariffPlan]


def choices(kind: CustomerType) -> tuple[list[str], list[int]]:
    """The codes that customers of the kind choose from, and their weights."""
    weights = _CHOICES.get(kind, _INSTITUTIONS)
    return list(weights), list(weights.values())


def add_plans(loader: Loader, log: EventLog, clock: Clock) -> Plans:
    """The plans by code."""
    plans = {offer.code: _plan(offer, loader.new_id(TariffPlan), clock) for offer in _OFFERS}
    for plan in plans.values():
        loader.add(TariffPlan, **{name: getattr(plan, name) for name in plan.__slots__})
        published = PlanPublished(
            tariff_plan_id=plan.id,
            code=plan.code,
            name=plan.name,
            amount_minor=plan.price_minor,
            currency=plan.currency,
            billing_cycle=plan.billing_cycle,
            edition=plan.edition,
            effective_from=plan.created_at,
        )
        log.tell(plan.created_at, FOUNDER, published)
        if plan.retired_at is not None:
            retired = PlanRetired(tariff_plan_id=plan.id, code=plan.code)
            log.tell(plan.retired_at, FOUNDER, retired)
    return plans


def _plan(offer: _Offer, plan_id: int, clock: Clock) -> records.TariffPlan:
    published_at = clock.days_ago(_PUBLISHED_DAYS_AGO)
    retired_at = clock.days_ago(RETIRED_DAYS_AGO) if offer.code == RETIRED else None
    slow = offer.slow or (None, None)
    return records.TariffPlan(
        id=plan_id,
        code=offer.code,
        name=offer.name,
        description=offer.description,
        price_minor=offer.price_minor,
        currency="EUR",
        billing_cycle=offer.cycle,
        setup_fee_minor=offer.setup_fee_minor,
        download_kbps=offer.speed[0] * 1000,
        upload_kbps=offer.speed[1] * 1000,
        allowance_octets=offer.allowance and offer.allowance * _GB,
        fup_action=offer.action,
        throttled_download_kbps=slow[0] and slow[0] * 1000,
        throttled_upload_kbps=slow[1] and slow[1] * 1000,
        retired_at=retired_at,
        created_at=published_at,
        updated_at=retired_at or published_at,
        version=2 if retired_at else 1,
    )
