"""Batch reads of plans, assignments and usage."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.kernel.paging import Slice
from domain.tariff import queries, records, usage_queries
from domain.tariff.queries import UsagePeriod
from domain.tariff.usage_queries import DayRange
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class TariffLoaders(LoaderGroup):
    """The tariff module's loaders."""

    @cached_property
    def plan_by_id(self) -> DataLoader[int, records.TariffPlan | None]:
        return self.one(queries.plans_by_id)

    @cached_property
    def plan_by_code(self) -> DataLoader[str, records.TariffPlan | None]:
        return self.one(queries.plans_by_code)

    @cached_property
    def edition_count_by_code(self) -> DataLoader[str, int]:
        return self.each(queries.edition_counts_by_code, missing=0)

    @cached_property
    def editions_by_code(self) -> DataLoader[tuple[str, Slice], Listing[records.TariffPlan]]:
        return self.pages(
            queries.edition_pages_by_code,
            lambda key, _part: self.edition_count_by_code.load(key),
        )

    @cached_property
    def assignment_by_id(self) -> DataLoader[int, records.PlanAssignment | None]:
        return self.one(queries.assignments_by_id)

    @cached_property
    def current_assignment_by_customer(self) -> DataLoader[int, records.PlanAssignment | None]:
        return self.one(queries.current_assignments)

    @cached_property
    def scheduled_assignment_by_customer(self) -> DataLoader[int, records.PlanAssignment | None]:
        return self.one(queries.scheduled_assignments)

    @cached_property
    def assignment_count_by_customer(self) -> DataLoader[int, int]:
        return self.each(queries.assignment_counts_by_customer, missing=0)

    @cached_property
    def assignments_by_customer(
        self,
    ) -> DataLoader[tuple[int, Slice], Listing[records.PlanAssignment]]:
        return self.pages(
            queries.assignment_pages_by_customer,
            lambda key, _part: self.assignment_count_by_customer.load(key),
        )

    @cached_property
    def usage_days_by_customer(
        self,
    ) -> DataLoader[tuple[int, DayRange], list[records.UsageDay]]:
        return self.many_chosen(usage_queries.usage_days)

    @cached_property
    def top_up_by_id(self) -> DataLoader[int, records.TopUp | None]:
        return self.one(usage_queries.top_ups_by_id)

    @cached_property
    def top_up_count_by_customer(self) -> DataLoader[int, int]:
        return self.each(usage_queries.top_up_counts_by_customer, missing=0)

    @cached_property
    def top_ups_by_customer(self) -> DataLoader[tuple[int, Slice], Listing[records.TopUp]]:
        return self.pages(
            usage_queries.top_up_pages_by_customer,
            lambda key, _part: self.top_up_count_by_customer.load(key),
        )

    @cached_property
    def usage_by_customer(
        self,
    ) -> DataLoader[tuple[int, UsagePeriod], records.UsageSummary | None]:
        return self.one_chosen(queries.usage_summaries)
