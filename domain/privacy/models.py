"""Tables of the privacy module."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigKey, Model
from domain.privacy.reasons import ErasureReason as ErasureReason


class RequestKind(StrEnum):
    """What a person asked for (GDPR art. 15 and 20; art. 17)."""

    EXPORT = "EXPORT"
    ERASE = "ERASE"


class PrivacyRequest(Model):
    """
    A request that was granted: the proof that it was. A person is erased once.

    ``sha256`` is the digest of the document that was handed out; the document itself is not kept.
    """

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("(kind = 'ERASE') = (reason is not null)", name="reason_to_erase"),
        CheckConstraint("(kind = 'EXPORT') = (sha256 is not null)", name="digest_of_export"),
        Index("requests_customer_id_idx", "customer_id", "id"),
        Index(
            "requests_erased_once_key",
            "customer_id",
            unique=True,
            postgresql_where=text("kind = 'ERASE'"),
        ),
        {"schema": "privacy"},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    kind: Mapped[RequestKind]
    reason: Mapped[ErasureReason | None]
    requested_by: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64))
