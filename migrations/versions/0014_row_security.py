"""Confine tenants to their own rows in the database itself."""

from migrations.row_security import secure_rows

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    secure_rows()
