"""The register of all loaders: ``info.loaders.customer_by_id`` and the rest."""

from resolvers.billing.dunning_loaders import DunningLoaders
from resolvers.billing.gateway_loaders import GatewayLoaders
from resolvers.billing.loaders import BillingLoaders
from resolvers.customer.loaders import CustomerLoaders
from resolvers.identity.loaders import IdentityLoaders
from resolvers.monitoring.loaders import MonitoringLoaders
from resolvers.radius.loaders import RadiusLoaders
from resolvers.reseller.loaders import ResellerLoaders
from resolvers.tariff.loaders import TariffLoaders
from resolvers.webhook.loaders import WebhookLoaders


class Loaders(
    CustomerLoaders,
    ResellerLoaders,
    RadiusLoaders,
    TariffLoaders,
    MonitoringLoaders,
    BillingLoaders,
    DunningLoaders,
    GatewayLoaders,
    WebhookLoaders,
    IdentityLoaders,
):
    """Every module's loaders under one name."""
