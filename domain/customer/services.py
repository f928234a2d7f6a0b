"""What may be done to a customer (guide: Service-to-Service Communication)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.customer import lifecycle, moves, profile
from domain.customer.addresses import AddressService
from domain.customer.commands import CreateCustomer
from domain.customer.errors import CustomerNotFound, UsernameTaken
from domain.customer.events import (
    CustomerCreated,
    CustomerDeleted,
    CustomerUpdated,
)
from domain.customer.models import (
    Customer,
    CustomerStatus,
    HoldReason,
    SubscriptionState,
    TrackedState,
)
from domain.customer.policy import visible_customers
from domain.kernel.access import Permission, Role, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import AccessDenied, Conflict, Invalid, VersionConflict
from domain.kernel.logging import about_customer
from domain.kernel.passwords import hashed
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.services import require_active

_FILTERS = {
    "reseller_id": Customer.reseller_id,
    "status": Customer.status,
    "subscription_state": Customer.subscription_state,
    "type": Customer.type,
    "email": Customer.email,
}
_MOST_FILTERED = 10_000


class CustomerService:
    """
    The customer's use cases. Stateless: the session brings the actor, the instant and the rows.

    A customer that is absent, deleted or out of the actor's scope raises ``CustomerNotFound``.
    """

    async def get_customer(self, session: UnitOfWork, customer_id: int) -> Customer:
        """The customer. Raises ``CustomerNotFound``."""
        about_customer(customer_id)
        visible = visible_customers(session.actor)
        found = await session.scalar(select(Customer).where(Customer.id == customer_id, visible))
        if found is None:
            raise CustomerNotFound(customer_id)
        return found

    async def get_customer_by_username(self, session: UnitOfWork, username: str) -> Customer | None:
        """The customer who signs in with this name, or None."""
        return await session.scalar(
            select(Customer).where(
                Customer.username == username.strip().lower(), visible_customers(session.actor)
            )
        )

    async def get_customers_by_filter(
        self, session: UnitOfWork, filter_params: Mapping[str, Any]
    ) -> Sequence[Customer]:
        """
        The visible customers that match all parameters, by id; 10,000 at most.

        Raises:
            Invalid: a parameter is none of reseller_id, status, subscription_state, type, email.
        """
        for name in filter_params:
            if name not in _FILTERS:
                raise Invalid(["filter_params", name], f"must be one of {', '.join(_FILTERS)}")
        matches = [_FILTERS[name] == value for name, value in filter_params.items()]
        statement = select(Customer).where(visible_customers(session.actor), *matches)
        return (await session.scalars(statement.order_by(Customer.id).limit(_MOST_FILTERED))).all()

    async def create_customer(self, session: UnitOfWork, command: CreateCustomer) -> Customer:
        """
        Take on a customer, with addresses if any, and announce ``customer.created``.

        Raises:
            AccessDenied: the actor may not create customers, or not under that reseller.
            Invalid: a value breaks its rule.
            UsernameTaken: another customer signs in with that name.
        """
        require(session.actor, Permission.CUSTOMER_CREATE, "create customers")
        reseller_id = await _reseller_of_new(session, command.reseller_id)
        customer = Customer(
            **profile.checked_new(command),
            status=lifecycle.initial_status(command.status),
            subscription_state=SubscriptionState.INACTIVE,
            reseller_id=reseller_id,
            created_at=session.now,
            updated_at=session.now,
        )
        if command.password is not None:
            customer.password_hash = await hashed(command.password)
        session.add(customer)
        await _flush(session, customer)
        about_customer(customer.id)
        moves.track(session, customer, TrackedState.STATUS, None, customer.status, None)
        await session.announce(
            CustomerCreated(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                customer_type=customer.type,
                email=customer.email,
                status=customer.status,
            )
        )
        await AddressService().add_addresses(session, customer.id, command.addresses)
        return customer

    async def update_customer(
        self,
        session: UnitOfWork,
        customer_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Customer:
        """
        Change the fields named; a field set to what it is already counts as no change.

        A new e-mail address is not verified. Announces ``customer.updated`` if anything changed.

        Raises:
            Invalid, UsernameTaken, VersionConflict.
        """
        require(session.actor, Permission.CUSTOMER_WRITE, "change customers")
        customer = await self.locked(session, customer_id, expected_version)
        values = profile.checked_changes(customer, changes, session.actor)
        if "password" in values:
            values["password_hash"] = await hashed(values.pop("password"))
        changed = [name for name, value in values.items() if getattr(customer, name) != value]
        if not changed:
            return customer
        for name in changed:
            setattr(customer, name, values[name])
        if "email" in changed:
            customer.email_verified_at = None
        profile.rename(customer)
        await self.announce_update(session, customer, changed)
        return customer

    async def delete_customer(
        self, session: UnitOfWork, customer_id: int, *, expected_version: int | None = None
    ) -> Customer:
        """
        Hide the customer for ever and take away the login; references to it stay readable.

        Raises:
            Conflict: the subscription is live.
        """
        require(session.actor, Permission.CUSTOMER_DELETE, "delete customers")
        customer = await self.locked(session, customer_id, expected_version)
        if customer.subscription_state in lifecycle.LIVE:
            raise Conflict(
                f"The subscription is {customer.subscription_state}: end it first",
                path=["customerId"],
            )
        customer.deleted_at = customer.updated_at = session.now
        customer.password_hash = None
        await session.announce(
            CustomerDeleted(customer_id=customer.id, reseller_id=customer.reseller_id)
        )
        return customer

    async def change_status(
        self,
        session: UnitOfWork,
        customer_id: int,
        status: CustomerStatus,
        *,
        reason: str | None = None,
        expected_version: int | None = None,
    ) -> Customer:
        """
        Move the customer's status. The status it has already is a successful no-op.

        Suspending a customer suspends a live subscription; lifting that resumes it.

        Raises:
            InvalidTransition, Conflict.
            Invalid: suspending without a reason, or one longer than 500 characters.
        """
        require(session.actor, Permission.CUSTOMER_LIFECYCLE, "change a customer's status")
        customer = await self.locked(session, customer_id, expected_version)
        if customer.status is status:
            return customer
        lifecycle.check_status(customer, status)
        reason = lifecycle.checked_reason(reason)
        if status is CustomerStatus.SUSPENDED and not reason:
            raise Invalid("reason", "is required to suspend a customer")
        moves.track(session, customer, TrackedState.STATUS, customer.status, status, reason)
        customer.status, customer.status_reason = status, reason
        await self.announce_update(session, customer, ["status"])
        await moves.follow_status(session, customer)
        return customer

    async def update_subscription_state(
        self,
        session: UnitOfWork,
        customer_id: int,
        subscription_state: SubscriptionState,
        update_dates: bool = True,
        *,
        reason: str | None = None,
        expected_version: int | None = None,
    ) -> Customer:
        """
        Move the primary subscription's state and announce it. The same state is a no-op, but that
        SUSPENDED from now on also outlasts the reasons it was suspended for before.

        With ``update_dates``, entering ACTIVE or TRIAL sets the start (unless running already)
        and clears the end; entering EXPIRED or CANCELLED sets the end.

        Raises:
            InvalidTransition: the state machine has no such arrow.
            CustomerNotActive: ACTIVE and TRIAL need an ACTIVE customer.
            Conflict: service is held back for another reason, such as an unpaid invoice.
            Invalid: a reason longer than 500 characters.
        """
        require(session.actor, Permission.CUSTOMER_LIFECYCLE, "change a subscription's state")
        customer = await self.locked(session, customer_id, expected_version)
        if customer.subscription_state is subscription_state:
            if subscription_state is SubscriptionState.SUSPENDED:
                await moves.hold(session, customer, HoldReason.ADMIN, "suspended")
            return customer
        lifecycle.check_subscription(customer, subscription_state)
        reason = lifecycle.checked_reason(reason)
        await moves.enter(session, customer, subscription_state, reason, update_dates=update_dates)
        return customer

    async def locked(
        self, session: UnitOfWork, customer_id: int, expected_version: int | None = None
    ) -> Customer:
        """
        The customer, locked until the end of the transaction.

        Raises:
            CustomerNotFound, VersionConflict.
        """
        about_customer(customer_id)
        customer = await session.locked(
            Customer, Customer.id == customer_id, visible_customers(session.actor)
        )
        if customer is None:
            raise CustomerNotFound(customer_id)
        if expected_version not in (None, customer.version):
            raise VersionConflict("customer", current_version=customer.version)
        return customer

    async def announce_update(
        self, session: UnitOfWork, customer: Customer, changed_fields: list[str]
    ) -> None:
        """Stamp the change and announce ``customer.updated``."""
        customer.updated_at = session.now
        await _flush(session, customer)
        await session.announce(
            CustomerUpdated(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                changed_fields=sorted(
                    "password" if name == "password_hash" else name for name in changed_fields
                ),
                status=customer.status,
            )
        )


async def _reseller_of_new(session: UnitOfWork, reseller_id: int | None) -> int | None:
    """A reseller's new customer is its own, or one of its sub-resellers'; all of them ACTIVE."""
    if session.actor.role is Role.RESELLER:
        reseller_id = reseller_id or session.actor.reseller_id
        if reseller_id not in session.actor.reseller_ids:
            raise AccessDenied("create customers under that reseller")
    if reseller_id is not None:
        await require_active(session, reseller_id)
    return reseller_id


async def _flush(session: UnitOfWork, customer: Customer) -> None:
    username = customer.username  # out of reach once the transaction has failed
    try:
        await session.flush()
    except IntegrityError as error:
        constraint = violated_constraint(error)
        if constraint == "customers_username_key":
            raise UsernameTaken(username or "") from error
        if constraint == "customers_reseller_id_fkey":
            raise Invalid("resellerId", "is no reseller") from error
        raise
