"""Batch reads of sessions, access decisions and network access servers."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.radius import credential_queries, queries, records
from domain.radius.authorization import AccessDecision
from domain.radius.decisions import authorizations
from domain.radius.queries import SessionFilter, SessionList
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class RadiusLoaders(LoaderGroup):
    """The radius module's loaders."""

    @cached_property
    def session_by_id(self) -> DataLoader[int, records.RadiusSession | None]:
        return self.one(queries.sessions_by_id)

    @cached_property
    def session_count_by_customer(self) -> DataLoader[tuple[int, SessionFilter], int]:
        return self.counts(queries.session_counts_by_customer)

    @cached_property
    def session_pages_by_customer(
        self,
    ) -> DataLoader[tuple[int, SessionList], Listing[records.RadiusSession]]:
        return self.pages(
            queries.session_pages_by_customer,
            lambda key, asked: self.session_count_by_customer.load((key, asked.filter)),
        )

    @cached_property
    def credential_by_id(self) -> DataLoader[int, records.ServiceCredential | None]:
        return self.one(credential_queries.credentials_by_id)

    @cached_property
    def credentials_by_customer(self) -> DataLoader[int, list[records.ServiceCredential]]:
        return self.many(credential_queries.credentials_by_customer)

    @cached_property
    def authorization_by_customer(self) -> DataLoader[int, AccessDecision | None]:
        return self.one(authorizations)

    @cached_property
    def nas_by_id(self) -> DataLoader[int, records.Nas | None]:
        return self.one(queries.nas_by_id)
