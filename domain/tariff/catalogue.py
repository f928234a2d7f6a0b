"""What may be done to the catalogue: plans are published, reworded and retired, never deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.kernel.access import SYSTEM, Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.queries import resellers_by_id
from domain.tariff.commands import CreatePlan, offer_of
from domain.tariff.errors import PlanCodeTaken, PlanNotFound, PlanNotOnSale, PlanSuperseded
from domain.tariff.events import PlanPublished, PlanRetired, PlanUpdated
from domain.tariff.models import TariffPlan
from domain.tariff.offer import checked_plan, checked_presentation
from domain.tariff.policy import visible_plans

_ACT = "change the catalogue of tariff plans"
#: A code is free if no plan has it; who comes second at the same time finds the first's edition.
_CODE_TAKEN = ("tariff_plans_code_key", "tariff_plans_code_edition_key")


class CatalogueService:
    """
    The use cases of the catalogue.

    A plan's price, speed and allowance never change: new ones are another edition of its code.
    """

    async def create_plan(self, session: UnitOfWork, command: CreatePlan) -> TariffPlan:
        """
        Put a new plan on sale and announce ``tariff.plan.published``.

        Raises:
            Invalid: a field breaks its rule.
            PlanCodeTaken: a plan, on sale or retired, already has the code.
        """
        require(session.actor, Permission.CATALOGUE_WRITE, _ACT)
        try:
            return await _published(session, command, edition=1)
        except IntegrityError as error:
            if violated_constraint(error) in _CODE_TAKEN:
                raise PlanCodeTaken(command.code) from error
            raise

    async def revise_plan(
        self,
        session: UnitOfWork,
        tariff_plan_id: int,
        changes: Mapping[str, Any],
        *,
        effective_from: datetime | None = None,
        expected_version: int | None = None,
    ) -> TariffPlan:
        """
        Publish the next edition of the plan, sold in its place from the instant on (None: now).

        ``changes`` are fields of ``CreatePlan`` other than the code; what is left out is as
        before. Whoever is on the plan stays on it at its terms until moved. Announces
        ``tariff.plan.published``.

        Raises:
            PlanNotFound, PlanNotOnSale, VersionConflict.
            PlanSuperseded: a later edition is published already.
            Invalid: a field breaks its rule, or the instant is past or before the edition's own.
        """
        plan = await self._locked(session, tariff_plan_id, expected_version)
        if plan.retired_at is not None:
            raise PlanNotOnSale(plan.code)
        if plan.effective_to is not None:
            raise PlanSuperseded(plan.code, plan.edition)
        starts_at = _start_of_edition(plan, effective_from, session.now)
        plan.effective_to, plan.updated_at = starts_at, session.now
        await session.flush()
        offer = replace(offer_of(plan), **changes)
        return await _published(session, offer, edition=plan.edition + 1, effective_from=starts_at)

    async def update_plan(
        self,
        session: UnitOfWork,
        tariff_plan_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> TariffPlan:
        """
        Change the name or description; announces ``tariff.plan.updated`` if anything changed.

        Raises:
            PlanNotFound, VersionConflict.
            Invalid: another field, or a value that breaks its rule.
        """
        plan = await self._locked(session, tariff_plan_id, expected_version)
        checked = checked_presentation(dict(changes))
        changed = sorted(name for name in checked if getattr(plan, name) != checked[name])
        if not changed:
            return plan
        for name in changed:
            setattr(plan, name, checked[name])
        plan.updated_at = session.now
        await session.announce(
            PlanUpdated(tariff_plan_id=plan.id, code=plan.code, changed_fields=changed)
        )
        return plan

    async def retire_plan(
        self, session: UnitOfWork, tariff_plan_id: int, *, expected_version: int | None = None
    ) -> TariffPlan:
        """
        Withdraw the plan from sale for ever; who is on it stays. Retiring twice is a no-op.

        So are the other editions of its code that are or would be sold. Announces
        ``tariff.plan.retired`` for each.

        Raises:
            PlanNotFound, VersionConflict.
        """
        plan = await self._locked(session, tariff_plan_id, expected_version)
        if plan.retired_at is None:
            for edition in (plan, *await _others_for_sale(session, plan)):
                edition.retired_at = edition.updated_at = session.now
                await session.announce(PlanRetired(tariff_plan_id=edition.id, code=edition.code))
        return plan

    async def _locked(
        self, session: UnitOfWork, tariff_plan_id: int, expected_version: int | None
    ) -> TariffPlan:
        require(session.actor, Permission.CATALOGUE_WRITE, _ACT)
        plan = await session.locked(
            TariffPlan, TariffPlan.id == tariff_plan_id, visible_plans(session.actor)
        )
        if plan is None:
            raise PlanNotFound(tariff_plan_id)
        if expected_version not in (None, plan.version):
            raise VersionConflict("tariff plan", current_version=plan.version)
        return plan


async def _published(
    session: UnitOfWork,
    offer: CreatePlan,
    *,
    edition: int,
    effective_from: datetime | None = None,
) -> TariffPlan:
    columns = checked_plan(offer)
    await _check_resellers(session, columns["reseller_ids"])
    plan = TariffPlan(
        **columns,
        edition=edition,
        effective_from=effective_from,
        created_at=session.now,
        updated_at=session.now,
    )
    session.add(plan)
    await session.flush()
    await session.announce(
        PlanPublished(
            tariff_plan_id=plan.id,
            code=plan.code,
            name=plan.name,
            amount_minor=plan.price_minor,
            currency=plan.currency,
            billing_cycle=plan.billing_cycle,
            edition=edition,
            effective_from=effective_from or session.now,
        )
    )
    return plan


async def _others_for_sale(session: UnitOfWork, plan: TariffPlan) -> Sequence[TariffPlan]:
    """The other editions of the code that are sold now or later, locked, in their order."""
    is_over = TariffPlan.effective_to <= session.now
    found = await session.scalars(
        select(TariffPlan)
        .where(
            TariffPlan.code == plan.code,
            TariffPlan.id != plan.id,
            TariffPlan.retired_at.is_(None),
            is_over.is_not(True),
        )
        .order_by(TariffPlan.edition)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _check_resellers(session: UnitOfWork, reseller_ids: list[int] | None) -> None:
    if reseller_ids is None:
        return
    known = await resellers_by_id(await session.connection(), SYSTEM, reseller_ids)
    unknown = sorted({*reseller_ids} - known.keys())
    if unknown:
        raise Invalid("resellerIds", f"names no reseller by {unknown[0]}")


def _start_of_edition(plan: TariffPlan, asked: datetime | None, now: datetime) -> datetime:
    starts_at = asked or now
    if starts_at.tzinfo is None:
        raise Invalid("effectiveFrom", "must have an offset from UTC")
    if starts_at < now:
        raise Invalid("effectiveFrom", "must not be past")
    if plan.effective_from is not None and starts_at <= plan.effective_from:
        raise Invalid("effectiveFrom", "must be later than the present edition's")
    return starts_at
