"""Billing accounts, each with what its books need: terms, plans, debts and credit."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from domain.billing.accounts import invoicing_for, map_customer_status_to_billing_status
from domain.billing.drafting import buyer_of
from domain.billing.events import BillingAccountCreated
from domain.billing.kinds import Invoicing
from domain.billing.models import BillingAccount
from domain.customer.models import Customer, CustomerType, SubscriptionState, TrackedState
from domain.demo.clock import midnight
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader, json_text
from domain.demo.people import Interval, Person
from domain.tariff.records import PlanAssignment

CURRENCY = "EUR"
_BILLING_DAYS = (1, 1, 15, 1, 1, 5, 1, 20, 1, 31)
_TERM_DAYS = {CustomerType.INDIVIDUAL: 14}
_LONGER_TERM_DAYS = 30
_OPENED_AFTER = timedelta(seconds=2)


@dataclass(slots=True)
class Document:
    """An issued invoice: what events tell of it, and what is still due."""

    id: int
    number: str
    net_minor: int
    total_minor: int
    due_minor: int
    issued_on: date
    due_on: date


@dataclass(slots=True)
class Credit:
    """What is left of a payment, in minor units."""

    payment_id: int
    left_minor: int


@dataclass(slots=True, kw_only=True)
class Ledger:
    """An account and where its books stand. ``open`` and ``credit`` are oldest first."""

    person: Person
    account: BillingAccount
    assignments: tuple[PlanAssignment, ...]
    charged_times: tuple[Interval, ...]
    buyer: str
    charged_until: date | None = None
    set_up: set[int] = field(default_factory=set)
    open: list[Document] = field(default_factory=list)
    credit: list[Credit] = field(default_factory=list)
    settled_at: datetime | None = None

    @property
    def tax_percent(self) -> Decimal:
        """The account's rate."""
        return self.account.tax_percent or Decimal(0)

    def charged_time(self, day: date) -> Interval | None:
        """The time of an ACTIVE subscription that a billing run on that day falls in."""
        at = midnight(day)
        return next((time for time in self.charged_times if time.holds(at)), None)

    def next_run(self) -> date | None:
        """The next day on which a run has something to charge; None if there will be none."""
        for time in self.charged_times:
            day = max(time.start.date() + timedelta(days=1), self.charged_until or date.min)
            if time.end is None or midnight(day) < time.end:
                return day
        return None


class AccountRows:
    """Adds the account that ``customer.created`` opened, as it is now."""

    def __init__(self, loader: Loader, log: EventLog) -> None:
        self._loader = loader
        self._log = log

    def add(self, person: Person, assignments: tuple[PlanAssignment, ...]) -> Ledger:
        """The account's ledger, without any document yet."""
        account = _account(person, self._loader.new_id(BillingAccount))
        opened_at = person.created_at + _OPENED_AFTER
        address = json_text(account.billing_address)
        self._loader.add(
            BillingAccount,
            id=account.id,
            customer_id=person.id,
            status=map_customer_status_to_billing_status(person.status),
            invoicing=account.invoicing,
            invoicing_since=account.invoicing_since,
            email=account.email,
            currency=account.currency,
            billing_day=account.billing_day,
            payment_term_days=account.payment_term_days,
            tax_percent=account.tax_percent,
            billing_address=address,
            created_at=opened_at,
            updated_at=max(opened_at, person.changed_at),
            version=1 + len(person.moves),
        )
        created = BillingAccountCreated(
            customer_id=person.id, reseller_id=person.reseller_id, account_id=account.id
        )
        self._log.tell(opened_at, "system", created)
        return Ledger(
            person=person,
            account=account,
            assignments=assignments,
            charged_times=tuple(person.times_in(SubscriptionState.ACTIVE)),
            buyer=json_text(buyer_of(account, _customer(person), opened_at.date())),
        )


def _account(person: Person, account_id: int) -> BillingAccount:
    """The account as a row outside of any session, for what billing computes of one."""
    invoicing, since = list(_invoicing(person))[-1]
    return BillingAccount(
        id=account_id,
        number=f"B-{1_000_000 + account_id}",
        customer_id=person.id,
        invoicing=invoicing,
        invoicing_since=since,
        email=person.email,
        currency=CURRENCY,
        billing_day=_BILLING_DAYS[person.number % len(_BILLING_DAYS)],
        payment_term_days=_TERM_DAYS.get(person.type, _LONGER_TERM_DAYS),
        tax_percent=person.city.country.tax_percent,
        billing_address=asdict(person.billing_address),
    )


def _invoicing(person: Person) -> Iterator[tuple[Invoicing, datetime]]:
    """How the account was invoiced, and since when, from its opening on."""
    present = Invoicing.STOPPED
    yield present, person.created_at
    for move in person.moves:
        if move.machine is TrackedState.SUBSCRIPTION:
            wanted = invoicing_for(SubscriptionState(move.entered))
            if wanted is not present:
                present = wanted
                yield present, move.at


def _customer(person: Person) -> Customer:
    return Customer(
        customer_number=f"C-{1_000_000 + person.id}",
        display_name=person.display_name,
        company_name=person.company_name,
        tax_id=person.tax_id,
    )
