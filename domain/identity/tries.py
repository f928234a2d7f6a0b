"""Tries to prove a password or a secret: counted before they are judged, in the database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.identity.models import ThrottledTries
from domain.identity.throttle import KEPT_FOR, Bucket, Place
from domain.kernel.unit_of_work import UnitOfWork

_PRUNED_AT_ONCE = 50


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
    buckets = await _locked(session, place)
    is_known = buckets[place.pair].is_known(session.now)
    heeded = [place.pair] if is_known else list(place.limits)
    if any(buckets[name].is_blocked(session.now) for name in heeded):
        return Try(place, {})
    counted = {
        name: buckets[name].after_failure(place.limits[name], session.now) for name in heeded
    }
    await _keep(session, counted)
    return Try(place, counted)


async def succeeded(session: UnitOfWork, tried: Try) -> None:
    """The try was no failure: its login and network are as before, this pair starts anew."""
    buckets = await _locked(session, tried.place)
    kept = {name: buckets[name].less_one(counted) for name, counted in tried.counted.items()}
    kept[tried.place.pair] = buckets[tried.place.pair].after_success(session.now)
    await _keep(session, kept)
    await _prune(session)


async def _locked(session: UnitOfWork, place: Place) -> dict[str, Bucket]:
    # All take the rows in the same order, so that no two wait for each other.
    wanted = [{"bucket": name, "touched_at": session.now} for name in sorted(place.limits)]
    statement = insert(ThrottledTries).values(wanted)
    rows = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["bucket"], set_={"touched_at": statement.excluded.touched_at}
        ).returning(
            ThrottledTries.bucket,
            ThrottledTries.failures,
            ThrottledTries.failed_at,
            ThrottledTries.blocked_until,
            ThrottledTries.succeeded_at,
        )
    )
    return {
        row.bucket: Bucket(row.failures, row.failed_at, row.blocked_until, row.succeeded_at)
        for row in rows
    }


async def _keep(session: UnitOfWork, buckets: Mapping[str, Bucket]) -> None:
    for name, bucket in sorted(buckets.items()):
        await session.execute(
            update(ThrottledTries)
            .where(ThrottledTries.bucket == name)
            .values(**asdict(bucket))
            .execution_options(synchronize_session=False)
        )


async def _prune(session: UnitOfWork) -> None:
    """Forget some of what matters no longer; what others hold is left to them."""
    old = (
        select(ThrottledTries.bucket)
        .where(ThrottledTries.touched_at < session.now - KEPT_FOR)
        .limit(_PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        delete(ThrottledTries)
        .where(ThrottledTries.bucket.in_(old))
        .execution_options(synchronize_session=False)
    )
