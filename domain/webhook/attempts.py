"""The delivery log: each request to an endpoint, and what it says of the endpoint's health."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from domain.kernel.ids import uuid7
from domain.kernel.unit_of_work import UnitOfWork
from domain.webhook.errors import TestedTooOften
from domain.webhook.models import WebhookAttempt, WebhookDisabledReason, WebhookEndpoint
from domain.webhook.policy import require_webhooks
from domain.webhook.sender import Outcome
from domain.webhook.services import locked
from domain.webhook.switching import PATIENCE, disable_endpoint

TEST_EVENT = "webhook.test"
#: How long attempts are kept.
KEPT = timedelta(days=30)

_MOST_TESTS_A_MINUTE = 6
_PRUNED_AT_ONCE = 5_000
_GONE = 410


async def record(
    session: UnitOfWork, endpoint_id: int, event_id: UUID, event_type: str, outcome: Outcome
) -> None:
    """
    Keep what came of a request, and switch the endpoint off if nobody is there any more.

    That is after 410 Gone (RFC 9110 §15.5.11), or after 24 hours of nothing but failures. An
    endpoint that was deleted meanwhile is left in peace.
    """
    health = await _note_health(session, endpoint_id, was_delivered=outcome.failure is None)
    if health is None:
        return
    earlier = select(func.count()).where(
        WebhookAttempt.endpoint_id == endpoint_id, WebhookAttempt.event_id == event_id
    )
    await session.execute(
        insert(WebhookAttempt).values(
            endpoint_id=endpoint_id,
            event_id=event_id,
            event_type=event_type,
            number=earlier.scalar_subquery() + 1,
            attempted_at=session.now - timedelta(milliseconds=outcome.duration_ms),
            **_columns(outcome),
        )
    )
    if outcome.status_code == _GONE:
        await disable_endpoint(session, endpoint_id, WebhookDisabledReason.GONE)
    elif health.failing_since is not None and session.now - health.failing_since >= PATIENCE:
        await disable_endpoint(session, endpoint_id, WebhookDisabledReason.FAILING)


async def begin_test(session: UnitOfWork, endpoint_id: int) -> int:
    """
    An attempt of ``webhook.test``, to be sent after the commit; its id.

    Raises:
        WebhookEndpointNotFound.
        TestedTooOften: six within the last minute.
    """
    require_webhooks(session.actor, "test webhook endpoints")
    await locked(session, endpoint_id)
    recent = await session.scalar(
        select(func.count()).where(
            WebhookAttempt.endpoint_id == endpoint_id,
            WebhookAttempt.event_type == TEST_EVENT,
            WebhookAttempt.attempted_at > session.now - timedelta(minutes=1),
        )
    )
    if recent is not None and recent >= _MOST_TESTS_A_MINUTE:
        raise TestedTooOften(_MOST_TESTS_A_MINUTE)
    test = WebhookAttempt(
        endpoint_id=endpoint_id,
        event_id=uuid7(),
        event_type=TEST_EVENT,
        number=1,
        attempted_at=session.now,
    )
    session.add(test)
    await session.flush()
    return test.id


async def finish_test(session: UnitOfWork, attempt_id: int, outcome: Outcome) -> None:
    """Keep what came of a test. It says nothing of the endpoint's health: nobody waited for it."""
    await session.execute(
        update(WebhookAttempt)
        .where(WebhookAttempt.id == attempt_id)
        .values(**_columns(outcome))
        .execution_options(synchronize_session=False)
    )


async def prune(session: UnitOfWork) -> int:
    """Remove attempts older than 30 days, 5,000 at a time; how many they were."""
    old = (
        select(WebhookAttempt.id)
        .where(WebhookAttempt.attempted_at < session.now - KEPT)
        .order_by(WebhookAttempt.attempted_at)
        .limit(_PRUNED_AT_ONCE)
    )
    removed = await session.execute(
        delete(WebhookAttempt)
        .where(WebhookAttempt.id.in_(old.scalar_subquery()))
        .returning(WebhookAttempt.id)
        .execution_options(synchronize_session=False)
    )
    return len(removed.all())


async def _note_health(session: UnitOfWork, endpoint_id: int, *, was_delivered: bool) -> Any:
    """Since when nothing was delivered, with the endpoint locked; None if it is gone."""
    noted: dict[str, Any] = {"last_success_at": session.now, "failing_since": None}
    if not was_delivered:
        since = func.coalesce(WebhookEndpoint.failing_since, session.now)
        noted = {"last_failure_at": session.now, "failing_since": since}
    changed = await session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id)
        .values(**noted)
        .returning(WebhookEndpoint.failing_since)
        .execution_options(synchronize_session=False)
    )
    return changed.one_or_none()


def _columns(outcome: Outcome) -> dict[str, Any]:
    return {
        "duration_ms": outcome.duration_ms,
        "status_code": outcome.status_code,
        "failure": outcome.failure,
        "response": outcome.response,
    }
