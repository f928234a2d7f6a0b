"""Every code example of the guide runs, changed in nothing but its import lines."""

import re
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from domain.billing.models import BillingAccount
from domain.customer.communication_service import CommunicationService
from domain.customer.models import CommunicationType, CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM, Permission
from domain.kernel.deliveries import EventConsumer
from domain.monitoring.notifiers import RecordingNotifier, configure_notifier
from subscriptions.event_bus import PROCESS, EventBus
from subscriptions.stream import EventStream
from tests.support.customers import created_customer, created_reseller
from tests.support.events import settled
from tests.support.gateway import Gateway
from tests.support.tariff import created_plan

GUIDE = Path(__file__).parents[3] / "docs" / "integration-guide.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)

#: The guide's import lines, and the same things here.
IMPORTS = {
    "from isp_management.modules.customer.models import Customer": (
        "from domain.customer.models import Customer"
    ),
    "from isp_management.modules.customer.services import CustomerService": (
        "from domain.customer.services import CustomerService"
    ),
    "from isp_management.modules.customer.communication_service import CommunicationService": (
        "from domain.customer.communication_service import CommunicationService"
    ),
    "from isp_management.backend_core.event_bus import EventBus": (
        "from subscriptions.event_bus import EventBus"
    ),
    "import httpx": "from tests.support import gateway as httpx",
}

#: Names that the guide's examples use without importing them.
ALSO = """
from datetime import datetime
from domain.billing.accounts import map_customer_status_to_billing_status
from domain.billing.models import BillingAccount
from domain.customer.errors import CustomerNotActive
from domain.customer.models import CommunicationType, CustomerStatus, SubscriptionState
from domain.kernel.passwords import verify_password
from domain.monitoring.notifiers import send_email_alert, send_sms_alert
from domain.tariff.models import PlanAssignment as UserTariffPlan
import structlog
logger = structlog.get_logger("guide")

def ValidationException(message):
    return CustomerNotActive(customer_id=0, status="INACTIVE")
"""


def example(name: str, **names: Any) -> SimpleNamespace:
    """The guide's block that defines the function, run with our imports."""
    [block] = [block for block in BLOCKS if f"async def {name}(" in block]
    for theirs, ours in IMPORTS.items():
        block = block.replace(theirs, ours)
    assert "isp_management" not in block
    namespace: dict[str, Any] = {"__name__": "guide", **names}
    exec(ALSO + block, namespace)
    return SimpleNamespace(**namespace)


async def test_billing_creates_an_account_from_customer_data(database):
    customer_id = await created_customer(database, email="john.doe@example.com")

    async with database.session(SYSTEM) as session:
        guide = example("create_billing_account", session=session)
        account = await guide.create_billing_account(customer_id)

    async with database.session(SYSTEM) as session:
        kept = await session.get(BillingAccount, account.id)
    assert (kept.customer_id, kept.email) == (customer_id, "john.doe@example.com")
    assert kept.status == guide.map_customer_status_to_billing_status(CustomerStatus.ACTIVE)


async def test_tariff_assigns_a_plan_and_activates_the_subscription(database):
    customer_id = await created_customer(database)
    plan_id = await created_plan(database)

    with warnings.catch_warnings():
        # The guide calls datetime.utcnow(), which Python 3.12 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        async with database.session(SYSTEM) as session:
            guide = example("assign_tariff_plan", session=session)
            assigned = await guide.assign_tariff_plan(customer_id, plan_id)
            await session.commit()

    async with database.session(SYSTEM) as session:
        customer = await CustomerService().get_customer(session, customer_id)
    assert assigned.tariff_plan_id == plan_id
    assert customer.subscription_state is SubscriptionState.ACTIVE
    assert customer.subscription_started_at is not None


async def test_tariff_refuses_a_customer_who_is_not_active(database):
    customer_id = await created_customer(database, status=CustomerStatus.PENDING)
    plan_id = await created_plan(database)

    async with database.session(SYSTEM) as session:
        guide = example("assign_tariff_plan", session=session)
        with pytest.raises(guide.CustomerNotActive):
            await guide.assign_tariff_plan(customer_id, plan_id)


