"""Create the reseller module's commission tables."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What was earned and stated stays as it was: an entry changes once, when it is settled.
_REFUSE_CHANGES = (
    """
    create function reseller.refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'rows of % do not change', tg_table_name
            using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger commission_settlements_never_change
        before update or delete on reseller.commission_settlements
        for each row execute function reseller.refuse_change()
    """,
    """
    create trigger commission_entries_never_deleted
        before delete on reseller.commission_entries
        for each row execute function reseller.refuse_change()
    """,
    """
    create trigger commission_entries_settled_once
        before update on reseller.commission_entries
        for each row when (
            old.state = 'SETTLED'
            or to_jsonb(old) - 'state' - 'settlement_id'
                <> to_jsonb(new) - 'state' - 'settlement_id'
        ) execute function reseller.refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("create schema if not exists reseller")
    _create_settlements()
    _create_entries()
    for statement in _REFUSE_CHANGES:
        op.execute(statement)


def _create_settlements() -> None:
    op.create_table(
        "commission_settlements",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("settled_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "total_minor >= 0", name=op.f("commission_settlements_total_minor_not_negative_check")
        ),
        sa.ForeignKeyConstraint(
            ["reseller_id"],
            ["reseller.resellers.id"],
            name=op.f("commission_settlements_reseller_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("commission_settlements_pkey")),
        sa.UniqueConstraint(
            "id",
            "reseller_id",
            "currency",
            name=op.f("commission_settlements_id_reseller_id_currency_key"),
        ),
        schema="reseller",
    )
    op.create_index(
        "commission_settlements_reseller_id_idx",
        "commission_settlements",
        ["reseller_id", "id"],
        unique=False,
        schema="reseller",
    )


def _create_entries() -> None:
    op.create_table(
        "commission_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_number", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ACCRUAL",
                "CLAWBACK",
                "ADJUSTMENT",
                name="commissionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("rate_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "ACCRUED",
                "SETTLED",
                name="commissionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="ACCRUED",
            nullable=False,
        ),
        sa.Column("settlement_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'SETTLED') = (settlement_id is not null)",
            name=op.f("commission_entries_settled_on_a_statement_check"),
        ),
        sa.CheckConstraint(
            "case kind when 'ACCRUAL' then amount_minor >= 0"
            " when 'CLAWBACK' then amount_minor <= 0 else true end",
            name=op.f("commission_entries_amount_minor_sign_check"),
        ),
        sa.CheckConstraint(
            "period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'",
            name=op.f("commission_entries_period_is_a_month_check"),
        ),
        sa.ForeignKeyConstraint(
            ["reseller_id"],
            ["reseller.resellers.id"],
            name=op.f("commission_entries_reseller_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id", "reseller_id", "currency"],
            [
                "reseller.commission_settlements.id",
                "reseller.commission_settlements.reseller_id",
                "reseller.commission_settlements.currency",
            ],
            name="commission_entries_settlement_fkey",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("commission_entries_pkey")),
        sa.UniqueConstraint(
            "invoice_id",
            "reseller_id",
            "kind",
            name=op.f("commission_entries_invoice_id_reseller_id_kind_key"),
        ),
        schema="reseller",
    )
    op.create_index(
        "commission_entries_customer_id_idx",
        "commission_entries",
        ["customer_id", "id"],
        unique=False,
        schema="reseller",
    )
    op.create_index(
        "commission_entries_reseller_id_idx",
        "commission_entries",
        ["reseller_id", "id"],
        unique=False,
        schema="reseller",
    )
    op.create_index(
        "commission_entries_settlement_id_idx",
        "commission_entries",
        ["settlement_id", "id"],
        unique=False,
        schema="reseller",
    )
    op.create_index(
        "commission_entries_unsettled_idx",
        "commission_entries",
        ["reseller_id", "currency", "earned_at"],
        unique=False,
        schema="reseller",
        postgresql_where=sa.text("state = 'ACCRUED'"),
    )
