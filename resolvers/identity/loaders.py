"""Batch reads of accounts and service accounts."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.identity import queries, records
from resolvers.loading import LoaderGroup


class IdentityLoaders(LoaderGroup):
    """The identity module's loaders."""

    @cached_property
    def account_by_id(self) -> DataLoader[int, records.Account | None]:
        return self.one(queries.accounts_by_id)

    @cached_property
    def service_account_by_id(self) -> DataLoader[int, records.ServiceAccount | None]:
        return self.one(queries.service_accounts_by_id)
