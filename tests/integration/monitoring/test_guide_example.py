"""The guide's "Integration with Monitoring Module" code example runs as it is printed."""

from domain.customer.communication_service import CommunicationService
from domain.customer.models import CommunicationType
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.monitoring.notifiers import SentMessage, send_email_alert, send_sms_alert
from tests.support.customers import created_customer
from tests.support.monitoring import prefers


async def test_an_alert_goes_out_by_each_enabled_channel(database, recording):
    new_customer_id = await created_customer(
        database, email="ada@example.com", phone="+351210000000"
    )
    await prefers(database, new_customer_id, CommunicationType.EMAIL)
    await prefers(database, new_customer_id, CommunicationType.SMS)
    await prefers(database, new_customer_id, CommunicationType.PHONE, enabled=False)
    session = database.session(SYSTEM)

    async def send_customer_alert(customer_id: int, alert_type: str, alert_message: str):
        """Send an alert to a customer based on their communication preferences."""
        customer_service = CustomerService()
        communication_service = CommunicationService()

        # Get customer and their communication preferences
        customer = await customer_service.get_customer(session, customer_id)
        preferences = await communication_service.get_customer_preferences(session, customer_id)

        # Determine which channels to use for the alert
        channels = []
        for preference in preferences:
            if preference.enabled and preference.emergency_alerts:
                channels.append(preference.communication_type)  # noqa: PERF401 - as printed

        # Send the alert through each enabled channel
        for channel in channels:
            if channel == CommunicationType.EMAIL and customer.email:
                await send_email_alert(customer.email, alert_type, alert_message)
            elif channel == CommunicationType.SMS and customer.phone:
                await send_sms_alert(customer.phone, alert_type, alert_message)

    async with session:
        await send_customer_alert(new_customer_id, "OUTAGE", "Your line is down")

    assert list(recording.messages) == [
        SentMessage(
            CommunicationType.EMAIL, "ada@example.com", "Alert: OUTAGE", "Your line is down"
        ),
        SentMessage(CommunicationType.SMS, "+351210000000", None, "OUTAGE: Your line is down"),
    ]
