"""``GET /invoices/{id}.pdf`` and ``.html``: an invoice as people see it, if they may."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from domain.kernel.errors import ErrorCode
from graph import errors
from graph.authentication import Authenticator
from graph.context import Context, Services
from graph.execution import Executor
from graph.execution import Request as Operation
from graph.papers.invoice import DOCUMENT, paper_of
from graph.papers.page import page_of
from graph.papers.pdf import pdf_of
from graph.rest import problems
from graph.rest.handler import actor_of, guarded
from graph.rest.problems import Problem
from graph.transport.clients import client_of

#: A person's name and address: nobody on the way keeps it.
_PRIVATE = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


class InvoicePaths:
    """The paths, each a GraphQL document run as whoever asks: policy, audit and limits are its."""

    def __init__(
        self, services: Services, executor: Executor, authenticator: Authenticator
    ) -> None:
        self._services = services
        self._executor = executor
        self._authenticator = authenticator

    def routes(self) -> list[BaseRoute]:
        """Both paths."""
        return [
            Route("/invoices/{id}.pdf", guarded(self._pdf), methods=["GET"]),
            Route("/invoices/{id}.html", guarded(self._page), methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        invoice = await self._invoice(request)
        paper = paper_of(invoice, seller=self._services.settings.seller)
        return HTMLResponse(page_of(paper), headers=_PRIVATE)

    async def _pdf(self, request: Request) -> Response:
        invoice = await self._invoice(request)
        settings = self._services.settings
        paper = paper_of(invoice, seller=settings.seller)
        at = invoice["issuedAt"]
        content = await asyncio.to_thread(
            pdf_of,
            paper,
            at=datetime.fromisoformat(at) if at else datetime.now(UTC),
            font=settings.invoice_font,
        )
        named = f'inline; filename="{invoice["number"] or "draft"}.pdf"'
        headers = {**_PRIVATE, "Content-Disposition": named}
        return Response(content, media_type="application/pdf", headers=headers)

    async def _invoice(self, request: Request) -> dict[str, Any]:
        """The invoice as the actor sees it. Raises ``Problem``: 401, 404, 429, 503."""
        actor = await actor_of(self._authenticator, request)
        context = Context(self._services, actor, client=client_of(request))
        operation = Operation(DOCUMENT, {"id": request.path_params["id"]})
        answer = await self._executor.run(operation, context)
        invoice: dict[str, Any] | None = (answer.data or {}).get("invoice")
        if invoice is not None:
            return invoice
        for error in answer.errors:
            raise _problem(error)
        raise problems.nothing_there()


def _problem(error: dict[str, Any]) -> Problem:
    about = error["extensions"]
    if about["code"] == errors.RATE_LIMITED:
        return problems.rate_limited(error["message"], about["retryAfterSeconds"])
    if about["code"] in (ErrorCode.INVALID, ErrorCode.NOT_FOUND):
        return problems.nothing_there()
    status = problems.status_of(about["code"])
    if status == problems.DEFECT:
        return problems.defect(about.get("requestId"))
    return Problem(about["code"], error["message"], status=status)
