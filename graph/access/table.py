"""What root fields and single fields need; what types need is each domain module's policy."""

from collections.abc import Mapping

from domain.billing import policy as billing
from domain.customer import policy as customer
from domain.identity import policy as identity
from domain.kernel import policy as kernel
from domain.kernel.access import Permission
from domain.kernel.events import LoggedEvent
from domain.kernel.needs import Need
from domain.monitoring import policy as monitoring
from domain.radius import policy as radius
from domain.reseller import policy as reseller
from domain.tariff import policy as tariff
from domain.webhook import policy as webhook

#: Record → what reading it needs.
READS: Mapping[type, Need] = {
    **kernel.READS,
    **customer.READS,
    **reseller.READS,
    **tariff.READS,
    **radius.READS,
    **billing.READS,
    **monitoring.READS,
    **webhook.READS,
    **identity.READS,
}

#: Interfaces whose types show a record that they do not name.
INTERFACES: Mapping[str, Need] = {
    "CustomerEvent": READS[LoggedEvent],
    "LogEntry": READS[LoggedEvent],
}

#: Types that are a part of what leads to them: whoever may read that may read them.
PARTS = frozenset(
    {
        "BillingAddress",
        "DunningPolicyStep",
        "EventType",
        "InvoiceBuyer",
        "Money",
        "PageInfo",
        "RateLimit",
        "ServiceSubscription",
        "Viewer",
        "_Service",
    }
)

SIGNED_IN = Need("do that")

#: Root fields that do not need simply what the type they answer needs.
QUERIES: Mapping[str, Need] = {
    "viewer": SIGNED_IN,
    "rateLimit": SIGNED_IN,
    "node": SIGNED_IN,
    "nodes": SIGNED_IN,
    "_entities": SIGNED_IN,
    "eventTypes": SIGNED_IN,
    "_service": Need("read the subgraph's schema", (Permission.FEDERATION,)),
}

#: Mutations of those who have not signed in yet, and of those who leave.
PUBLIC_MUTATIONS = frozenset({"signIn", "refreshToken", "signOut", "confirmEmail"})

#: Fields that need more than their type.
FIELDS: Mapping[str, Need] = {
    "Customer.taxId": customer.READS_IDENTITY_NUMBERS,
    "InvoiceBuyer.taxId": customer.READS_IDENTITY_NUMBERS,
    "Document.numberLast4": customer.READS_IDENTITY_NUMBERS,
}

# A line each: mutations: any of these permissions: what completes "You may not ...".
_MUTATIONS = """
createCustomer createResellerCustomer: customer:create: create customers
updateCustomer: customer:write: change customers
deleteCustomer: customer:delete: delete customers
changeCustomerStatus: customer:lifecycle: change a customer's status
changeSubscriptionState: customer:lifecycle: change a subscription's state
addAddress updateAddress removeAddress: customer:write: change addresses
setCommunicationPreference: customer:write: change communication preferences
registerDocument: customer:write: register documents
verifyDocument rejectDocument: document:verify: verify documents
requestEmailVerification: customer:write: request e-mail verification
createReseller: reseller:write: create resellers
updateReseller: reseller:write: change resellers
changeResellerStatus: reseller:write: change a reseller's status
settleCommissions: reseller:write: settle commission
createTariffPlan updateTariffPlan retireTariffPlan: catalogue:write: \
change the catalogue of tariff plans
assignTariffPlan changeTariffPlan cancelTariffPlan: tariff:assign: assign tariff plans
recordUsage: usage:write: record usage
authenticateCustomer: radius:authenticate: authenticate customers
authorizeCustomer: radius:read: read service authorizations
recordAccounting: radius:account: record accounting
disconnectSession: radius:control: disconnect sessions
registerNas: radius:control: register network access servers
createServiceCredential: credential:write: create service credentials
rotateServiceCredential: credential:write: rotate service credentials
endServiceCredential: credential:write: end service credentials
recordMetrics: monitoring:write: record metrics
createNetworkSegment coverNetworkSegment: monitoring:write: change network segments
createAlert: alert:write: raise alerts
acknowledgeAlert resolveAlert: alert:write: change alerts
updateBillingAccount: billing:write: change billing accounts
draftInvoice: billing:write: draft invoices
issueInvoice: billing:write: issue invoices
voidInvoice: billing:write: void invoices
issueCreditNote: billing:write: issue credit notes
setTaxRate: billing:write: set tax rates
writeOffInvoice: billing:write: write off invoices
recordPayment: billing:write: record payments
runBilling: billing:write: run billing
allocatePayment deallocatePayment: billing:write: allocate payments
refundPayment: billing:write: refund payments
openDispute closeDispute: billing:write: dispute payments
storePaymentMethod removePaymentMethod setAutopay: billing:write: \
change stored payment methods
chargePaymentMethod: billing:write: charge stored payment methods
createDunningPolicy updateDunningPolicy: billing:write: change dunning policies
assignDunningPolicy reviewDunning promiseToPay exemptFromDunning endDunningPause: billing:write: \
change how accounts are dunned
createAccount updateAccount: identity:admin: manage accounts
createServiceAccount updateServiceAccount rotateServiceAccountSecret: identity:admin: \
manage service accounts
createWebhookEndpoint: webhook:write event:admin: create webhook endpoints
updateWebhookEndpoint pauseWebhookEndpoint resumeWebhookEndpoint rotateWebhookSecret: \
webhook:write event:admin: change webhook endpoints
deleteWebhookEndpoint: webhook:write event:admin: delete webhook endpoints
testWebhookEndpoint: webhook:write event:admin: test webhook endpoints
retryWebhookDeliveries: webhook:write event:admin: retry webhook deliveries
redriveDeadLetters: event:admin: redrive dead letters
discardDeadLetters: event:admin: discard dead letters
pauseConsumer: event:admin: pause consumers
resumeConsumer: event:admin: resume consumers
eraseCustomer: privacy:admin: erase customers
"""
#: Whoever is signed in may do it for themselves; the service says who may for others.
_OF_ONESELF = ("endSignIn", "changePassword", "exportCustomerData")


def _mutations() -> dict[str, Need]:
    needs: dict[str, Need] = {}
    for line in _MUTATIONS.strip().splitlines():
        fields, permissions, act = line.split(": ")
        need = Need(act, tuple(Permission(one) for one in permissions.split()))
        needs |= dict.fromkeys(fields.split(), need)
    return needs | dict.fromkeys(_OF_ONESELF, SIGNED_IN)


MUTATIONS: Mapping[str, Need] = _mutations()
