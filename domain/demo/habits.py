"""How customers pay: each invoice's promise follows from its customer's habit."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from random import Random

from domain.billing.kinds import PaymentMethod
from domain.demo.clock import Clock, dice, midnight
from domain.demo.ledgers import Document, Ledger
from domain.demo.people import Person


class Habit(Enum):
    """How a customer pays."""

    CARD = auto()
    TRANSFER = auto()
    LATE = auto()
    IN_PARTS = auto()
    ROUNDED_UP = auto()
    NOT_LATELY = auto()


_HABITS = (
    Habit.TRANSFER,
    Habit.CARD,
    Habit.NOT_LATELY,
    Habit.CARD,
    Habit.IN_PARTS,
    Habit.TRANSFER,
    Habit.CARD,
    Habit.LATE,
    Habit.ROUNDED_UP,
    Habit.CARD,
    Habit.TRANSFER,
)
_DELAYS = {
    Habit.CARD: (1, 2),
    Habit.TRANSFER: (4, 13),
    Habit.LATE: (17, 23),
    Habit.IN_PARTS: (3, 8),
    Habit.ROUNDED_UP: (3, 12),
    Habit.NOT_LATELY: (5, 13),
}
_UNPAID_DAYS = 75
_CLOSED_UNPAID_DAYS = 165
_IN_PARTS_DAYS = 45
_ROUNDED_UP_DAYS = 35
_EXTRA_MINOR = 1_000
#: The debts for which service was suspended, and when they were paid to resume it.
_RESUMED_DEBTS = (100, 60)
_RESUMED_PAID_DAYS = 47


@dataclass(frozen=True, slots=True)
class Promise:
    """Money that will come in."""

    at: datetime
    amount_minor: int
    method: PaymentMethod


def habit_of(person: Person) -> Habit:
    """How the customer pays; the stories of debts need theirs."""
    if person.story.name == "overdue" or _left_in_debt(person):
        return Habit.NOT_LATELY
    if person.story.name in ("resumed", "cancelled", "left", "closed", "expired"):
        return Habit.TRANSFER
    return _HABITS[person.number % len(_HABITS)]


def promise_for(ledger: Ledger, document: Document, clock: Clock) -> Promise | None:
    """When and how the invoice will be paid; None if never, or if it is already."""
    person, habit = ledger.person, habit_of(ledger.person)
    chance = dice("payment", document.id)
    age = (clock.today - document.issued_on).days
    amount = _amount(person, habit, document.due_minor, age)
    if not amount:
        return None
    day = document.issued_on + timedelta(days=chance.randint(*_DELAYS[habit]))
    oldest, newest = _RESUMED_DEBTS
    if person.story.name == "resumed" and newest <= age <= oldest:
        day = clock.today - timedelta(days=_RESUMED_PAID_DAYS)
    return Promise(_opening_hours(day, chance), amount, _method(habit, chance))


def _amount(person: Person, habit: Habit, due_minor: int, age: int) -> int:
    """How much of an invoice of that many days is paid at once; 0 if it never is."""
    unpaid_days = _CLOSED_UNPAID_DAYS if _left_in_debt(person) else _UNPAID_DAYS
    if not due_minor or (habit is Habit.NOT_LATELY and age <= unpaid_days):
        return 0
    if habit is Habit.IN_PARTS and age <= _IN_PARTS_DAYS:
        return (due_minor + 1) // 2
    if habit is Habit.ROUNDED_UP and age <= _ROUNDED_UP_DAYS:
        return due_minor + _EXTRA_MINOR
    return due_minor


def _left_in_debt(person: Person) -> bool:
    """Whether a customer who is gone has not paid the last invoices: every second one."""
    return person.story.name == "closed" and person.number // 50 % 2 == 1


def _opening_hours(day: date, chance: Random) -> datetime:
    return midnight(day) + timedelta(seconds=chance.randint(7 * 3600, 20 * 3600))


def _method(habit: Habit, chance: Random) -> PaymentMethod:
    if habit is Habit.CARD:
        return PaymentMethod.CREDIT_CARD
    others = (PaymentMethod.BANK_TRANSFER,) * 8 + (PaymentMethod.PAYPAL, PaymentMethod.CASH)
    return chance.choice(others)
