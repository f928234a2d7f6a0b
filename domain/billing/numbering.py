"""Numbers of documents: 1 to n in each series, without gap or repeat under any concurrency."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from domain.billing.models import NumberSeries
from domain.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number with the day of issue that goes with it."""

    text: str
    issued_on: date


async def next_number(session: UnitOfWork, prefix: str, on: date) -> DocumentNumber:
    """
    The next number of the prefix's series of that year, like ``INV-2026-000001``.

    The series stays locked until the transaction ends; a rollback gives the number back (EU VAT
    directive, art. 226(2)). The day is never earlier than that of the number before.
    """
    series = f"{prefix}-{on.year}"
    counter = insert(NumberSeries).values(name=series, last_number=1, last_issued_on=on)
    counted = counter.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "last_number": NumberSeries.last_number + 1,
            "last_issued_on": func.greatest(
                NumberSeries.last_issued_on, counter.excluded.last_issued_on
            ),
        },
    ).returning(NumberSeries.last_number, NumberSeries.last_issued_on)
    number, issued_on = (await session.execute(counted)).one()
    return DocumentNumber(f"{series}-{number:06d}", issued_on)
