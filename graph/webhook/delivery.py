"""The webhooks of an installation, as its settings have them."""

from domain.kernel.database import Database
from domain.kernel.vault import Vault
from domain.webhook.addresses import Guard
from domain.webhook.sender import Sender
from domain.webhook.services import WebhookService
from graph.settings import Settings
from subscriptions.catalogue import EVENT_TYPES, permission_of
from subscriptions.webhooks import Webhooks


def webhooks_of(settings: Settings, database: Database) -> Webhooks:
    """Endpoints of the whole catalogue; only the operator's own may lie in the listed networks."""
    guard = Guard(tuple(settings.webhook_networks))
    types = {name: permission_of(name) for name in EVENT_TYPES}
    service = WebhookService(Vault(settings.encryption_keys()), guard, types)
    return Webhooks(database, service, Sender(guard))
