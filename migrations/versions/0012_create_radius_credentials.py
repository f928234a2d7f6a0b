"""Create the service credentials that subscribers come online with."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A customer cannot take the name that another customer comes online with: told like any other
# taken name. The way round is checked by the service that makes credentials.
_REFUSE_TAKEN = """
create function radius.refuse_taken_username() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if exists (
        select from radius.credentials
        where username = new.username and ended_at is null and customer_id <> new.id
    ) then
        raise exception 'username is taken'
            using errcode = 'unique_violation', constraint = 'customers_username_key';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (sealed is not null)",
            name=op.f("credentials_sealed_until_ended_check"),
        ),
        sa.CheckConstraint(
            "username = lower(username)", name=op.f("credentials_username_in_lower_case_check")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("credentials_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("credentials_pkey")),
        schema="radius",
    )
    op.create_index("credentials_customer_id_idx", "credentials", ["customer_id"], schema="radius")
    op.create_index(
        "credentials_username_key",
        "credentials",
        ["username"],
        unique=True,
        schema="radius",
        postgresql_where=sa.text("ended_at is null"),
    )
    op.execute(_REFUSE_TAKEN)
    op.execute(
        "create trigger refuse_taken_username before insert or update of username"
        " on customer.customers for each row when (new.username is not null)"
        " execute function radius.refuse_taken_username()"
    )
