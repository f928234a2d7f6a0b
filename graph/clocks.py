"""What one of all serving processes does from time to time."""

from domain.billing.charging_round import charge_due, reconcile_all
from domain.billing.dunning_round import review_all
from domain.billing.run_worker import drive_all, schedule_and_drive
from domain.kernel.database import Database
from graph.settings import Settings
from subscriptions.clock import Clock, Clocks

_DUNNING = 7_205_759_420
_BILLING = 7_205_759_421
_AUTOPAY = 7_205_759_423
_RECONCILING = 7_205_759_422


def clocks_of(settings: Settings, database: Database) -> Clocks:
    """The clocks of the settings: one that is set to 0 stands still."""
    clocks = []
    if settings.dunning_minutes:
        every = settings.dunning_minutes * 60
        clocks.append(Clock(database, review_all, lock=_DUNNING, every_seconds=every))
    if settings.billing_seconds:
        go_on = schedule_and_drive if settings.billing_daily else drive_all
        every = settings.billing_seconds
        clocks.append(Clock(database, go_on, lock=_BILLING, every_seconds=every))
    if settings.stripe_secret_key is not None:
        clocks.append(Clock(database, reconcile_all, lock=_RECONCILING, every_seconds=60))
        if settings.autopay_minutes:
            every = settings.autopay_minutes * 60
            clocks.append(Clock(database, charge_due, lock=_AUTOPAY, every_seconds=every))
    return Clocks(*clocks)
