"""Batch reads of dunning policies, cases, steps and pauses."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.billing import dunning_queries as queries
from domain.billing import dunning_records as records
from resolvers.loading import LoaderGroup


class DunningLoaders(LoaderGroup):
    """The loaders of dunning."""

    @cached_property
    def dunning_policy_by_id(self) -> DataLoader[int, records.DunningPolicy | None]:
        return self.one(queries.dunning_policies_by_id)

    @cached_property
    def dunning_case_by_id(self) -> DataLoader[int, records.DunningCase | None]:
        return self.one(queries.dunning_cases_by_id)

    @cached_property
    def open_dunning_case_by_account(self) -> DataLoader[int, records.DunningCase | None]:
        return self.one(queries.open_cases_by_account)

    @cached_property
    def dunning_steps_by_case(self) -> DataLoader[int, list[records.DunningStep]]:
        return self.many(queries.steps_by_case)

    @cached_property
    def dunning_pause_by_id(self) -> DataLoader[int, records.DunningPause | None]:
        return self.one(queries.dunning_pauses_by_id)

    @cached_property
    def running_pauses_by_account(self) -> DataLoader[int, list[records.DunningPause]]:
        return self.many(queries.running_pauses_by_account)
