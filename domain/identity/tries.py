"""Tries to prove a password or a secret: counted before they are judged, in the database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.identity.models import ThrottledTries
from domain.identity.throttle import FORGOTTEN_AFTER, KEPT_FOR, Bucket, Place
from domain.kernel.unit_of_work import UnitOfWork

_PRUNED_AT_ONCE = 50
_COLUMNS = (
    ThrottledTries.bucket,
    ThrottledTries.failures,
    ThrottledTries.failed_at,
    ThrottledTries.blocked_until,
    ThrottledTries.succeeded_at,
)


@dataclass(frozen=True, slots=True)
class Try:
    """
    One try. What is not admitted must fail, though its password be right.

    ``counted`` is what its buckets became, since it counts as a failure until it succeeds.
    """

    place: Place
    counted: Mapping[str, Bucket]

    @property
    def is_admitted(self) -> bool:
        return bool(self.counted)


async def begin(session: UnitOfWork, place: Place) -> Try:
    """
    Count a try, to be committed before its password is looked at.

    However many come at once, each sees those before it. A login that was let in from this
    network lately waits for its own failures only: nobody elsewhere can keep it out.
    """
    # Looked at before anything is written: who has to wait leaves nothing behind.
    seen = await _seen(session, place)
    if _is_blocked(session, place, seen):
        return Try(place, {})
    buckets = await _locked(session, _heeded(session, place, seen))
    counted = {}
    if not any(bucket.is_blocked(session.now) for bucket in buckets.values()):
        counted = {
            name: bucket.after_failure(place.limits[name], session.now)
            for name, bucket in buckets.items()
        }
    await _keep(session, buckets | counted)
    await _prune(session)
    return Try(place, counted)


async def succeeded(session: UnitOfWork, tried: Try) -> None:
    """The try was no failure: its login and network are as before, this pair starts anew."""
    buckets = await _locked(session, tried.counted)
    kept = {name: buckets[name].less_one(counted) for name, counted in tried.counted.items()}
    kept[tried.place.pair] = buckets[tried.place.pair].after_success(session.now)
    await _keep(session, kept)
    await _prune(session)


def _heeded(session: UnitOfWork, place: Place, buckets: Mapping[str, Bucket]) -> list[str]:
    is_known = buckets[place.pair].is_known(session.now)
    return [place.pair] if is_known else list(place.limits)


def _is_blocked(session: UnitOfWork, place: Place, buckets: Mapping[str, Bucket]) -> bool:
    heeded = _heeded(session, place, buckets)
    return any(buckets[name].is_blocked(session.now) for name in heeded)


async def _seen(session: UnitOfWork, place: Place) -> dict[str, Bucket]:
    found = await session.execute(
        select(*_COLUMNS).where(ThrottledTries.bucket.in_(list(place.limits)))
    )
    return {name: Bucket() for name in place.limits} | _by_name(found)


async def _locked(session: UnitOfWork, names: Collection[str]) -> dict[str, Bucket]:
    # All take the rows in the same order, so that no two wait for each other.
    wanted = [{"bucket": name, "touched_at": session.now} for name in sorted(names)]
    statement = insert(ThrottledTries).values(wanted)
    rows = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["bucket"], set_={"touched_at": statement.excluded.touched_at}
        ).returning(*_COLUMNS)
    )
    return _by_name(rows)


def _by_name(rows: Iterable[Any]) -> dict[str, Bucket]:
    return {name: Bucket(*bucket) for name, *bucket in rows}


async def _keep(session: UnitOfWork, buckets: Mapping[str, Bucket]) -> None:
    """Write down what the locked buckets became; those that say nothing have no row."""
    empty = [name for name, bucket in buckets.items() if bucket.is_empty]
    if empty:
        await _delete(session, empty)
    for name in sorted({*buckets} - {*empty}):
        await session.execute(
            update(ThrottledTries)
            .where(ThrottledTries.bucket == name)
            .values(**asdict(buckets[name]))
            .execution_options(synchronize_session=False)
        )


async def _prune(session: UnitOfWork) -> None:
    """Forget some of what matters no longer; what others hold is left to them."""
    old = (
        select(ThrottledTries.bucket)
        .where(
            (ThrottledTries.touched_at < session.now - KEPT_FOR)
            | ThrottledTries.succeeded_at.is_(None)
            & (ThrottledTries.touched_at < session.now - FORGOTTEN_AFTER)
        )
        .limit(_PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await _delete(session, old)


async def _delete(session: UnitOfWork, names: Any) -> None:
    await session.execute(
        delete(ThrottledTries)
        .where(ThrottledTries.bucket.in_(names))
        .execution_options(synchronize_session=False)
    )
