"""Let every list be read in its order, and searches find by parts of words."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEXES = (
    "invoices_due_on_idx on billing.invoices (coalesce(due_on, '9999-12-31'::date), id)",
    "invoices_total_minor_idx on billing.invoices (total_minor, id)",
    "customers_tags_idx on customer.customers using gin (tags jsonb_path_ops)",
    "customers_search_idx on customer.customers using gin (display_name gin_trgm_ops,"
    " company_name gin_trgm_ops, customer_number gin_trgm_ops, email gin_trgm_ops,"
    " username gin_trgm_ops)",
    "sessions_username_idx on radius.sessions (username, started_at, id)",
    "sessions_framed_ip_address_idx on radius.sessions (framed_ip_address, started_at, id)",
    "event_deliveries_died_at_idx on kernel.event_deliveries (died_at, position, consumer)"
    " where died_at is not null",
)


def upgrade() -> None:
    # A trusted extension: whoever may create objects in the database may create it.
    op.execute("create extension if not exists pg_trgm")
    for index in _INDEXES:
        op.execute(f"create index {index}")
