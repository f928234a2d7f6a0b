"""Partition the event log by month, and give it the key that seals its cursors."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Two random UUIDs are 244 bits from the server's strong source, without an extension.
_CURSOR_KEY = "decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')"


def upgrade() -> None:
    op.execute(f"alter table kernel.event_head add cursor_key bytea not null default {_CURSOR_KEY}")
    op.execute("alter table kernel.event_head alter cursor_key drop default")
    op.execute("alter table kernel.events rename to events_before")
    op.execute("alter index kernel.events_pkey rename to events_before_pkey")
    for index in ("unpositioned_idx", "customer_id_position_idx", "reseller_id_position_idx"):
        op.execute(f"drop index kernel.events_{index}")
    op.execute("alter table kernel.events_before alter id drop identity")
    op.execute("create sequence kernel.events_id_seq cache 1")
    _create_events()
    op.execute("create table kernel.events_rest partition of kernel.events default")
    now = datetime.now(UTC)
    for months_ahead in (0, 1):
        _create_month(now.year, now.month + months_ahead)
    columns = (
        "event_id, id, position, type, spec_version, stream, seq, customer_id, reseller_id,"
        " occurred_at, actor, trace_id, transaction_id, data"
    )
    op.execute(f"insert into kernel.events ({columns}) select {columns} from kernel.events_before")  # noqa: S608
    op.execute(
        "select setval('kernel.events_id_seq',"
        " greatest((select max(id) from kernel.events), 0) + 1, false)"
    )
    op.execute("drop table kernel.events_before")


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('kernel.events_id_seq')"),
            nullable=False,
        ),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("spec_version", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("reseller_id", sa.Integer(), nullable=True),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("causation_id", sa.Uuid(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("events_pkey")),
        schema="kernel",
        postgresql_partition_by="range (event_id)",
    )
    op.create_index(
        "events_unpositioned_idx",
        "events",
        ["id"],
        schema="kernel",
        postgresql_where=sa.text("position is null"),
    )
    op.create_index("events_position_idx", "events", ["position"], schema="kernel")
    for owner in ("customer_id", "reseller_id"):
        op.create_index(
            f"events_{owner}_position_idx", "events", [owner, "position"], schema="kernel"
        )


def _create_month(year: int, month: int) -> None:
    begins, ends = _first_of(year, month), _first_of(year, month + 1)
    op.execute(
        f"create table kernel.events_{begins:%Y_%m} partition of kernel.events"
        f" for values from ('{_first_uuid(begins)}') to ('{_first_uuid(ends)}')"
    )


def _first_of(year: int, month: int) -> datetime:
    return datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)


def _first_uuid(instant: datetime) -> str:
    digits = f"{int(instant.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-0000-0000-000000000000"
