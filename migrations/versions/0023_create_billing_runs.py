"""Create billing runs, which outlive the process that started them."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure_rows

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_REASONS = (
    "ALREADY_CHARGED",
    "NO_PLAN",
    "OTHER_CURRENCY",
    "NOTHING_TO_CHARGE",
    "NOT_CHARGED",
)


def upgrade() -> None:
    op.create_table(
        "billing_runs",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("is_scheduled", sa.Boolean(), nullable=False),
        sa.Column("state", _enum("runstate", ("RUNNING", "DONE", "PARTIAL")), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("billing_runs_pkey")),
        schema="billing",
    )
    op.create_index(
        "billing_runs_scheduled_key",
        "billing_runs",
        ["charged_on"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("is_scheduled"),
    )
    op.create_index(
        "billing_runs_running_idx",
        "billing_runs",
        ["id"],
        schema="billing",
        postgresql_where=sa.text("state = 'RUNNING'"),
    )
    _create_items()
    secure_rows()


def _create_items() -> None:
    states = ("PENDING", "ISSUED", "PREVIEWED", "SKIPPED", "FAILED")
    op.create_table(
        "billing_run_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("state", _enum("itemstate", states), nullable=False),
        sa.Column("reason", _enum("skipreason", _REASONS), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"billing_run_items_{column}_fkey")
            )
            for column, target in (
                ("run_id", "billing.billing_runs.id"),
                ("customer_id", "customer.customers.id"),
                ("invoice_id", "billing.invoices.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("billing_run_items_pkey")),
        sa.UniqueConstraint(
            "run_id", "customer_id", name=op.f("billing_run_items_run_id_customer_id_key")
        ),
        schema="billing",
    )
    op.create_index(
        "billing_run_items_state_idx",
        "billing_run_items",
        ["run_id", "state", "id"],
        schema="billing",
    )
    for name, columns in {"run_id": ["run_id", "id"], "customer_id": ["customer_id"]}.items():
        index = f"billing_run_items_{name}_idx"
        op.create_index(index, "billing_run_items", columns, schema="billing")


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
