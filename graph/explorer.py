"""GraphiQL, served from this process alone: its page, its assets, and the demo's tokens."""

from datetime import timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from domain.identity.tokens import Tokens
from domain.kernel.access import Permission, Role

STATIC = Path(__file__).parent / "static"
DEMO_TTL = timedelta(hours=12)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def demo_tokens(tokens: Tokens) -> list[dict[str, str]]:
    """A token for each role, for the demo data: label, role and token."""

    def entry(label: str, role: Role, subject: str, **claims: int) -> dict[str, str]:
        token = tokens.issue(
            subject,
            role,
            ttl=DEMO_TTL,
            customer_id=claims.get("customer_id"),
            reseller_id=claims.get("reseller_id"),
            scopes=tuple(Permission) if role is Role.SERVICE else (),
        )
        return {"label": label, "role": role.value, "token": token}

    return [
        entry("Admin", Role.ADMIN, "staff:demo-admin"),
        entry("Support", Role.SUPPORT, "staff:demo-support"),
        entry("Billing", Role.BILLING, "staff:demo-billing"),
        entry("Reseller 1", Role.RESELLER, "reseller:1", reseller_id=1),
        entry("Customer 1", Role.CUSTOMER, "customer:1", customer_id=1),
        entry("Service", Role.SERVICE, "service:demo"),
    ]


class Explorer:
    """The routes of the page below ``/graphql``."""

    def __init__(self, tokens: Tokens, *, is_demo: bool) -> None:
        self._tokens = tokens
        self._is_demo = is_demo

    def page(self, _request: Request) -> Response:
        """The page itself."""
        index = STATIC / "index.html"
        if not index.exists():
            return PlainTextResponse("The explorer is not built: run make explorer", 404)
        return FileResponse(index, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    async def configuration(self, _request: Request) -> Response:
        """``explorer.json``: whether this is a demo, and its tokens."""
        tokens = demo_tokens(self._tokens) if self._is_demo else []
        return JSONResponse(
            {"demo": self._is_demo, "tokens": tokens}, headers={"Cache-Control": "no-store"}
        )

    def routes(self) -> list[Route | Mount]:
        """Routes beside ``/graphql`` itself."""
        assets = StaticFiles(directory=STATIC / "assets", check_dir=False)
        return [
            Route("/graphql/explorer.json", self.configuration, methods=["GET"]),
            Mount("/graphql/assets", assets),
        ]
