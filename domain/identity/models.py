"""Tables of the identity module."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigKey, Key, Model, Timestamps


class AccountRole(StrEnum):
    """The role that a staff or reseller account signs in with."""

    ADMIN = "ADMIN"
    SUPPORT = "SUPPORT"
    BILLING = "BILLING"
    RESELLER = "RESELLER"


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


class RefreshToken(Model):
    """
    A refresh token, by its hash. Used once; its successor is of the same family.

    Using one twice ends the whole family: somebody has a copy.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index("refresh_tokens_family_idx", "family"),
        {"schema": "identity"},
    )

    id: Mapped[BigKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    family: Mapped[str] = mapped_column(String(36))
    subject: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class FailedSignIn(Model):
    """One wrong password for a login, known or not: what the throttle counts."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (
        Index("failed_sign_ins_login_idx", "login_hash", "failed_at"),
        {"schema": "identity"},
    )

    id: Mapped[BigKey]
    login_hash: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime]
