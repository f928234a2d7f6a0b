"""Editions, contracts and availability of plans; one assignment at a time by the database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_PLAN_COLUMNS = (
    sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
    sa.Column("overage_block_octets", sa.BigInteger()),
    sa.Column("overage_price_minor", sa.BigInteger()),
    sa.Column("contract_months", sa.Integer()),
    sa.Column("early_termination_fee_minor", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("customer_types", postgresql.ARRAY(sa.String(40))),
    sa.Column("reseller_ids", postgresql.ARRAY(sa.Integer())),
    sa.Column("effective_from", sa.DateTime(timezone=True)),
    sa.Column("effective_to", sa.DateTime(timezone=True)),
)
_PLAN_CHECKS = {
    "edition_positive": "edition > 0",
    "ends_after_start": "effective_to > effective_from",
    "contract_range": "contract_months between 1 and 120",
    "early_termination_fee_not_negative": "early_termination_fee_minor >= 0",
    "early_termination_needs_contract": (
        "early_termination_fee_minor = 0 or contract_months is not null"
    ),
    "overage_together": "(overage_block_octets is null) = (overage_price_minor is null)",
    "overage_only_charged": (
        "overage_block_octets is null or coalesce(fup_action = 'CHARGE', false)"
    ),
    "overage_range": "overage_block_octets > 0 and overage_price_minor >= 0",
}
_ASSIGNMENT_COLUMNS = (
    sa.Column(
        "settlement",
        sa.Enum(
            "CREDIT",
            "NONE",
            name="settlement",
            native_enum=False,
            create_constraint=True,
            length=40,
        ),
        server_default="CREDIT",
        nullable=False,
    ),
    sa.Column("contract_ends_at", sa.DateTime(timezone=True)),
    sa.Column("termination_fee_minor", sa.BigInteger(), server_default="0", nullable=False),
)


def upgrade() -> None:
    _extend_plans()
    _extend_assignments()


def _extend_plans() -> None:
    for column in _PLAN_COLUMNS:
        op.add_column("tariff_plans", column, schema="tariff")
    for name, rule in _PLAN_CHECKS.items():
        op.create_check_constraint(
            op.f(f"tariff_plans_{name}_check"), "tariff_plans", rule, schema="tariff"
        )
    # The code was unique by itself: now it is so among the newest editions.
    op.drop_constraint("tariff_plans_code_key", "tariff_plans", schema="tariff")
    op.create_unique_constraint(
        op.f("tariff_plans_code_edition_key"), "tariff_plans", ["code", "edition"], schema="tariff"
    )
    op.create_index(
        "tariff_plans_code_key",
        "tariff_plans",
        ["code"],
        unique=True,
        schema="tariff",
        postgresql_where=sa.text("effective_to is null"),
    )


def _extend_assignments() -> None:
    for column in _ASSIGNMENT_COLUMNS:
        op.add_column("plan_assignments", column, schema="tariff")
    op.create_check_constraint(
        op.f("plan_assignments_termination_fee_not_negative_check"),
        "plan_assignments",
        "termination_fee_minor >= 0",
        schema="tariff",
    )
    # A trusted extension: whoever may create objects in the database may create it.
    op.execute("create extension if not exists btree_gist")
    op.execute(
        "alter table tariff.plan_assignments add constraint plan_assignments_one_at_a_time_excl"
        " exclude using gist (customer_id with =, tstzrange(started_at, ended_at) with &&)"
    )
    op.drop_index("plan_assignments_open_key", "plan_assignments", schema="tariff")
