"""A program that writes to the database beside the API: batches, some large, some rolled back."""

import asyncio
import contextlib
import random
from dataclasses import dataclass

from domain.customer.events import CustomerUpdated
from domain.customer.models import CustomerStatus
from domain.kernel.access import Role, staff
from domain.kernel.database import Database
from tests.support.chaos.witnesses import Change, Outcome
from tests.support.chaos.writers import Books

#: More events than any buffer between the log and a subscriber holds.
_BURST = 300


class Withdrawn(Exception):
    """The program changes its mind."""


@dataclass(slots=True)
class Program:
    """Another program on the database: whole batches, a third of them rolled back."""

    name: str
    books: Books
    database: Database
    dice: random.Random

    async def run(self, stopped: asyncio.Event) -> None:
        """Write batches until told to stop, some of them larger than any buffer."""
        while not stopped.is_set():
            size = _BURST if self.dice.random() < 0.05 else self.dice.randint(1, 5)
            outcome = await self._batch(size)
            change = Change(self.name, "customer.updated", outcome, number=size)
            self.books.changes.append(change)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.dice.uniform(0.1, 0.8)):
                    await stopped.wait()

    async def _batch(self, size: int) -> Outcome:
        chosen = sorted(self.dice.choices(sorted(self.books.customers.items()), k=size))
        try:
            async with self.database.unit_of_work(staff(Role.ADMIN, self.name)) as session:
                for customer_id, reseller_id in chosen:
                    await session.announce(
                        CustomerUpdated(
                            customer_id=customer_id,
                            reseller_id=reseller_id,
                            changed_fields=["last_name"],
                            status=CustomerStatus.ACTIVE,
                        )
                    )
                if self.dice.random() < 1 / 3:
                    raise Withdrawn
        except Withdrawn:
            return Outcome.REFUSED
        except Exception:
            # Whatever broke may have broken behind the commit.
            return Outcome.UNKNOWN
        return Outcome.DONE
