"""What can go wrong with tariffs."""

from datetime import date

from domain.kernel.errors import Conflict, ErrorCode, NotFound


class PlanNotFound(NotFound):
    """Absent, or retired and none of the actor's: the two look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("tariff plan", key, path=["tariffPlanId"])


class PlanCodeTaken(Conflict):
    """A plan, on sale or retired, has the code already."""

    code = ErrorCode.PLAN_CODE_TAKEN

    def __init__(self, plan_code: str) -> None:
        super().__init__(f"The plan code {plan_code} is taken", path=["code"])
        self.plan_code = plan_code


class PlanNotOnSale(Conflict):
    """Retired, or not the edition of its code that is sold then: who is on it stays."""

    code = ErrorCode.PLAN_NOT_ON_SALE

    def __init__(self, plan_code: str) -> None:
        super().__init__(f"The plan {plan_code} is not on sale", path=["tariffPlanId"])
        self.plan_code = plan_code


class PlanNotAvailable(Conflict):
    """The plan is on sale, and not to customers of that type or reseller."""

    code = ErrorCode.PLAN_NOT_AVAILABLE

    def __init__(self, plan_code: str) -> None:
        super().__init__(
            f"The plan {plan_code} is not sold to this customer", path=["tariffPlanId"]
        )
        self.plan_code = plan_code


class PlanSuperseded(Conflict):
    """There is a later edition of the plan: the next one follows that."""

    code = ErrorCode.PLAN_SUPERSEDED

    def __init__(self, plan_code: str, edition: int) -> None:
        super().__init__(
            f"Edition {edition} of the plan {plan_code} has a successor", path=["tariffPlanId"]
        )
        self.plan_code = plan_code


class NoChangeScheduled(Conflict):
    """The customer's plan is not about to change."""

    code = ErrorCode.NO_CHANGE_SCHEDULED

    def __init__(self, customer_id: int) -> None:
        super().__init__(
            f"No change of plan is scheduled for customer {customer_id}", path=["customerId"]
        )
        self.customer_id = customer_id


class NoPlanAssigned(Conflict):
    """The act needs a customer who is on a plan."""

    code = ErrorCode.NO_PLAN_ASSIGNED

    def __init__(self, customer_id: int) -> None:
        super().__init__(f"Customer {customer_id} is on no plan", path=["customerId"])
        self.customer_id = customer_id


class DedupeKeyReused(Conflict):
    """The customer has a usage record with this key, and it says something else."""

    code = ErrorCode.IDEMPOTENCY_KEY_REUSED

    def __init__(self, dedupe_key: str) -> None:
        super().__init__(
            f"Usage was recorded under {dedupe_key} with other octets", path=["dedupeKey"]
        )
        self.dedupe_key = dedupe_key


class UsagePeriodOpen(Conflict):
    """The month has not ended where the customer is: it cannot be closed."""

    code = ErrorCode.USAGE_PERIOD_OPEN

    def __init__(self, period_start: date) -> None:
        super().__init__(f"The month from {period_start} has not ended", path=["periodStart"])
        self.period_start = period_start
