"""Random walks through both state machines: their invariants hold after every single call."""

import random

import pytest
from sqlalchemy import select

from domain.customer.lifecycle import LIVE
from domain.customer.models import (
    Customer,
    CustomerStatus,
    HoldReason,
    StateChange,
    SubscriptionState,
)
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.errors import DomainError
from tests.support.customers import created_customer
from tests.support.events import announced

STEPS = 40


class Walk:
    """One customer, moved at random, and what is known of it from outside."""

    def __init__(self, database, customer_id, seed):
        self.database = database
        self.customer_id = customer_id
        self.random = random.Random(seed)

    async def row(self):
        columns = Customer.__table__.columns
        async with self.database.reading() as connection:
            statement = select(*columns).where(Customer.id == self.customer_id)
            return (await connection.execute(statement)).one()

    async def history(self):
        async with self.database.reading() as connection:
            rows = await connection.execute(
                select(StateChange.machine, StateChange.from_state, StateChange.to_state)
                .where(StateChange.customer_id == self.customer_id)
                .order_by(StateChange.id)
            )
            return [(str(row.machine), row.from_state, row.to_state) for row in rows]

    async def told(self):
        """What the log says of moves, as history rows, and the number of ``customer.updated``."""
        events = await announced(self.database, "customer.")
        moves = [
            ("SUBSCRIPTION", data["from_state"], data["to_state"])
            for kind, data in events
            if kind == "customer.subscription_state.changed"
        ]
        return moves, sum(kind == "customer.updated" for kind, _ in events)

    async def step(self):
        """One call of the service, of a random move; whether it was accepted."""
        service = CustomerService()
        move = self.random.choice([*CustomerStatus, *SubscriptionState])
        reason = self.random.choice([None, "because"])
        try:
            async with self.database.unit_of_work(SYSTEM) as session:
                if isinstance(move, CustomerStatus):
                    await service.change_status(session, self.customer_id, move, reason=reason)
                else:
                    await service.update_subscription_state(
                        session, self.customer_id, move, reason=reason
                    )
        except DomainError:
            return False
        return True


def check_invariants(row):
    assert row.subscription_state not in LIVE or row.status is CustomerStatus.ACTIVE
    if row.subscription_state in LIVE:
        assert row.subscription_started_at is not None
        assert row.subscription_ends_at is None
    is_suspended = row.subscription_state is SubscriptionState.SUSPENDED
    assert is_suspended == bool(row.holds)
    if HoldReason.CUSTOMER in row.holds:
        assert row.status is not CustomerStatus.ACTIVE
    if row.subscription_ends_at is not None and row.subscription_started_at is not None:
        assert row.subscription_started_at <= row.subscription_ends_at


@pytest.mark.parametrize("seed", range(4))
async def test_invariants_history_and_events_agree_with_every_move(database, seed):
    walk = Walk(database, await created_customer(database), seed)
    accepted = 0
    for _ in range(STEPS):
        before, history, told = await walk.row(), await walk.history(), await walk.told()

        done = await walk.step()

        after, moves = await walk.row(), (await walk.history())[len(history) :]
        check_invariants(after)
        if not done or after.version == before.version:
            assert (after, moves, await walk.told()) == (before, [], told)
            continue
        accepted += 1
        told_moves, told_updates = await walk.told()
        states = [move for move in moves if move[0] == "SUBSCRIPTION"]
        changed = [move for move in moves if move[0] == "STATUS"]
        assert told_moves[len(told[0]) :] == states
        assert told_updates - told[1] == len(changed)
        assert changed == (
            [("STATUS", before.status, after.status)] if before.status is not after.status else []
        )
        assert states == (
            [("SUBSCRIPTION", before.subscription_state, after.subscription_state)]
            if before.subscription_state is not after.subscription_state
            else []
        )
        assert moves or before.holds != after.holds
    assert accepted > 0
