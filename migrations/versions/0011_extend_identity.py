"""
Give sign-ins rows of their own, count tries in buckets, and let programs have accounts.

Everybody signs in anew: sign-ins of before cannot be told apart, and their tokens are void.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")


def upgrade() -> None:
    _extend_accounts()
    _create_sign_ins()
    _replace_refresh_tokens()
    _replace_failed_sign_ins()
    _create_service_accounts()


def _extend_accounts() -> None:
    op.add_column(
        "accounts",
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True),
        schema="identity",
    )
    op.add_column(
        "accounts",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        schema="identity",
    )


def _create_sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=43), nullable=True),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_ins_pkey")),
        schema="identity",
    )
    op.create_index(
        "sign_ins_subject_idx",
        "sign_ins",
        ["subject"],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "sign_ins_expires_at_idx", "sign_ins", ["expires_at"], unique=False, schema="identity"
    )


def _replace_refresh_tokens() -> None:
    op.drop_table("refresh_tokens", schema="identity")
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sign_in_id"],
            ["identity.sign_ins.id"],
            name=op.f("refresh_tokens_sign_in_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("refresh_tokens_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("refresh_tokens_token_hash_key")),
        schema="identity",
    )
    op.create_index(
        op.f("refresh_tokens_sign_in_id_idx"),
        "refresh_tokens",
        ["sign_in_id"],
        unique=False,
        schema="identity",
    )


def _replace_failed_sign_ins() -> None:
    op.drop_table("failed_sign_ins", schema="identity")
    op.create_table(
        "throttled_tries",
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("throttled_tries_pkey")),
        schema="identity",
    )
    op.create_index(
        "throttled_tries_touched_at_idx",
        "throttled_tries",
        ["touched_at"],
        unique=False,
        schema="identity",
    )
    op.create_index(
        "throttled_tries_failed_idx",
        "throttled_tries",
        ["touched_at"],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("succeeded_at is null"),
    )


def _create_service_accounts() -> None:
    op.create_table(
        "service_accounts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("secret_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("secret_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("service_accounts_pkey")),
        sa.UniqueConstraint("name", name=op.f("service_accounts_name_key")),
        schema="identity",
    )
