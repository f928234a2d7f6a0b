"""What may be done to a reseller."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Conflict, Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller import lifecycle, profile
from domain.reseller.commands import CreateReseller
from domain.reseller.customers import has_customers
from domain.reseller.errors import ResellerCodeTaken, ResellerNotActive, ResellerNotFound
from domain.reseller.events import ResellerCreated, ResellerStatusChanged, ResellerUpdated
from domain.reseller.models import Reseller, ResellerStatus
from domain.reseller.policy import visible_resellers
from domain.reseller.tree import DEEPEST, depth_of


async def require_active(session: UnitOfWork, reseller_id: int) -> None:
    """
    Let only an ACTIVE reseller take on a customer; it stays ACTIVE until the transaction ends.

    Takes a share lock on the reseller: others may take on customers too, nobody may end it.

    Raises:
        Invalid: there is no such reseller.
        ResellerNotActive: its status is another.
    """
    status = await session.scalar(
        select(Reseller.status).where(Reseller.id == reseller_id).with_for_update(read=True)
    )
    if status is None:
        raise Invalid("resellerId", "is no reseller")
    if status is not ResellerStatus.ACTIVE:
        raise ResellerNotActive(reseller_id, status)


class ResellerService:
    """
    The reseller's use cases. Stateless: the session brings the actor, the instant and the rows.

    A reseller that is absent or out of the actor's scope raises ``ResellerNotFound``.
    """

    async def get_reseller(self, session: UnitOfWork, reseller_id: int) -> Reseller:
        """The reseller. Raises ``ResellerNotFound``."""
        require(session.actor, Permission.RESELLER_READ, "read resellers")
        visible = visible_resellers(session.actor)
        found = await session.scalar(select(Reseller).where(Reseller.id == reseller_id, visible))
        if found is None:
            raise ResellerNotFound(reseller_id)
        return found

    async def check_takes_customers(self, session: UnitOfWork, reseller_id: int) -> None:
        """
        Whether the actor may have the reseller take on a customer now (see ``require_active``).

        Raises:
            ResellerNotFound, ResellerNotActive.
        """
        await self.get_reseller(session, reseller_id)
        await require_active(session, reseller_id)

    async def create_reseller(self, session: UnitOfWork, command: CreateReseller) -> Reseller:
        """
        Enter a reseller, at the root or below an ACTIVE one, and announce ``reseller.created``.

        Raises:
            Invalid: a value breaks its rule, or ``parent_id`` is no reseller.
            ResellerCodeTaken: another reseller has the code.
            ResellerNotActive: the parent is not ACTIVE.
            Conflict: the parent is at the deepest level already.
        """
        require(session.actor, Permission.RESELLER_WRITE, "create resellers")
        columns = profile.checked_new(command)
        if command.parent_id is not None:
            await _check_parent(session, command.parent_id)
        reseller = Reseller(**columns, created_at=session.now, updated_at=session.now)
        session.add(reseller)
        await _flush(session, reseller)
        await session.announce(
            ResellerCreated(
                reseller_id=reseller.id,
                code=reseller.code,
                parent_id=reseller.parent_id,
                status=reseller.status,
            )
        )
        return reseller

    async def update_reseller(
        self,
        session: UnitOfWork,
        reseller_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Reseller:
        """
        Change name, e-mail address or commission; announces ``reseller.updated`` if any changed.

        A new ``commission_percent`` holds for invoices paid from now on.

        Raises:
            ResellerNotFound, Invalid, VersionConflict.
        """
        require(session.actor, Permission.RESELLER_WRITE, "change resellers")
        reseller = await self.locked(session, reseller_id, expected_version)
        checked = profile.checked_changes(changes)
        changed = [name for name, value in checked.items() if getattr(reseller, name) != value]
        if not changed:
            return reseller
        for name in changed:
            setattr(reseller, name, checked[name])
        reseller.updated_at = session.now
        await session.announce(
            ResellerUpdated(reseller_id=reseller.id, changed_fields=sorted(changed))
        )
        return reseller

    async def change_status(
        self,
        session: UnitOfWork,
        reseller_id: int,
        status: ResellerStatus,
        *,
        reason: str | None = None,
        expected_version: int | None = None,
    ) -> Reseller:
        """
        Move the reseller's status. The status it has already is a successful no-op.

        Raises:
            ResellerNotFound, InvalidTransition, VersionConflict.
            Conflict: TERMINATED while it has customers, or sub-resellers that are not.
        """
        require(session.actor, Permission.RESELLER_WRITE, "change a reseller's status")
        if reason is not None:
            reason = values.text(reason, "reason", longest=500)
        reseller = await self.locked(session, reseller_id, expected_version)
        if reseller.status is status:
            return reseller
        lifecycle.check_status(reseller, status)
        if status is ResellerStatus.TERMINATED:
            await _check_nobody_left(session, reseller_id)
        left, reseller.status = reseller.status, status
        reseller.updated_at = session.now
        await session.announce(
            ResellerStatusChanged(
                reseller_id=reseller.id, from_status=left, to_status=status, reason=reason
            )
        )
        return reseller

    async def locked(
        self, session: UnitOfWork, reseller_id: int, expected_version: int | None = None
    ) -> Reseller:
        """
        The reseller, locked until the end of the transaction: no customer, sub-reseller or
        commission can be added to it meanwhile, since their foreign keys need the row.

        Raises:
            ResellerNotFound, VersionConflict.
        """
        reseller = await session.locked(
            Reseller,
            Reseller.id == reseller_id,
            visible_resellers(session.actor),
            against_references=True,
        )
        if reseller is None:
            raise ResellerNotFound(reseller_id)
        if expected_version not in (None, reseller.version):
            raise VersionConflict("reseller", current_version=reseller.version)
        return reseller


async def _check_parent(session: UnitOfWork, parent_id: int) -> None:
    """A new row below a locked one closes no cycle, and resellers never move."""
    parent = await session.locked(
        Reseller,
        Reseller.id == parent_id,
        visible_resellers(session.actor),
        against_references=True,
    )
    if parent is None:
        raise Invalid("parentId", "is no reseller")
    if parent.status is not ResellerStatus.ACTIVE:
        raise ResellerNotActive(parent_id, parent.status, field="parentId")
    if await depth_of(session, parent_id) >= DEEPEST:
        raise Conflict(f"Resellers are at most {DEEPEST} deep", path=["parentId"])


async def _check_nobody_left(session: UnitOfWork, reseller_id: int) -> None:
    if await has_customers(session, reseller_id):
        raise Conflict("The reseller has customers: move them first", path=["status"])
    below = select(Reseller.id).where(
        Reseller.parent_id == reseller_id, Reseller.status != ResellerStatus.TERMINATED
    )
    if await session.scalar(select(below.exists())):
        raise Conflict("The reseller has sub-resellers: end them first", path=["status"])


async def _flush(session: UnitOfWork, reseller: Reseller) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "resellers_code_key":
            raise ResellerCodeTaken(reseller.code) from error
        raise
