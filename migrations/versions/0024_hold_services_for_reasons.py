"""Keep for which reasons a subscription is suspended, so that each is lifted by itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import secure_rows

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "customers",
        sa.Column(
            "holds",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        schema="customer",
    )
    op.execute(
        "update customer.customers set holds = jsonb_build_array("
        "case when suspended_with_status then 'CUSTOMER' else 'ADMIN' end)"
        " where subscription_state = 'SUSPENDED'"
    )
    op.drop_column("customers", "suspended_with_status", schema="customer")
    secure_rows()
