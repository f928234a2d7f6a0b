"""Settings from the environment, checked once at start."""

import contextlib
import secrets
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_SHORTEST_SECRET = 32
_BROKERS = (
    "memory://",
    "redis://",
    "rediss://",
    "postgresql://",
    "postgres://",
    "postgresql+asyncpg://",
)


class Settings(BaseSettings):
    """
    What an installation may choose. Every field is an environment variable of its alias's name.

    ``docs/settings.md`` is this table for people; a test keeps the two equal.
    """

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore")

    data: Path = Field(
        default=Path("data"),
        alias="ISP_GRAPH_DATA",
        description="Folder of the embedded PostgreSQL and of generated keys",
    )
    database_url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_URL",
        description="PostgreSQL 15 or newer; without it the embedded one is started",
    )
    pool_size: int = Field(
        default=10,
        ge=1,
        le=200,
        alias="ISP_GRAPH_POOL_SIZE",
        description="Database connections kept by one process; as many again under load",
    )
    broadcast_url: SecretStr = Field(
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
    token_secret: SecretStr | None = Field(
        default=None,
        alias="ISP_GRAPH_TOKEN_SECRET",
        description="Signs access tokens (HS256), 32 characters or more; generated into the data "
        "folder if unset",
    )
    encryption_key: SecretStr | None = Field(
        default=None,
        alias="ISP_GRAPH_ENCRYPTION_KEY",
        description="Seals webhook secrets in the database, 32 characters or more; several, "
        "comma-separated: the first seals, all open; generated into the data folder if unset",
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
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        alias="ISP_GRAPH_ALLOWED_ORIGINS",
        description="Other sites whose pages may call the API, comma-separated origins",
    )
    streams_per_principal: int = Field(
        default=100,
        ge=1,
        alias="ISP_GRAPH_STREAMS_PER_PRINCIPAL",
        description="Sockets and event streams that one account may have open in one process",
    )
    smtp_url: SecretStr | None = Field(
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
    webhook_networks: Annotated[list[IPv4Network | IPv6Network], NoDecode] = Field(
        default_factory=list,
        alias="ISP_GRAPH_WEBHOOK_NETWORKS",
        description="Private networks that the operator's own webhook endpoints may lie in, never "
        "a reseller's, comma-separated CIDRs; there http is accepted too",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", alias="ISP_GRAPH_LOG_LEVEL", description="Least severe level that is logged"
    )
    log_format: Literal["json", "text"] = Field(
        default="json", alias="ISP_GRAPH_LOG_FORMAT", description="Log lines as JSON, or for eyes"
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            url = make_url(value.get_secret_value())
        except ArgumentError:
            raise ValueError("is not a URL like postgresql://user:password@host/database") from None
        if url.get_backend_name() not in ("postgresql", "postgres"):
            raise ValueError("must be a postgresql:// URL")
        url = url.set(drivername="postgresql+asyncpg")
        return SecretStr(url.render_as_string(hide_password=False))

    @field_validator("broadcast_url")
    @classmethod
    def _is_broker(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(_BROKERS):
            raise ValueError(f"must start with one of {', '.join(_BROKERS)}")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("smtp://", "smtps://")):
            raise ValueError("must start with smtp:// or smtps://")
        return value

    @field_validator("token_secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"must have at least {_SHORTEST_SECRET} characters")
        return value

    @field_validator("encryption_key")
    @classmethod
    def _are_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(len(key) < _SHORTEST_SECRET for key in _listed(value)):
            raise ValueError(f"must have at least {_SHORTEST_SECRET} characters in each key")
        return value

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            return [network.strip() for network in value.split(",") if network.strip()]
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if isinstance(value, str):
            value = [origin.strip() for origin in value.split(",") if origin.strip()]
        if isinstance(value, list) and any(origin in ("*", "null") for origin in value):
            raise ValueError("must list origins; * and null are not accepted")
        return value

    @property
    def shows_explorer(self) -> bool:
        """Whether ``GET /graphql`` answers with the explorer."""
        return self.explorer or self.demo

    @property
    def keep_events(self) -> timedelta | None:
        """How long events are kept; None is for ever."""
        return timedelta(days=self.event_retention_days) if self.event_retention_days else None

    def signing_secret(self) -> str:
        """The token secret; made once and kept in the data folder if none is set."""
        if self.token_secret is not None:
            return self.token_secret.get_secret_value()
        return self._generated("token-secret")

    def encryption_keys(self) -> list[str]:
        """What seals, then what only opens; made once and kept like the token secret."""
        if self.encryption_key is not None:
            return _listed(self.encryption_key)
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


def _listed(keys: SecretStr) -> list[str]:
    return [key.strip() for key in keys.get_secret_value().split(",")]
