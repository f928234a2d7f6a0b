"""Tables of the identity module."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity.account_roles import AccountRole as AccountRole
from domain.kernel.base import BigKey, Key, Model, Timestamps


class Account(Timestamps, Model):
    """A person of the provider's or a reseller's who signs in by e-mail address (lower case)."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("(role = 'RESELLER') = (reseller_id is not null)", name="reseller_of_role"),
        {"schema": "identity"},
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[AccountRole]
    reseller_id: Mapped[int | None] = mapped_column(ForeignKey("reseller.resellers.id"))
    password_hash: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default="true")
    last_signed_in_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class SignIn(Model):
    """
    Somebody signed in, and stays so while refresh tokens are renewed.

    ``stamp`` is of the login's name, password hash and role as they were: once they are others,
    the sign-in is over. ``client`` is the network that it came from, shortened.
    """

    __tablename__ = "sign_ins"
    __audited__ = frozenset({"subject", "client", "expires_at", "ended_at"})
    __table_args__ = (
        Index("sign_ins_subject_idx", "subject", postgresql_where=text("ended_at is null")),
        Index("sign_ins_expires_at_idx", "expires_at"),
        {"schema": "identity"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    stamp: Mapped[str] = mapped_column(String(64))
    client: Mapped[str | None] = mapped_column(String(43))
    signed_in_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def customer_id(self) -> int | None:
        """The customer who signed in, if it was one: whom the audit log is told about."""
        kind, _, key = self.subject.partition(":")
        return int(key) if kind == "customer" else None


class RefreshToken(Model):
    """
    A refresh token, by its hash. Used once; its successor is of the same sign-in.

    Using one twice ends the whole sign-in: somebody has a copy.
    """

    __tablename__ = "refresh_tokens"
    __audited__ = False
    __table_args__ = {"schema": "identity"}

    id: Mapped[BigKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sign_in_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity.sign_ins.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ThrottledTries(Model):
    """
    Wrong passwords of one bucket: a login from a network, a login, or a network.

    ``bucket`` is a hash: the table tells nobody which logins were tried. ``succeeded_at`` is when
    the login was last let in from that network.
    """

    __tablename__ = "throttled_tries"
    __audited__ = False
    __table_args__ = (
        Index("throttled_tries_touched_at_idx", "touched_at"),
        Index(
            "throttled_tries_failed_idx",
            "touched_at",
            postgresql_where=text("succeeded_at is null"),
        ),
        {"schema": "identity"},
    )

    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(server_default="0")
    failed_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    touched_at: Mapped[datetime]


class ServiceAccount(Timestamps, Model):
    """
    A program that gets tokens by its name and a secret (RFC 6749 §4.4).

    The secret has 256 random bits, so a plain hash of it tells nothing. ``secret_version`` steps
    when it is replaced: tokens of an earlier one end. ``scopes`` are permissions by name.
    """

    __tablename__ = "service_accounts"
    __table_args__ = {"schema": "identity"}

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))
    scopes: Mapped[list[str]]
    secret_hash: Mapped[str] = mapped_column(String(64))
    secret_version: Mapped[int] = mapped_column(server_default="1")
    secret_changed_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    last_used_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}
