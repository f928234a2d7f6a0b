"""The billing module's fields of Customer."""

import strawberry

from graph.billing.gateway_types import GatewayFields
from graph.billing.ledger import StatementLine, customer_statement
from graph.billing.lists import customer_invoices, customer_payments
from graph.billing.types import BillingAccount, Invoice, Payment
from graph.connections import Connection
from resolvers.billing import accounts


@strawberry.type
class BillingFields(GatewayFields):
    """The billing module's facet of Customer."""

    billing_account: BillingAccount | None = strawberry.field(
        resolver=accounts.customer_account,
        description="How it is invoiced and what it owes; null until opened",
    )
    invoices: Connection[Invoice] | None = strawberry.field(
        resolver=customer_invoices, description="Its invoices, newest first unless told otherwise"
    )
    payments: Connection[Payment] | None = strawberry.field(
        resolver=customer_payments, description="Its payments, newest first unless told otherwise"
    )
    statement: Connection[StatementLine] | None = strawberry.field(
        resolver=customer_statement,
        description="Statement of account: each change of its balance, which always adds up",
    )