@pytest.mark.parametrize(
    ("username", "password", "state", "expected"),
    [
        ("ada", "right password", SubscriptionState.ACTIVE, True),
        ("ada", "wrong password", SubscriptionState.ACTIVE, False),
        ("nobody", "right password", SubscriptionState.ACTIVE, False),
        ("ada", "right password", None, False),
    ],
)
async def test_radius_authenticates_a_customer(database, username, password, state, expected):
    await created_customer(database, username="ada", password="right password", state=state)

    async with database.session(SYSTEM) as session:
        guide = example("authenticate_customer", session=session)
        answer = await guide.authenticate_customer(username, password)

    assert answer is expected


async def test_monitoring_alerts_by_the_channels_that_the_customer_allows(database):
    customer_id = await created_customer(database, email="ada@example.com", phone="+351912345678")
    channels = {
        CommunicationType.EMAIL: {"enabled": True, "emergency_alerts": True},
        CommunicationType.SMS: {"enabled": True, "emergency_alerts": False},
    }
    async with database.unit_of_work(SYSTEM) as session:
        for channel, switches in channels.items():
            await CommunicationService().set_preference(session, customer_id, channel, switches)
    notifier = RecordingNotifier()
    configure_notifier(notifier)

    async with database.session(SYSTEM) as session:
        guide = example("send_customer_alert", session=session)
        await guide.send_customer_alert(customer_id, "OUTAGE", "The line is down")

    sent = [(message.channel, message.to, message.body) for message in notifier.messages]
    assert sent == [(CommunicationType.EMAIL, "ada@example.com", "The line is down")]


async def test_resellers_get_their_customers(database):
    reseller_id = await created_reseller(database)
    mine = await created_customer(database, reseller_id=reseller_id)
    await created_customer(database)

    async with database.session(SYSTEM) as session:
        guide = example("get_reseller_customers", session=session)
        customers = await guide.get_reseller_customers(reseller_id)

    assert [customer.id for customer in customers] == [mine]


async def test_any_module_subscribes_to_events(database):
    stream = EventStream(database, "memory://")
    guide = example("setup_event_handlers")
    try:
        async with stream.running():
            await guide.setup_event_handlers()
            customer_id = await created_customer(database)
            await settled(database)
    finally:
        PROCESS.known.clear()
        PROCESS.database = None

    async with database.session(SYSTEM) as session:
        position = await session.scalar(select(EventConsumer.position))
    assert (customer_id, position) == (1, 1)


async def test_a_handler_gets_the_guides_envelope(database):
    seen: list[dict[str, Any]] = []

    async def handle_customer_created(event_data):
        seen.append(event_data)

    stream = EventStream(database, "memory://")
    try:
        async with stream.running():
            await EventBus().subscribe("customer.created", handle_customer_created)
            customer_id = await created_customer(database, email="john.doe@example.com")
            await settled(database)
    finally:
        PROCESS.known.clear()
        PROCESS.database = None

    [event] = seen
    assert event["event_type"] == "customer.created"
    assert event["timestamp"].endswith("Z")
    assert event["data"] == {
        "customer_id": customer_id,
        "customer_type": "INDIVIDUAL",
        "email": "john.doe@example.com",
        "status": "ACTIVE",
    }


async def test_modules_call_the_customer_api_over_http(api, database, monkeypatch):
    customer_id = await created_customer(database, email="ada@example.com")
    monkeypatch.setattr(Gateway, "target", api.http.base_url)
    guide = example("get_customer_details", api_token=api.service_token(Permission.CUSTOMER_READ))

    customer = await guide.get_customer_details(customer_id)

    assert customer["customer_id"] == customer_id
    assert customer["email"] == "ada@example.com"


async def test_modules_use_the_service_in_process(database):
    customer_id = await created_customer(database)

    async with database.session(SYSTEM) as session:
        guide = example("process_customer_data", session=session)
        await guide.process_customer_data(customer_id)


def test_the_logging_example_is_a_valid_call():
    [block] = [block for block in BLOCKS if block.startswith("logger.info(")]
    namespace: dict[str, Any] = {"customer_id": 123}

    exec(ALSO + block, namespace)


def test_every_code_example_of_the_guide_is_run_here():
    source = Path(__file__).read_text()
    functions = [name for block in BLOCKS for name in re.findall(r"async def (\w+)\(", block)]

    assert len(BLOCKS) == 9
    assert [name for name in functions if name not in source] == []
