"""Writers: members of staff who change customers through the API, at random."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from typing import Any

from tests.support.chaos.callers import Caller
from tests.support.chaos.witnesses import Change, Outcome


@dataclass(slots=True)
class Books:
    """What all writers know: the customers that exist, with their resellers, and each change."""

    resellers: list[int | None] = field(default_factory=list)
    customers: dict[int, int | None] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Writer:
    """
    A member of staff who changes customers at random.

    With ``is_careful`` each change has an idempotency key, and so is done once however often its
    answer is lost; without, a lost answer leaves it open whether it was done.
    """

    name: str
    books: Books
    caller: Caller
    dice: random.Random
    is_careful: bool
    _made: list[int] = field(default_factory=list)
    _states: dict[int, str] = field(default_factory=dict)
    _number: int = 0

    @property
    def actor(self) -> str:
        return f"staff:{self.name}"

    async def run(self, stopped: asyncio.Event) -> None:
        """Make changes until told to stop; the last one is finished."""
        acts = [self._create, self._rename, self._move, self._add_address, self._delete]
        while not stopped.is_set():
            act = self.dice.choices([*acts, self._rename_stale], (2, 6, 3, 3, 1, 1))[0]
            await act()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.dice.uniform(0.02, 0.3)):
                    await stopped.wait()

    async def _create(self) -> None:
        reseller_id = self.dice.choice(self.books.resellers)
        outcome, payload = await self._change(
            "createCustomer",
            {
                "type": "INDIVIDUAL",
                "status": "ACTIVE",
                "lastName": "New",
                "resellerId": reseller_id,
            },
            "customer { customerId }",
        )
        made = None
        if payload is not None and outcome is Outcome.DONE:
            made = int(payload["customer"]["customerId"])
            self.books.customers[made] = reseller_id
            self._made.append(made)
            self._states[made] = "INACTIVE"
        self._note("customer.created", outcome, made)

    async def _rename(self, **more: Any) -> None:
        chosen = self._anybody()
        change = {"customerId": chosen, "lastName": f"{self.name} {self._number}", **more}
        outcome, _ = await self._change("updateCustomer", change, "customer { id }")
        self._note("customer.updated", outcome, chosen)

    async def _rename_stale(self) -> None:
        """Refused, whatever comes: the transaction is rolled back."""
        await self._rename(expectedVersion=2_000_000_000)

    async def _move(self) -> None:
        """Switch the subscription of one of its own, whose state nobody else changes."""
        if not self._states:
            return
        chosen = self.dice.choice(sorted(self._states))
        state = "SUSPENDED" if self._states[chosen] == "ACTIVE" else "ACTIVE"
        change = {"customerId": chosen, "subscriptionState": state}
        outcome, _ = await self._change("changeSubscriptionState", change, "customer { id }")
        self._note("customer.subscription_state.changed", outcome, chosen)
        if outcome is Outcome.DONE:
            self._states[chosen] = state
        else:
            del self._states[chosen]

    async def _add_address(self) -> None:
        chosen, street = self._anybody(), f"Rua {self.name} {self._number}"
        place = {"type": "SERVICE", "line1": street, "locality": "Lisboa"}
        address = {**place, "postalCode": "1100-048", "country": "PT"}
        change = {"customerId": chosen, "address": address}
        outcome, _ = await self._change("addAddress", change, "address { id }")
        self._note("customer.address.created", outcome, chosen)

    async def _delete(self) -> None:
        if not self._made:
            return
        chosen = self._made.pop(self.dice.randrange(len(self._made)))
        self.books.customers.pop(chosen, None)
        self._states.pop(chosen, None)
        change = {"customerId": chosen}
        outcome, _ = await self._change("deleteCustomer", change, "deletedCustomerId")
        self._note("customer.deleted", outcome, chosen)

    async def _change(
        self, field_name: str, input: dict[str, Any], selection: str
    ) -> tuple[Outcome, dict[str, Any] | None]:
        self._number += 1
        key = f"{self.name}-{self._number}" if self.is_careful else None
        return await self.caller.mutate(field_name, input, selection, key=key)

    def _anybody(self) -> int:
        return self.dice.choice(sorted(self.books.customers))

    def _note(self, kind: str, outcome: Outcome, customer_id: int | None) -> None:
        self.books.changes.append(Change(self.actor, kind, outcome, customer_id))
