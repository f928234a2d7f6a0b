"""The network as staff enter it: segments in a tree, and the postal codes they serve."""

import re

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Invalid
from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring.commands import CoverNetworkSegment, CreateNetworkSegment
from domain.monitoring.coverage import plain_prefix
from domain.monitoring.errors import SegmentCodeTaken, SegmentNotFound
from domain.monitoring.models import NetworkSegment, SegmentCoverage

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")


class SegmentService:
    """The use cases of network segments."""

    async def create_segment(
        self, session: UnitOfWork, command: CreateNetworkSegment
    ) -> NetworkSegment:
        """
        Enter a segment below its parent.

        Raises:
            AccessDenied, SegmentCodeTaken.
            Invalid: a value breaks its rule, or there is no such parent.
        """
        require(session.actor, Permission.MONITORING_WRITE, "change network segments")
        code = command.code.strip().upper()
        if not _CODE.fullmatch(code):
            raise Invalid("code", "must be 1 to 32 of A-Z, 0-9 and . _ -")
        segment = NetworkSegment(
            code=code,
            name=values.text(command.name, "name"),
            kind=command.kind,
            parent_id=command.parent_id,
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(segment)
        await _flush(session, segment)
        return segment

    async def cover(self, session: UnitOfWork, command: CoverNetworkSegment) -> SegmentCoverage:
        """
        Give the postal codes with that prefix to the segment, from whichever had them.

        Raises:
            AccessDenied, Invalid, SegmentNotFound.
        """
        require(session.actor, Permission.MONITORING_WRITE, "change network segments")
        rule = {
            "country": values.country_code(command.country),
            "postal_code_prefix": plain_prefix(command.postal_code_prefix),
        }
        segment = await session.get(NetworkSegment, command.segment_id)
        if segment is None:
            raise SegmentNotFound(command.segment_id)
        changes = {"segment_id": segment.id, "updated_at": session.now}
        statement = (
            insert(SegmentCoverage)
            .values(**rule, **changes, created_at=session.now)
            .on_conflict_do_update(index_elements=list(rule), set_=changes)
            .returning(SegmentCoverage)
        )
        found = await session.scalars(statement, execution_options={"populate_existing": True})
        return found.one()


async def _flush(session: UnitOfWork, segment: NetworkSegment) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        constraint = violated_constraint(error)
        if constraint == "network_segments_code_key":
            raise SegmentCodeTaken(segment.code) from error
        if constraint == "network_segments_parent_id_fkey":
            raise Invalid("parentId", "is no network segment") from error
        raise
