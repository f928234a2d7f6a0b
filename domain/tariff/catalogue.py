"""What may be done to the catalogue: plans are published, reworded and retired, never deleted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import VersionConflict
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.commands import CreatePlan
from domain.tariff.errors import PlanCodeTaken, PlanNotFound
from domain.tariff.events import PlanPublished, PlanRetired, PlanUpdated
from domain.tariff.models import TariffPlan
from domain.tariff.offer import checked_plan, checked_presentation
from domain.tariff.policy import visible_plans

_ACT = "change the catalogue of tariff plans"


class CatalogueService:
    """The use cases of the catalogue. A plan's price, speed and allowance never change."""

    async def create_plan(self, session: UnitOfWork, command: CreatePlan) -> TariffPlan:
        """
        Put a new plan on sale and announce ``tariff.plan.published``.

        Raises:
            Invalid: a field breaks its rule.
            PlanCodeTaken: a plan, on sale or retired, already has the code.
        """
        require(session.actor, Permission.CATALOGUE_WRITE, _ACT)
        plan = TariffPlan(**checked_plan(command), created_at=session.now, updated_at=session.now)
        session.add(plan)
        try:
            await session.flush()
        except IntegrityError as error:
            if violated_constraint(error) == "tariff_plans_code_key":
                raise PlanCodeTaken(command.code) from error
            raise
        await session.announce(
            PlanPublished(
                tariff_plan_id=plan.id,
                code=plan.code,
                name=plan.name,
                amount_minor=plan.price_minor,
                currency=plan.currency,
                billing_cycle=plan.billing_cycle,
            )
        )
        return plan

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

        Raises:
            PlanNotFound, VersionConflict.
        """
        plan = await self._locked(session, tariff_plan_id, expected_version)
        if plan.retired_at is None:
            plan.retired_at = plan.updated_at = session.now
            await session.announce(PlanRetired(tariff_plan_id=plan.id, code=plan.code))
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
