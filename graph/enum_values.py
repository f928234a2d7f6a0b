"""Descriptions of enum values, a line each, for the schema's readers."""

from graphql import GraphQLEnumType, GraphQLSchema

_VALUES = """
ErrorCode.UNAUTHENTICATED: Nobody is signed in, or the token is no good
ErrorCode.INVALID_CREDENTIALS: Wrong login or password; which is not told
ErrorCode.ACCESS_DENIED: The role or scopes do not allow the act, whatever the row
ErrorCode.READ_ONLY: The role allows it, but the account may only read while it is suspended
ErrorCode.NOT_FOUND: No such row, or none that the actor may see
ErrorCode.INVALID: An input breaks a rule; `path` names it
ErrorCode.CONFLICT: The present state refuses the change
ErrorCode.VERSION_CONFLICT: Somebody changed the object since it was read
ErrorCode.INVALID_TRANSITION: The state machine has no such arrow
ErrorCode.IDEMPOTENCY_KEY_REUSED: The key was used before, with another input
ErrorCode.USERNAME_TAKEN: Another customer signs in with the name
ErrorCode.CUSTOMER_NOT_ACTIVE: The act needs a customer whose status is ACTIVE
ErrorCode.RESELLER_CODE_TAKEN: Another reseller has the code
ErrorCode.RESELLER_NOT_ACTIVE: The act needs a reseller whose status is ACTIVE
ErrorCode.PLAN_CODE_TAKEN: Another plan has the code, on sale or retired
ErrorCode.PLAN_NOT_ON_SALE: The plan is retired, or not the edition that is sold then
ErrorCode.PLAN_NOT_AVAILABLE: The plan is not sold to customers of that type or reseller
ErrorCode.PLAN_SUPERSEDED: The edition of the plan has a successor
ErrorCode.NO_PLAN_ASSIGNED: The customer is on no plan
ErrorCode.NO_CHANGE_SCHEDULED: The customer's plan is not about to change
ErrorCode.USAGE_PERIOD_OPEN: The month of usage has not ended
ErrorCode.INVOICE_NOT_PAYABLE: The invoice is a draft, void, or another customer's
ErrorCode.INVOICE_HAS_PAYMENTS: Money is allocated to the invoice
ErrorCode.PAYMENT_ALREADY_RECORDED: A payment with the method and reference is in the books
ErrorCode.PAYMENT_DISPUTED: The payer disputes the payment: it stays as it is until that is over
ErrorCode.NOTHING_LEFT_OF_PAYMENT: The payment has less left than was asked for
ErrorCode.PAYMENT_UNDER_WAY: Whether money was taken is not known yet: no second attempt
ErrorCode.DUNNING_POLICY_CODE_TAKEN: Another dunning policy has the code
ErrorCode.CUSTOMER_CLOSED: The customer has left for good
ErrorCode.SEGMENT_CODE_TAKEN: Another network segment has the code
ErrorCode.SESSION_ENDED: The RADIUS session is over
ErrorCode.NAS_TAKEN: Another NAS has the name or address
ErrorCode.TOO_MANY_WEBHOOK_ENDPOINTS: The owner has as many endpoints as it may have
ErrorCode.TESTED_TOO_OFTEN: The endpoint was tested as often as it may be for now
ErrorCode.TOO_MANY_CREDENTIALS: The customer has as many service credentials as it may have
ErrorCode.ENCRYPTION_KEY_MISSING: The secret's encryption key is not configured
ErrorCode.EMAIL_TAKEN: Somebody signs in with the address
ErrorCode.SERVICE_ACCOUNT_NAME_TAKEN: Another service account has the name
ErrorCode.ERASURE_BLOCKED: The customer still has dealings that are to be settled first
ErrorCode.BUSY: Too many ask for the same at once; try again
AccountRole.ADMIN: Everything
AccountRole.SUPPORT: Customers, documents, plans, alerts, disconnects
AccountRole.BILLING: Invoices, payments, plans
AccountRole.RESELLER: What is of its reseller, or of those below it
DunningStage.REMINDED: The customer was reminded
DunningStage.WARNED: The customer was warned
DunningStage.SUSPENDED: Service is held back
DunningStage.DISCONNECTED: The subscription was ended
DunningAction.NOTIFY: The customer is written to
DunningAction.LATE_FEE: A fee is charged for each overdue invoice, once at the stage
DunningAction.SUSPEND: Service is held back until the debt is settled
DunningAction.DISCONNECT: The subscription is ended
DunningPauseKind.PROMISE: A promise to pay by a day
DunningPauseKind.EXEMPTION: An exemption that staff granted
DunningPauseEnd.KEPT: What was promised was paid
DunningPauseEnd.BROKEN: The day went by, and something is overdue still
DunningPauseEnd.EXPIRED: The exemption's last day went by
DunningPauseEnd.WITHDRAWN: Staff ended it
PaymentState.COMPLETED: Kept whole
PaymentState.PARTIALLY_REFUNDED: A part was given back
PaymentState.REFUNDED: All of it was given back
PaymentState.DISPUTED: The payer disputes it at the bank or gateway
PaymentState.CHARGED_BACK: The bank or gateway took it back
DisputeStatus.OPEN: Not decided yet
DisputeStatus.WON: The money stays
DisputeStatus.LOST: The money was taken back
RefundStatus.PENDING: The gateway has not confirmed it yet
RefundStatus.SUCCEEDED: The money has left
RefundStatus.FAILED: The gateway refused it, and the money is back on the account
PaymentAttemptStatus.PENDING: The gateway is to be asked
PaymentAttemptStatus.UNKNOWN: The gateway did not answer, and will be asked what happened
PaymentAttemptStatus.COMPLETED: The money was taken
PaymentAttemptStatus.FAILED: The money was not taken
PaymentMethod.CREDIT_CARD: Credit or debit card
PaymentMethod.BANK_TRANSFER: Transfer from a bank account
PaymentMethod.PAYPAL: PayPal account
PaymentMethod.EWALLET: Other electronic wallet
PaymentMethod.CASH: Cash at a counter
PaymentMethod.CHECK: Paper check
PaymentMethod.OTHER: Any other way
CustomerEventType.CUSTOMER_CREATED: A customer was created
CustomerEventType.CUSTOMER_UPDATED: Fields of a customer were changed
CustomerEventType.CUSTOMER_DELETED: A customer was deleted
CustomerEventType.CUSTOMER_SUBSCRIPTION_STATE_CHANGED: A subscription went to another state
CustomerEventType.CUSTOMER_ADDRESS_CREATED: An address was added
CustomerEventType.CUSTOMER_ADDRESS_UPDATED: An address was changed or removed
CustomerEventType.CUSTOMER_DOCUMENT_VERIFIED: Staff accepted a document
CustomerEventType.CUSTOMER_EMAIL_VERIFIED: An e-mail address was proved
CustomerEventType.EVENT_GAP: Events were missed; told whatever the filter
GapReason.RETENTION: The cursor was older than the events that are kept
GapReason.TOO_SLOW: The subscriber took events so slowly that they were removed meanwhile
CustomerType.INDIVIDUAL: A person
CustomerType.BUSINESS: A company
CustomerType.GOVERNMENT: A public authority
CustomerType.EDUCATIONAL: A school or university
CustomerType.NON_PROFIT: A charity or association
CustomerStatus.PENDING: Taken on, not yet active
CustomerStatus.ACTIVE: May have service
CustomerStatus.INACTIVE: Has no live subscription for now
CustomerStatus.SUSPENDED: Barred by staff, for a reason that is kept
CustomerStatus.CLOSED: Has left for good
SubscriptionState.INACTIVE: Never begun
SubscriptionState.PENDING_ACTIVATION: Ordered, waiting to be switched on
SubscriptionState.PENDING_PAYMENT: Waiting for money
SubscriptionState.TRIAL: Running free of charge
SubscriptionState.ACTIVE: Running
SubscriptionState.SUSPENDED: Held back for now
SubscriptionState.EXPIRED: Ran out; may be renewed
SubscriptionState.CANCELLED: Ended for good
HoldReason.NON_PAYMENT: Invoices are overdue; lifted by payment
HoldReason.CUSTOMER: The customer is suspended; lifted with that
HoldReason.ADMIN: Staff suspended the subscription; lifted by hand
AddressType.BILLING: Invoices go there
AddressType.SERVICE: The line ends there
AddressType.MAILING: Letters go there
AddressType.LEGAL: Registered seat
AddressType.OTHER: Anything else
DocumentType.ID_CARD: National identity card
DocumentType.PASSPORT: Passport
DocumentType.DRIVING_LICENSE: Driving licence
DocumentType.BUSINESS_REGISTRATION: Extract of a company register
DocumentType.TAX_ID: Proof of a tax number
DocumentType.UTILITY_BILL: Proof of an address
DocumentType.CONTRACT: Signed contract
DocumentType.OTHER: Any other document
VerificationStatus.PENDING: Waiting for staff
VerificationStatus.VERIFIED: Accepted
VerificationStatus.FAILED: Refused or revoked
VerificationStatus.EXPIRED: Was accepted and has run out
CommunicationType.EMAIL: E-mail
CommunicationType.SMS: Text message
CommunicationType.PHONE: Call
CommunicationType.MAIL: Letter
CommunicationType.PUSH: Notification of an app
TrackedState.STATUS: The customer's status
TrackedState.SUBSCRIPTION: The subscription's state
BillingAccountStatus.OPEN: In use
BillingAccountStatus.FROZEN: Held while the customer is suspended
BillingAccountStatus.CLOSING: The customer has left; something is still owed
BillingAccountStatus.CLOSED: Settled and ended
Invoicing.ACTIVE: Charged each cycle
Invoicing.TRIAL: Running, not charged
Invoicing.PAUSED: Not charged while suspended, nor afterwards for that time
Invoicing.STOPPED: Not charged
InvoiceStatus.DRAFT: Being written; has no number
InvoiceStatus.ISSUED: Numbered and unchangeable
InvoiceStatus.VOID: Taken back; keeps its number
PaymentStatus.UNPAID: Nothing is paid
PaymentStatus.PARTIALLY_PAID: A part is paid
PaymentStatus.PAID: All is paid
InvoiceLineKind.RECURRING: Price of a cycle
InvoiceLineKind.PRORATION: Price of a part of a cycle
InvoiceLineKind.SETUP: Once, at the beginning
InvoiceLineKind.USAGE: By consumption
InvoiceLineKind.OVERAGE: Beyond the allowance
InvoiceLineKind.TOPUP: Allowance bought in addition
InvoiceLineKind.LATE_FEE: For paying late
InvoiceLineKind.ADJUSTMENT: Correction by staff
InvoiceLineKind.DISCOUNT: Taken off the price
InvoiceOrderField.CREATED_AT: Timestamp of creation
InvoiceOrderField.DUE_ON: Due date
InvoiceOrderField.TOTAL: Total amount
PaymentOrderField.RECEIVED_AT: Timestamp of receipt
PaymentOrderField.AMOUNT: Amount
AssignmentState.SCHEDULED: Begins later
AssignmentState.ACTIVE: In force
AssignmentState.ENDED: Over
AssignmentState.WITHDRAWN: Taken back before it began
BillingCycle.MONTHLY: Every month
BillingCycle.QUARTERLY: Every three months
BillingCycle.SEMI_ANNUAL: Every six months
BillingCycle.YEARLY: Every year
FupAction.THROTTLE: Go on at the throttled rates
FupAction.BLOCK: Stop until the next period
FupAction.CHARGE: Go on, for money
FupState.NORMAL: Below every threshold
FupState.NOTIFIED: Past a threshold that only notifies
FupState.THROTTLED: Slowed down
FupState.BLOCKED: Stopped
UsagePeriod.CURRENT: The running month
UsagePeriod.PREVIOUS: The month before
ResellerStatus.PENDING_APPROVAL: Not yet admitted
ResellerStatus.ACTIVE: May take on customers
ResellerStatus.SUSPENDED: Keeps its customers, takes on none
ResellerStatus.TERMINATED: Ended for good
CommissionKind.ACCRUAL: Earned on a paid invoice
CommissionKind.CLAWBACK: Taken back
CommissionKind.ADJUSTMENT: Correction by staff
CommissionState.ACCRUED: Not yet on a statement
CommissionState.SETTLED: On a statement
RadiusSessionState.ACTIVE: Online
RadiusSessionState.DISCONNECT_REQUESTED: Online, its end asked for
RadiusSessionState.STOPPED: Ended by an accounting stop
RadiusSessionState.CLOSED_NAS_REBOOT: Ended by a reboot of its NAS
AccessDecision.ACCEPT: Let in
AccessDecision.WALLED_GARDEN: Let in to the pages that help only
AccessDecision.REJECT: Keep out
AccessReason.OK: Nothing stands against it
AccessReason.FUP: Fair use has slowed it down
AccessReason.NO_PLAN: On no plan: basic rates
AccessReason.QUOTA: The allowance is used up
AccessReason.SUSPENDED: Held back by staff
AccessReason.NOT_ACTIVATED: Not yet switched on
AccessReason.KYC: A document was refused or has run out
AccessReason.UNPAID: Waiting for money, or run out
AccessReason.TERMINATED: Left for good
AccessReason.UNDEFINED: No rule applies: a defect
MetricKind.LATENCY_MS: Round-trip time in milliseconds
MetricKind.JITTER_MS: Variation of the round-trip time in milliseconds
MetricKind.LOSS_PCT: Lost packets in per cent
MetricKind.SIGNAL_DBM: Received power in dBm
MetricKind.SNR_DB: Signal-to-noise ratio in dB
MetricKind.THROUGHPUT_DOWN_BPS: Downstream throughput in bit/s
MetricKind.THROUGHPUT_UP_BPS: Upstream throughput in bit/s
MetricKind.UPTIME_PCT: Time online in per cent
AlertSeverity.INFO: Worth knowing
AlertSeverity.WARNING: May become a fault
AlertSeverity.ERROR: A fault
AlertSeverity.CRITICAL: Service is down
AlertPriority.LOW: When there is time
AlertPriority.NORMAL: In its turn
AlertPriority.HIGH: Before others
AlertPriority.URGENT: At once
AlertStatus.ACTIVE: Raised
AlertStatus.ACKNOWLEDGED: Somebody is at it
AlertStatus.RESOLVED: Over
NotificationStatus.QUEUED: Waiting to be sent
NotificationStatus.SENT: Handed to the transport
NotificationStatus.FAILED: Refused for good
NotificationStatus.SUPPRESSED: Not sent, for the reason given
QualityRating.EXCELLENT: Nobody would complain
QualityRating.GOOD: Good for all uses
QualityRating.FAIR: Some uses suffer
QualityRating.POOR: Hardly usable
SegmentKind.REGION: A region
SegmentKind.SITE: A site
SegmentKind.ACCESS_POINT: A radio access point
SegmentKind.OLT: An optical line terminal
SegmentKind.DSLAM: A DSL access multiplexer
SegmentKind.CMTS: A cable modem termination system
SegmentKind.SWITCH: A switch
SegmentKind.OTHER: Anything else
NasVendor.MIKROTIK: MikroTik
NasVendor.CISCO: Cisco
NasVendor.JUNIPER: Juniper
NasVendor.HUAWEI: Huawei
NasVendor.OTHER: Any other, by standard attributes
CustomerOrderField.ID: Customer id
CustomerOrderField.CREATED_AT: Timestamp of creation
CustomerOrderField.DISPLAY_NAME: Display name
AuditKind.READ: Somebody looked at it
AuditKind.CHANGE: Somebody changed it
AuditAction.READ: An operation read rows
AuditAction.SUBSCRIBE: A subscription to events began
AuditAction.INSERT: A row was made
AuditAction.UPDATE: Columns of rows were changed
AuditAction.DELETE: Rows were removed
ErasureReason.NO_LONGER_NECESSARY: What the data was collected for is over (art. 17(1)(a))
ErasureReason.CONSENT_WITHDRAWN: The person took consent back (art. 17(1)(b))
ErasureReason.OBJECTION: The person objects to the processing (art. 17(1)(c))
ErasureReason.UNLAWFUL_PROCESSING: The data should not have been processed (art. 17(1)(d))
ErasureReason.LEGAL_OBLIGATION: A law or a court demands it (art. 17(1)(e))
ErasureBlocker.CUSTOMER_NOT_CLOSED: The customer is neither CLOSED nor deleted
ErasureBlocker.SUBSCRIPTION_NOT_ENDED: The subscription has not ended
ErasureBlocker.INVOICE_UNPAID: An issued invoice is not paid in full
ErasureBlocker.INVOICE_IN_DRAFT: A draft is to be issued or voided
ErasureBlocker.CREDIT_NOT_REFUNDED: A payment is not allocated in full
ErasureBlocker.SESSION_OPEN: A RADIUS session has not ended
ErasureBlocker.TRAFFIC_DATA_RETAINED: Law keeps a recent session's data for now
Role.ADMIN: Runs the platform
Role.SUPPORT: Helps customers
Role.BILLING: Keeps the books
Role.RESELLER: Acts for a reseller and those below it
Role.CUSTOMER: Is a customer
Role.SERVICE: Is another program
Role.ANONYMOUS: Has not signed in
Permission.CUSTOMER_READ: Read customers
Permission.CUSTOMER_WRITE: Change customers, addresses, channels and documents
Permission.CUSTOMER_CREATE: Create customers
Permission.CUSTOMER_DELETE: Delete customers
Permission.CUSTOMER_LIFECYCLE: Change status and subscription state
Permission.PII_READ: Read tax numbers and numbers of identity documents
Permission.DOCUMENT_VERIFY: Accept and refuse documents
Permission.BILLING_READ: Read accounts, invoices and payments
Permission.BILLING_WRITE: Issue invoices and record payments
Permission.TARIFF_READ: Read plans, assignments and usage
Permission.TARIFF_ASSIGN: Put customers on plans
Permission.CATALOGUE_WRITE: Change the catalogue of plans
Permission.USAGE_WRITE: Record usage
Permission.RADIUS_READ: Read sessions and authorizations
Permission.RADIUS_AUTHENTICATE: Check customers' passwords
Permission.RADIUS_ACCOUNT: Record accounting
Permission.RADIUS_CONTROL: Disconnect sessions and register NASes
Permission.MONITORING_READ: Read metrics, alerts and segments
Permission.MONITORING_WRITE: Record metrics and change segments
Permission.ALERT_WRITE: Raise and handle alerts
Permission.RESELLER_READ: Read resellers
Permission.RESELLER_WRITE: Change resellers and settle commissions
Permission.COMMISSION_READ: Read commissions
Permission.EVENT_READ: Follow events
Permission.EVENT_ADMIN: Care for handlers and dead letters
Permission.WEBHOOK_WRITE: Have webhook endpoints, as a reseller
WebhookStatus.ACTIVE: Events are sent as they happen
WebhookStatus.PAUSED: Held by its owner; events wait
WebhookStatus.DISABLED: Stopped by us, for the reason given; events wait
WebhookDisabledReason.GONE: It answered 410 Gone
WebhookDisabledReason.FAILING: Nothing but failures for 24 hours
WebhookFormat.ENVELOPE: The platform's envelope, as application/json
WebhookFormat.CLOUDEVENTS: CloudEvents 1.0, structured, as application/cloudevents+json
WebhookFailure.ADDRESS_REFUSED: Its host has no address, or one that is not public
WebhookFailure.CONNECTION_FAILED: Nobody answered there, or the connection broke
WebhookFailure.TLS_FAILED: Its certificate does not prove the host, or TLS failed
WebhookFailure.TIMED_OUT: No answer in time
WebhookFailure.BAD_RESPONSE: What came back is no HTTP response
WebhookFailure.WRONG_STATUS: The answer was not a 2xx; redirects are not followed
WebhookFailure.NOT_SIGNED: Its secret cannot be read here: rotate it
Permission.METRICS_READ: Read how the server itself fares, at /metrics
Permission.AUDIT_READ: Read who read or changed what of whom
Permission.PRIVACY_ADMIN: Export and erase what is known of a person
Permission.IDENTITY_ADMIN: Manage accounts, service accounts and their tokens
Permission.CREDENTIAL_WRITE: Set and rotate the credentials that lines sign in with
Permission.FEDERATION: Read the subgraph's schema, as a gateway does
TariffPlanOrderField.ID: Plan id
TariffPlanOrderField.CODE: Code
TariffPlanOrderField.PRICE: Price of a cycle
AcctStatusType.START: The session has begun
AcctStatusType.INTERIM_UPDATE: The session goes on
AcctStatusType.STOP: The session has ended
AcctStatusType.ON: The NAS has started
AcctStatusType.OFF: The NAS is about to stop
PlanChangeTime.NOW: At once
PlanChangeTime.NEXT_CYCLE: When the running cycle ends
PlanChangeTime.ON_DATE: When the day begins in the customer's time zone
Settlement.CREDIT: They are credited, day by day
Settlement.NONE: Nothing comes back
TopUpState.ACTIVE: Octets of it can be used
TopUpState.EXHAUSTED: All of it is used
TopUpState.EXPIRED: What is left of it can be used no more
UsageSource.RADIUS: From accounting
UsageSource.IMPORT: From another system
UsageSource.ADJUSTMENT: Correction by staff, may be negative
AuthenticationReason.OK: Password and states are right
AuthenticationReason.BAD_CREDENTIALS: Wrong username or password; which is not told
AuthenticationReason.CUSTOMER_NOT_ACTIVE: The customer's status is not ACTIVE
AuthenticationReason.SUBSCRIPTION_NOT_ACTIVE: The subscription is neither ACTIVE nor TRIAL
AccountingOutcome.RECORDED: The session changed by it
AccountingOutcome.UNCHANGED: It told nothing new
AccountingOutcome.UNCLAIMED: No customer has the username; kept for a person
BillingSkipReason.NOT_CHARGED: No longer charged when its turn came
BillingRunState.RUNNING: Accounts are pending
BillingRunState.DONE: Over
BillingRunState.PARTIAL: Over, and some accounts failed
BillingRunItemState.PENDING: Not yet its turn
BillingRunItemState.ISSUED: Was issued an invoice
BillingRunItemState.PREVIEWED: Would be issued an invoice
BillingRunItemState.SKIPPED: Passed by, for the reason given
BillingRunItemState.FAILED: Something is wrong with it
PaymentStatus.WRITTEN_OFF: What was due was given up
CreditReason.VOID: The invoice was withdrawn
CreditReason.BILLING_ERROR: It charged too much
CreditReason.SERVICE_FAILURE: The service failed
CreditReason.GOODWILL: Nothing was wrong
CreditReason.CANCELLATION: What was paid in advance is not used
CreditReason.PLAN_CHANGE: The plan was changed within a period that was charged
CreditReason.OTHER: Something else
LedgerAccount.RECEIVABLE: What customers owe on issued invoices
LedgerAccount.CASH: Money that came in, less what went back
LedgerAccount.CUSTOMER_CREDIT: What customers paid and owe nothing for yet
LedgerAccount.REVENUE: Charges without tax
LedgerAccount.TAX: Tax charged
LedgerAccount.BAD_DEBT: What will not be paid any more
PostingKind.INVOICE: An invoice was issued
PostingKind.VOID: An issued invoice was withdrawn
PostingKind.CREDIT_NOTE: A credit note was issued
PostingKind.PAYMENT: Money came in
PostingKind.ALLOCATION: Credit paid an invoice
PostingKind.DEALLOCATION: What paid an invoice is credit again
PostingKind.REFUND: Money went back to the customer
PostingKind.CHARGEBACK: A payment was taken back by who had sent it
PostingKind.WRITE_OFF: What is due on an invoice was given up
BillingSkipReason.ALREADY_CHARGED: The cycle is on an invoice already
BillingSkipReason.NO_PLAN: On no plan
BillingSkipReason.OTHER_CURRENCY: The plan is priced in another currency than the account
BillingSkipReason.NOTHING_TO_CHARGE: Nothing is due for the cycle
"""


def describe_enum_values(schema: GraphQLSchema) -> list[str]:
    """Describe every enum value; coordinates of those that have no description."""
    described = dict(line.split(": ", 1) for line in _VALUES.strip().splitlines())
    missing = []
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLEnumType) or name.startswith(("__", "link__")):
            continue
        for value_name, value in kind.values.items():
            coordinate = f"{name}.{value_name}"
            value.description = value.description or described.get(coordinate)
            if not value.description:
                missing.append(coordinate)
    return missing
