"""The payment gateway of the settings."""

from domain.billing.gateway import NoGateway, PaymentGateway
from domain.billing.stripe_gateway import StripeGateway
from graph.setting_kinds import listed
from graph.settings import Settings


def gateway_of(settings: Settings) -> PaymentGateway:
    """Stripe if its key is set; otherwise every charge fails and tells so."""
    if settings.stripe_secret_key is None:
        return NoGateway()
    return StripeGateway(settings.stripe_secret_key.get_secret_value(), settings.stripe_api_url)


def webhook_secrets(settings: Settings) -> list[str]:
    """What signs the gateway's events; none if it is not to tell any."""
    secret = settings.stripe_webhook_secret
    return [] if secret is None else listed(secret)
