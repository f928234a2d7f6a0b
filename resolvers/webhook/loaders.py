"""Batch reads of webhook endpoints, their attempts and backlogs."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.webhook import queries, records
from domain.webhook.queries import AttemptFilter, AttemptList
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup

_NOTHING_WAITS = records.WebhookBacklog(pending=0, dead=0)


class WebhookLoaders(LoaderGroup):
    """The webhook module's loaders."""

    @cached_property
    def webhook_endpoint_by_id(self) -> DataLoader[int, records.WebhookEndpoint | None]:
        return self.one(queries.endpoints_by_id)

    @cached_property
    def webhook_attempt_by_id(self) -> DataLoader[int, records.WebhookAttempt | None]:
        return self.one(queries.attempts_by_id)

    @cached_property
    def webhook_backlog_by_endpoint(self) -> DataLoader[int, records.WebhookBacklog]:
        return self.each(queries.backlogs_by_endpoint, missing=_NOTHING_WAITS)

    @cached_property
    def webhook_attempt_count_by_endpoint(self) -> DataLoader[tuple[int, AttemptFilter], int]:
        return self.counts(queries.attempt_counts_by_endpoint)

    @cached_property
    def webhook_attempt_pages_by_endpoint(
        self,
    ) -> DataLoader[tuple[int, AttemptList], Listing[records.WebhookAttempt]]:
        return self.pages(
            queries.attempt_pages_by_endpoint,
            lambda key, asked: self.webhook_attempt_count_by_endpoint.load((key, asked.filter)),
        )
