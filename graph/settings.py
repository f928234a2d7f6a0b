"""Settings from the environment, checked once at start."""

import contextlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.kernel.access import Role
from graph.limits.groups import (
    POINTS_PER_MINUTE,
    REQUESTS_PER_SECOND,
    PointsPerMinute,
    RequestsPerSecond,
)
from graph.setting_kinds import (
    REDIS,
    BrokerUrl,
    Hosts,
    MailUrl,
    Networks,
    OptionalPath,
    Origins,
    PostgresUrl,
    RedisUrl,
    Roles,
    Secrets,
    SignedInRoles,
    listed,
)

_TOKEN_SECRET = "token-secret"  # noqa: S105


class Settings(BaseSettings):
    """
    What an installation may choose. Every field is an environment variable of its alias's name.

    ``docs/settings.md`` is this table for people; a test keeps the two equal.
    """

    # A refused value may be a secret: it is not repeated.
    model_config = SettingsConfigDict(
        populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )

    data: Path = Field(
        default=Path("data"),
        alias="ISP_GRAPH_DATA",
        description="Folder of the embedded PostgreSQL and of generated keys",
    )
    database_url: PostgresUrl | None = Field(
        default=None,
        alias="DATABASE_URL",
        description="PostgreSQL 15 or newer; without it the embedded one is started",
    )
    pool_size: int = Field(
        default=10,
        ge=1,
        le=200,
        alias="ISP_GRAPH_POOL_SIZE",
        description="Database connections for reads in one process; at most 3 times as many in all",
    )
    broadcast_url: BrokerUrl = Field(
        default=SecretStr("memory://"),
        alias="BROADCAST_URL",
        description="Wake-ups between processes: memory://, redis://host or postgresql://host/db",
    )
    event_retention_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        alias="ISP_GRAPH_EVENT_RETENTION_DAYS",
        description="Age at which events that every handler has done with are removed; 0 keeps all",
    )
    token_secret: Secrets | None = Field(
        default=None,
        alias="ISP_GRAPH_TOKEN_SECRET",
        description="What the keys of access tokens (EdDSA) are derived from, 32 characters or "
        "more; several, comma-separated: the first signs, all verify; generated into the data "
        "folder if unset",
    )
    encryption_key: Secrets | None = Field(
        default=None,
        alias="ISP_GRAPH_ENCRYPTION_KEY",
        description="Seals webhook secrets and service passwords in the database, 32 characters or "
        "more; several, comma-separated: the first seals, all open; generated into the data folder "
        "if unset",
    )
    jwks_file: Path | None = Field(
        default=None,
        alias="ISP_GRAPH_JWKS_FILE",
        description="JWKS of another issuer whose tokens (RS256, ES256, EdDSA) are accepted",
    )
    demo: bool = Field(
        default=False,
        alias="ISP_GRAPH_DEMO",
        description="Offer demo tokens to everybody: never in production",
    )
    explorer: bool = Field(
        default=False,
        alias="ISP_GRAPH_EXPLORER",
        description="Serve GraphiQL at GET /graphql (always in demo mode)",
    )
    introspection: SignedInRoles | None = Field(
        default=None,
        alias="ISP_GRAPH_INTROSPECTION",
        description="Roles that may read the schema by introspection, which GraphiQL needs, like "
        "ADMIN,SERVICE; unset: whoever is signed in, empty: nobody",
    )
    trusted_documents: OptionalPath = Field(
        default=None,
        alias="ISP_GRAPH_TRUSTED_DOCUMENTS",
        description="Folder of documents (*.graphql, or manifests: *.json) that clients name by "
        "documentId; a bad one fails the start",
    )
    trusted_only: Roles = Field(
        default_factory=list,
        alias="ISP_GRAPH_TRUSTED_ONLY",
        description="Roles for which nothing but trusted documents is executed, comma-separated, "
        "like ANONYMOUS,CUSTOMER,RESELLER",
    )
    allowed_origins: Origins = Field(
        default_factory=list,
        alias="ISP_GRAPH_ALLOWED_ORIGINS",
        description="Other sites whose pages may call the API, comma-separated origins",
    )
    allowed_hosts: Hosts = Field(
        default_factory=list,
        alias="ISP_GRAPH_ALLOWED_HOSTS",
        description="Names that the API is called by (the Host header without its port), "
        "comma-separated; any other is refused; unset: any",
    )
    trusted_proxies: Networks = Field(
        default_factory=list,
        alias="ISP_GRAPH_TRUSTED_PROXIES",
        description="Networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are "
        "believed, comma-separated CIDRs",
    )
    streams: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        alias="ISP_GRAPH_STREAMS",
        description="Sockets and event streams that one process may have open",
    )
    streams_per_principal: int = Field(
        default=100,
        ge=1,
        alias="ISP_GRAPH_STREAMS_PER_PRINCIPAL",
        description="Sockets and event streams that one account may have open in one process",
    )
    points_per_minute: PointsPerMinute = Field(
        default=POINTS_PER_MINUTE,
        alias="ISP_GRAPH_POINTS_PER_MINUTE",
        description="Points that one account may spend in a minute, by role (staff are ADMIN, "
        "SUPPORT and BILLING; anonymous are counted by address), like customer=4000,service=none; "
        "what is not named keeps its default",
    )
    requests_per_second: RequestsPerSecond = Field(
        default=REQUESTS_PER_SECOND,
        alias="ISP_GRAPH_REQUESTS_PER_SECOND",
        description="Requests of one account in a second, likewise; those of five seconds may come "
        "at once",
    )
    budgets_url: RedisUrl | None = Field(
        default=None,
        alias="ISP_GRAPH_BUDGETS_URL",
        description="Redis in which all processes count together, redis:// or rediss://; unset: "
        "that of BROADCAST_URL if it is one, else each process counts for itself",
    )
    smtp_url: MailUrl | None = Field(
        default=None,
        alias="ISP_GRAPH_SMTP_URL",
        description="Mail server: smtp://user:password@host:587, or smtps://; without it "
        "messages are only recorded",
    )
    mail_from: str = Field(
        default="isp-graph@localhost",
        alias="ISP_GRAPH_MAIL_FROM",
        description="Sender of messages to customers",
    )
    webhook_networks: Networks = Field(
        default_factory=list,
        alias="ISP_GRAPH_WEBHOOK_NETWORKS",
        description="Private networks that the operator's own webhook endpoints may lie in, never "
        "a reseller's, comma-separated CIDRs; there http is accepted too",
    )
    seller: str = Field(
        default="",
        alias="ISP_GRAPH_SELLER",
        description="Who invoices are from, as on the page and the PDF of an invoice: name, "
        "address and tax number, lines separated by semicolons",
    )
    invoice_font: FilePath | None = Field(
        default=None,
        alias="ISP_GRAPH_INVOICE_FONT",
        description="TrueType font for PDFs of invoices in any script; without it letters beyond "
        "Latin-1 lose their marks",
    )
    stripe_secret_key: SecretStr | None = Field(
        default=None,
        alias="ISP_GRAPH_STRIPE_SECRET_KEY",
        description="Stripe's secret key, sk_...; without it stored payment methods are not "
        "charged",
    )
    stripe_webhook_secret: SecretStr | None = Field(
        default=None,
        alias="ISP_GRAPH_STRIPE_WEBHOOK_SECRET",
        description="Signs what Stripe tells at POST /webhooks/stripe, whsec_...; several, "
        "comma-separated, while it is rotated; without it there is no such path",
    )
    stripe_api_url: str | None = Field(
        default=None,
        alias="ISP_GRAPH_STRIPE_API_URL",
        description="Another place than Stripe's own API, for tests",
    )
    autopay_minutes: int = Field(
        default=60,
        ge=0,
        le=1_440,
        alias="ISP_GRAPH_AUTOPAY_MINUTES",
        description="How often due invoices are charged to stored payment methods; 0: never",
    )
    billing_daily: bool = Field(
        default=False,
        alias="ISP_GRAPH_BILLING_DAILY",
        description="Whether a billing run is started each day (UTC) without anybody's asking",
    )
    billing_seconds: int = Field(
        default=20,
        ge=0,
        le=3_600,
        alias="ISP_GRAPH_BILLING_SECONDS",
        description="How often billing runs that are not over are gone on with; 0: they are not",
    )
    dunning_minutes: int = Field(
        default=60,
        ge=0,
        le=1_440,
        alias="ISP_GRAPH_DUNNING_MINUTES",
        description="How often accounts that are overdue are looked at by their dunning policy; "
        "0: only on request",
    )
    traffic_retention_days: int = Field(
        default=0,
        ge=0,
        le=3_650,
        alias="ISP_GRAPH_TRAFFIC_RETENTION_DAYS",
        description="How long law keeps the data of an ended RADIUS session: until then its "
        "customer cannot be erased",
    )
    executor: Literal["compiled", "reference"] = Field(
        default="compiled",
        alias="ISP_GRAPH_EXECUTOR",
        description="What executes operations: compiled plans, or graphql-core for comparison",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", alias="ISP_GRAPH_LOG_LEVEL", description="Least severe level that is logged"
    )
    log_format: Literal["json", "text"] = Field(
        default="json", alias="ISP_GRAPH_LOG_FORMAT", description="Log lines as JSON, or for eyes"
    )

    @field_validator("trusted_only")
    @classmethod
    def _can_be_served(cls, value: list[Role], info: ValidationInfo) -> list[Role]:
        if value and info.data.get("trusted_documents") is None:
            raise ValueError("needs ISP_GRAPH_TRUSTED_DOCUMENTS")
        return value

    @property
    def shows_explorer(self) -> bool:
        """Whether ``GET /graphql`` answers with the explorer."""
        return self.explorer or self.demo

    @property
    def shared_budgets(self) -> str | None:
        """The Redis in which budgets are counted; None if each process counts for itself."""
        url = (self.budgets_url or self.broadcast_url).get_secret_value()
        return url if url.startswith(REDIS) else None

    @property
    def keep_events(self) -> timedelta | None:
        """How long events are kept; None is for ever."""
        return timedelta(days=self.event_retention_days) if self.event_retention_days else None

    @property
    def keep_sessions(self) -> timedelta:
        """How long the traffic data of an ended session may not be erased."""
        return timedelta(days=self.traffic_retention_days)

    @property
    def has_token_secret(self) -> bool:
        """Whether a token secret is set, or was made before."""
        return self.token_secret is not None or (self.data / _TOKEN_SECRET).exists()

    def token_secrets(self) -> list[str]:
        """What signs, then what only verifies; made once and kept in the data folder if unset."""
        if self.token_secret is not None:
            return listed(self.token_secret)
        return [self._generated(_TOKEN_SECRET)]

    def encryption_keys(self) -> list[str]:
        """What seals, then what only opens; made once and kept like the token secret."""
        if self.encryption_key is not None:
            return listed(self.encryption_key)
        return [self._generated("encryption-key")]

    def _generated(self, name: str) -> str:
        path = self.data / name
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32))
            # A link never replaces a secret that another process has made meanwhile.
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
        return path.read_text().strip()
