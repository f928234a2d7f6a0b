"""The billing module's enums, as the domain has them, described for the schema."""

import enum

import strawberry

from domain.billing import invoice_queries, kinds, queries

_DESCRIPTIONS: dict[type[enum.Enum], str] = {
    kinds.AccountStatus: "Where a billing account stands; it follows the customer's status",
    kinds.Invoicing: "Whether billing runs charge an account; it follows the subscription",
    kinds.InvoiceStatus: "Where an invoice stands as a document",
    kinds.PaymentStatus: "How much of an issued invoice is paid",
    kinds.LineKind: "What a line of an invoice charges for",
    kinds.PaymentState: "Where money that came in stands",
    kinds.DisputeStatus: "How a dispute over a payment stands",
    kinds.RefundStatus: "Whether money given back has left",
    kinds.AttemptStatus: "What is known of an attempt to take money",
    kinds.PaymentMethod: "A way that money comes in",
    kinds.RunState: "Where a billing run stands",
    kinds.ItemState: "What became of an account in a billing run",
    kinds.CreditReason: "Why a part of an invoice was taken back",
    kinds.DunningStage: "How far an account has been dunned; it only moves on until cured",
    kinds.DunningAction: "What a step of a dunning policy does",
    kinds.PauseKind: "Why an account is not dunned for now",
    kinds.PauseEnd: "How a pause of dunning ended",
    kinds.LedgerAccount: "An account of the general ledger",
    kinds.PostingKind: "What a transaction of the ledger tells of",
    kinds.SkipReason: "Why a billing run made no invoice for an account",
    invoice_queries.InvoiceOrderField: "What a list of invoices can be ordered by",
    queries.PaymentOrderField: "What a list of payments can be ordered by",
}
_NAMES: dict[type[enum.Enum], str] = {
    kinds.AccountStatus: "BillingAccountStatus",
    kinds.LineKind: "InvoiceLineKind",
    kinds.AttemptStatus: "PaymentAttemptStatus",
    kinds.PauseKind: "DunningPauseKind",
    kinds.PauseEnd: "DunningPauseEnd",
    kinds.SkipReason: "BillingSkipReason",
    kinds.RunState: "BillingRunState",
    kinds.ItemState: "BillingRunItemState",
}


# At import: a type that names an enum first would register it without its description.
for enumeration, description in _DESCRIPTIONS.items():
    strawberry.enum(enumeration, name=_NAMES.get(enumeration), description=description)
