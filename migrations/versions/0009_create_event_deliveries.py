"""Give each event its delivery to each handler, and handlers their inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: A handler went on behind its dead letter then; from now on the letter can be redriven.
_KEEP_DEAD_LETTERS = """
    insert into kernel.event_deliveries
        (consumer, position, event_id, stream, customer_id, status, attempts, last_error, died_at)
    select letter.consumer, letter.position, event.event_id, event.stream, event.customer_id,
        'DEAD', letter.attempts, letter.last_error, letter.died_at
    from kernel.dead_letters letter join kernel.events event using (event_id)
    where letter.redriven_at is null
"""


def upgrade() -> None:
    for column in ("attempts", "available_at", "last_error"):
        op.drop_column("event_consumers", column, schema="kernel")
    op.add_column(
        "event_consumers",
        sa.Column("is_ordered", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        schema="kernel",
    )
    op.add_column(
        "event_consumers",
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        schema="kernel",
    )
    _create_deliveries()
    op.execute(_KEEP_DEAD_LETTERS)
    op.drop_table("dead_letters", schema="kernel")
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("inbox_pkey")),
        schema="kernel",
    )


def _create_deliveries() -> None:
    op.create_table(
        "event_deliveries",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "RUNNING",
                "DEAD",
                name="deliverystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "available_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redrives", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "(status = 'DEAD') = (died_at is not null)", name=op.f("event_deliveries_dead_check")
        ),
        sa.ForeignKeyConstraint(
            ["consumer"],
            ["kernel.event_consumers.name"],
            name=op.f("event_deliveries_consumer_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consumer", "position", name=op.f("event_deliveries_pkey")),
        schema="kernel",
        postgresql_with={"fillfactor": "70"},
    )
    for state, predicate in (("open", "died_at is null"), ("dead", "died_at is not null")):
        op.create_index(
            f"event_deliveries_{state}_idx",
            "event_deliveries",
            ["consumer", "stream", "position"],
            schema="kernel",
            postgresql_where=sa.text(predicate),
        )
