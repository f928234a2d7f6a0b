"""``POST /webhooks/stripe``: where Stripe tells of charges, refunds and disputes."""

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.billing.gateway_events import STRIPE, take_in
from domain.billing.stripe_gateway import BadSignature, verified
from domain.kernel.errors import DomainError
from graph.context import Services
from graph.transport.http import read_body

_LARGEST_BODY = 256 * 1024

logger = structlog.get_logger(__name__)


class StripeWebhook:
    """
    Takes signed events in, each once.

    200 means taken in, now or before; 400 not Stripe's; 409 that the books refused it, upon which
    Stripe tells again. Nothing of an event is logged but its type.
    """

    def __init__(self, services: Services, secrets: list[str]) -> None:
        self._services = services
        self._secrets = secrets

    async def receive(self, request: Request) -> Response:
        """One event."""
        body = await read_body(request)
        if body is None or len(body) > _LARGEST_BODY:
            return Response(status_code=413)
        try:
            event = verified(body, request.headers.get("stripe-signature", ""), self._secrets)
        except BadSignature:
            return Response(status_code=400)
        try:
            async with self._services.database.unit_of_work(STRIPE) as session:
                await take_in(session, event)
        except DomainError as failure:
            logger.warning("gateway event refused", type=event["type"], code=failure.code)
            return Response(status_code=409)
        return Response(status_code=200)

    def routes(self) -> list[Route]:
        """The path, if there is a secret to check signatures with."""
        if not self._secrets:
            return []
        return [Route("/webhooks/stripe", self.receive, methods=["POST"])]
