"""Batch reads of resellers, commission entries and statements."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.kernel.paging import Slice
from domain.reseller import commission_queries, queries, records
from domain.reseller.commission_queries import CommissionFilter, CommissionList
from domain.reseller.queries import ResellerFilter, ResellerList
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class ResellerLoaders(LoaderGroup):
    """The reseller module's loaders."""

    @cached_property
    def reseller_by_id(self) -> DataLoader[int, records.Reseller | None]:
        return self.one(queries.resellers_by_id)

    @cached_property
    def reseller_by_code(self) -> DataLoader[str, records.Reseller | None]:
        return self.one(queries.resellers_by_code)

    @cached_property
    def reseller_count_by_parent(self) -> DataLoader[tuple[int, ResellerFilter], int]:
        return self.counts(queries.reseller_counts_by_parent)

    @cached_property
    def reseller_pages_by_parent(
        self,
    ) -> DataLoader[tuple[int, ResellerList], Listing[records.Reseller]]:
        return self.pages(
            queries.reseller_pages_by_parent,
            lambda key, asked: self.reseller_count_by_parent.load((key, asked.filter)),
        )

    @cached_property
    def commission_by_id(self) -> DataLoader[int, records.CommissionEntry | None]:
        return self.one(commission_queries.commissions_by_id)

    @cached_property
    def commission_count_by_customer(self) -> DataLoader[tuple[int, CommissionFilter], int]:
        return self.counts(commission_queries.commission_counts_by_customer)

    @cached_property
    def commission_pages_by_customer(
        self,
    ) -> DataLoader[tuple[int, CommissionList], Listing[records.CommissionEntry]]:
        return self.pages(
            commission_queries.commission_pages_by_customer,
            lambda key, asked: self.commission_count_by_customer.load((key, asked.filter)),
        )

    @cached_property
    def commission_count_by_reseller(self) -> DataLoader[tuple[int, CommissionFilter], int]:
        return self.counts(commission_queries.commission_counts_by_reseller)

    @cached_property
    def commission_pages_by_reseller(
        self,
    ) -> DataLoader[tuple[int, CommissionList], Listing[records.CommissionEntry]]:
        return self.pages(
            commission_queries.commission_pages_by_reseller,
            lambda key, asked: self.commission_count_by_reseller.load((key, asked.filter)),
        )

    @cached_property
    def commission_count_by_settlement(self) -> DataLoader[tuple[int, CommissionFilter], int]:
        return self.counts(commission_queries.commission_counts_by_settlement)

    @cached_property
    def commission_pages_by_settlement(
        self,
    ) -> DataLoader[tuple[int, CommissionList], Listing[records.CommissionEntry]]:
        return self.pages(
            commission_queries.commission_pages_by_settlement,
            lambda key, asked: self.commission_count_by_settlement.load((key, asked.filter)),
        )

    @cached_property
    def commission_totals_by_reseller(self) -> DataLoader[int, list[records.CommissionTotal]]:
        return self.many(commission_queries.commission_totals_by_reseller)

    @cached_property
    def settlement_by_id(self) -> DataLoader[int, records.CommissionSettlement | None]:
        return self.one(commission_queries.settlements_by_id)

    @cached_property
    def settlement_count_by_reseller(self) -> DataLoader[int, int]:
        return self.each(commission_queries.settlement_counts_by_reseller, missing=0)

    @cached_property
    def settlement_pages_by_reseller(
        self,
    ) -> DataLoader[tuple[int, Slice], Listing[records.CommissionSettlement]]:
        return self.pages(
            commission_queries.settlement_pages_by_reseller,
            lambda key, _part: self.settlement_count_by_reseller.load(key),
        )
