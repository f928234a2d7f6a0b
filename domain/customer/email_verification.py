"""Proof that an e-mail address is the customer's: a token sent there, used once, in time."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import func, select, update

from domain.customer.events import EmailVerified
from domain.customer.models import Customer, EmailVerification
from domain.customer.services import CustomerService
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.unit_of_work import UnitOfWork

VALID_FOR = timedelta(hours=24)
_MOST_PER_DAY = 5


class EmailVerificationService:
    """Requests and confirmations. One open token an address; only its hash is stored."""

    async def request(self, session: UnitOfWork, customer_id: int) -> tuple[str, str]:
        """
        A new token for the customer's present address, and that address. Older tokens end.

        Raises:
            CustomerNotFound.
            Conflict: no address, already verified, or five requests within a day.
        """
        require(session.actor, Permission.CUSTOMER_WRITE, "request e-mail verification")
        customer = await CustomerService().locked(session, customer_id)
        if customer.email is None:
            raise Conflict("The customer has no e-mail address", path=["customerId"])
        if customer.email_verified_at is not None:
            raise Conflict("The e-mail address is verified already", path=["customerId"])
        await self._check_rate(session, customer)
        await session.execute(
            update(EmailVerification)
            .where(
                EmailVerification.customer_id == customer_id,
                EmailVerification.used_at.is_(None),
                EmailVerification.closed_at.is_(None),
            )
            .values(closed_at=session.now)
        )
        token = secrets.token_urlsafe(32)
        session.add(
            EmailVerification(
                customer_id=customer_id,
                email=customer.email,
                token_hash=_digest(token),
                created_at=session.now,
                expires_at=session.now + VALID_FOR,
            )
        )
        await session.flush()
        return token, customer.email

    async def confirm(self, session: UnitOfWork, token: str) -> Customer:
        """
        Mark the address verified and announce ``customer.email.verified``, once.

        Needs no sign-in: who has the token has read the mail.

        Raises:
            Invalid: unknown, used, ended or expired token, or the address has changed since.
        """
        await session.leave_scope()
        verification = await session.locked(
            EmailVerification, EmailVerification.token_hash == _digest(token)
        )
        if (
            verification is None
            or verification.used_at is not None
            or verification.closed_at is not None
            or verification.expires_at <= session.now
        ):
            raise Invalid("token", "is unknown, used or expired")
        customer = await session.locked(
            Customer, Customer.id == verification.customer_id, Customer.deleted_at.is_(None)
        )
        if customer is None or customer.email != verification.email:
            raise Invalid("token", "is unknown, used or expired")
        verification.used_at = session.now
        customer.email_verified_at = customer.updated_at = session.now
        await session.announce(
            EmailVerified(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                email=verification.email,
                verified_at=session.now,
            )
        )
        return customer

    async def _check_rate(self, session: UnitOfWork, customer: Customer) -> None:
        recent = await session.scalar(
            select(func.count()).where(
                EmailVerification.customer_id == customer.id,
                EmailVerification.created_at > session.now - timedelta(days=1),
            )
        )
        if (recent or 0) >= _MOST_PER_DAY:
            raise Conflict("Too many verification requests today", path=["customerId"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
