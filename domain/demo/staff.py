"""The demo's resellers in their tree, and the people who sign in by e-mail address."""

from decimal import Decimal

from domain.demo.clock import Clock
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.identity.models import Account, AccountRole
from domain.kernel import passwords
from domain.reseller.events import ResellerCreated
from domain.reseller.models import Reseller, ResellerStatus

#: Of every demo login: staff, reseller and customers.
PASSWORD = "demo-password"  # noqa: S105
#: The founder's own account made everything that came before the others.
FOUNDER = "system"

#: Code, name, number of the parent (0: none), share of net invoices in per cent.
_RESELLERS = (
    ("NORTHWIND", "Northwind Networks", 0, "12.50"),
    ("SOLARIS-NET", "Solaris Net Partners", 0, "10.00"),
    ("NW-CITY", "Northwind City Fibre", 1, "9.00"),
    ("NW-RURAL", "Northwind Rural Wireless", 1, "8.50"),
    ("SOLARIS-BIZ", "Solaris Business Lines", 2, "8.00"),
    ("NW-CAMPUS", "Northwind Campus Houses", 3, "6.00"),
)
_ACCOUNTS = (
    ("admin@demo.example", "Alex Admin", AccountRole.ADMIN),
    ("support@demo.example", "Sam Support", AccountRole.SUPPORT),
    ("billing@demo.example", "Bo Billing", AccountRole.BILLING),
    ("reseller1@demo.example", "Robin Reseller", AccountRole.RESELLER),
)
_FOUNDED_DAYS_AGO = 1200


class Staff:
    """Who acts in the demo: subjects of events, and the resellers' ids and shares."""

    def __init__(self) -> None:
        self.subjects: dict[AccountRole, str] = {}
        self.shares: dict[int, Decimal] = {}
        self.password_hash = ""
        self.first_reseller_id = 0

    @property
    def support(self) -> str:
        return self.subjects[AccountRole.SUPPORT]

    @property
    def billing(self) -> str:
        return self.subjects[AccountRole.BILLING]

    def of_reseller(self, reseller_id: int | None) -> str:
        """Who takes on the customers of the reseller, or the provider's own."""
        if reseller_id is None:
            return self.support
        if reseller_id == self.first_reseller_id:
            return self.subjects[AccountRole.RESELLER]
        return f"reseller:{reseller_id}"


async def add_staff(loader: Loader, log: EventLog, clock: Clock) -> Staff:
    """The six resellers and the four accounts."""
    staff = Staff()
    staff.password_hash = await passwords.hashed(PASSWORD)
    _add_resellers(loader, log, clock, staff)
    for email, name, role in _ACCOUNTS:
        account_id = loader.new_id(Account)
        staff.subjects[role] = f"account:{account_id}"
        loader.add(
            Account,
            id=account_id,
            email=email,
            display_name=name,
            role=role,
            reseller_id=staff.first_reseller_id if role is AccountRole.RESELLER else None,
            password_hash=staff.password_hash,
            created_at=clock.days_ago(_FOUNDED_DAYS_AGO),
            updated_at=clock.days_ago(_FOUNDED_DAYS_AGO),
        )
    return staff


def _add_resellers(loader: Loader, log: EventLog, clock: Clock, staff: Staff) -> None:
    ids: list[int] = []
    for code, name, parent, share in _RESELLERS:
        ids.append(loader.new_id(Reseller))
        entered_at = clock.days_ago(_FOUNDED_DAYS_AGO - len(ids))
        parent_id = ids[parent - 1] if parent else None
        staff.shares[ids[-1]] = Decimal(share)
        loader.add(
            Reseller,
            id=ids[-1],
            code=code,
            name=name,
            status=ResellerStatus.ACTIVE,
            parent_id=parent_id,
            email=f"office@{code.lower()}.example",
            currency="EUR",
            commission_percent=Decimal(share),
            created_at=entered_at,
            updated_at=entered_at,
        )
        created = ResellerCreated(
            reseller_id=ids[-1], code=code, parent_id=parent_id, status=ResellerStatus.ACTIVE
        )
        log.tell(entered_at, FOUNDER, created)
    staff.first_reseller_id = ids[0]
