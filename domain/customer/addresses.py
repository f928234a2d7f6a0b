"""Addresses: added, changed, removed; exactly one default of each type in use."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from domain.customer.commands import NewAddress
from domain.customer.errors import AddressNotFound, CustomerNotFound
from domain.customer.events import AddressCreated, AddressUpdated
from domain.customer.models import Address, AddressType, Customer
from domain.customer.policy import visible_customers
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork

_MOST_ADDRESSES = 50
_LENGTHS = {"line1": 200, "line2": 200, "locality": 200, "region": 200, "postal_code": 20}
_OPTIONAL = frozenset({"line2", "region"})
_SPELLED = {"postal_code": "postalCode"}


class AddressService:
    """The use cases of a customer's addresses; invoices already issued keep what they show."""

    async def add_addresses(
        self, session: UnitOfWork, customer_id: int, addresses: Sequence[NewAddress]
    ) -> None:
        """``add_address`` for each; what is wrong with one is told under its number."""
        for index, address in enumerate(addresses):
            try:
                await self.add_address(session, customer_id, address)
            except Invalid as failure:
                failure.path = ("addresses", str(index), *failure.path)
                raise

    async def add_address(self, session: UnitOfWork, customer_id: int, new: NewAddress) -> Address:
        """
        Add an address and announce it. The first of its type, or one asked for, is the default.

        Raises:
            CustomerNotFound, Invalid, Conflict: the customer has 50 addresses already.
        """
        require(session.actor, Permission.CUSTOMER_WRITE, "change addresses")
        customer = await _locked_customer(session, customer_id)
        present = await _addresses_of(session, customer_id)
        if len(present) >= _MOST_ADDRESSES:
            raise Conflict(f"A customer has at most {_MOST_ADDRESSES} addresses")
        is_default = new.is_default or all(address.type is not new.type for address in present)
        if is_default:
            await _clear_default(session, customer_id, new.type)
        parts = {name: getattr(new, name) for name in (*_LENGTHS, "country")}
        address = Address(
            customer_id=customer_id,
            type=new.type,
            is_default=is_default,
            created_at=session.now,
            updated_at=session.now,
            **_checked(parts),
        )
        session.add(address)
        await session.flush()
        await session.announce(
            AddressCreated(
                customer_id=customer_id,
                reseller_id=customer.reseller_id,
                address_id=address.id,
                address_type=address.type,
            )
        )
        return address

    async def update_address(
        self,
        session: UnitOfWork,
        address_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Address:
        """
        Change the parts named and announce it; ``is_default: True`` makes it the default.

        Raises:
            AddressNotFound, Invalid, VersionConflict.
        """
        require(session.actor, Permission.CUSTOMER_WRITE, "change addresses")
        address, customer = await self._locked(session, address_id, expected_version)
        changes = dict(changes)
        if changes.pop("is_default", None) and not address.is_default:
            await _clear_default(session, address.customer_id, address.type)
            changed = address.is_default = True
        else:
            changed = False
        for name, value in _checked(changes).items():
            changed = changed or getattr(address, name) != value
            setattr(address, name, value)
        if changed:
            await self._announce(session, address, customer)
        return address

    async def remove_address(
        self, session: UnitOfWork, address_id: int, *, expected_version: int | None = None
    ) -> Address:
        """
        End the address; documents that show it stay as they are.

        Raises:
            AddressNotFound, VersionConflict.
            Conflict: it is the default of its type while others of the type exist.
        """
        require(session.actor, Permission.CUSTOMER_WRITE, "change addresses")
        address, customer = await self._locked(session, address_id, expected_version)
        others = await _addresses_of(session, address.customer_id)
        same_type = [other for other in others if other.type is address.type]
        if address.is_default and len(same_type) > 1:
            raise Conflict("Make another address of the type the default first")
        address.removed_at = session.now
        await self._announce(session, address, customer)
        return address

    async def _locked(
        self, session: UnitOfWork, address_id: int, expected_version: int | None
    ) -> tuple[Address, Customer]:
        visible = (
            select(Address.customer_id)
            .join(Customer, Customer.id == Address.customer_id)
            .where(
                Address.id == address_id,
                Address.removed_at.is_(None),
                visible_customers(session.actor),
            )
        )
        customer_id = await session.scalar(visible)
        if customer_id is None:
            raise AddressNotFound(address_id)
        customer = await _locked_customer(session, customer_id)
        address = await session.locked(
            Address, Address.id == address_id, Address.removed_at.is_(None)
        )
        if address is None:
            raise AddressNotFound(address_id)
        if expected_version not in (None, address.version):
            raise VersionConflict("address", current_version=address.version)
        return address, customer

    async def _announce(self, session: UnitOfWork, address: Address, customer: Customer) -> None:
        address.updated_at = session.now
        await session.announce(
            AddressUpdated(
                customer_id=address.customer_id,
                reseller_id=customer.reseller_id,
                address_id=address.id,
                address_type=address.type,
                removed=address.removed_at is not None,
            )
        )


async def _locked_customer(session: UnitOfWork, customer_id: int) -> Customer:
    customer = await session.locked(
        Customer, Customer.id == customer_id, visible_customers(session.actor)
    )
    if customer is None:
        raise CustomerNotFound(customer_id)
    return customer


async def _addresses_of(session: UnitOfWork, customer_id: int) -> list[Address]:
    statement = select(Address).where(
        Address.customer_id == customer_id, Address.removed_at.is_(None)
    )
    return list(await session.scalars(statement))


async def _clear_default(session: UnitOfWork, customer_id: int, kind: AddressType) -> None:
    await session.execute(
        update(Address)
        .where(
            Address.customer_id == customer_id,
            Address.type == kind,
            Address.is_default,
            Address.removed_at.is_(None),
        )
        .values(is_default=False, version=Address.version + 1)
    )


def _checked(parts: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in parts.items():
        field = _SPELLED.get(name, name)
        if value is None:
            if name not in _OPTIONAL:
                raise Invalid(field, "is required")
            checked[name] = None
        elif name == "country":
            checked[name] = values.country_code(value)
        elif name in _LENGTHS:
            checked[name] = values.text(value, field, longest=_LENGTHS[name])
        else:
            raise Invalid(field, "is no part of an address")
    return checked
