"""Fields that return network segments."""

from collections.abc import Awaitable
from typing import Any

from domain.kernel.paging import Slice
from domain.monitoring import queries, records
from domain.monitoring.models import SegmentKind
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, segment_id: int) -> Awaitable[records.NetworkSegment | None]:
    """The visible segment with this id."""
    return info.loaders.network_segment_by_id.load(segment_id)


def customer_segments(root: Any, info: Info) -> Awaitable[list[records.NetworkSegment]]:
    """Customer.networkSegments: those that serve the customer's service addresses."""
    return info.loaders.network_segments_by_customer.load(root.id)


def segment_parent(
    root: records.NetworkSegment, info: Info
) -> Awaitable[records.NetworkSegment | None] | None:
    """NetworkSegment.parent"""
    return None if root.parent_id is None else by_id(info, root.parent_id)


def coverage_segment(
    root: records.SegmentCoverage, info: Info
) -> Awaitable[records.NetworkSegment | None]:
    """SegmentCoverage.segment"""
    return by_id(info, root.segment_id)


async def segment_list(
    info: Info, kinds: tuple[SegmentKind, ...], part: Slice
) -> Listing[records.NetworkSegment]:
    """Query.networkSegments: a page of the visible segments, by code."""
    async with info.context.reading() as connection:
        page = await queries.segments_page(connection, info.actor, kinds, part)
    return Listing(page, lambda: segment_count(info, kinds))


async def segment_count(info: Info, kinds: tuple[SegmentKind, ...]) -> int:
    """How many visible segments are of those kinds."""
    async with info.context.reading() as connection:
        return await queries.segments_count(connection, info.actor, kinds)
