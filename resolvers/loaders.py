"""The register of all loaders: ``info.loaders.customer_by_id`` and the rest."""

from resolvers.customer.loaders import CustomerLoaders


class Loaders(CustomerLoaders):
    """Every module's loaders under one name."""
