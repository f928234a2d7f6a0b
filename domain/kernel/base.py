"""The declarative base: constraint names, column types and what every row has."""

from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import BigInteger, DateTime, Identity, Integer, MetaData, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: A surrogate key that may pass 2^31 (sessions, events, samples).
BigKey = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
#: A surrogate key that clients see as a GraphQL ``Int`` (the guide's ids).
Key = Annotated[int, mapped_column(Integer, Identity(), primary_key=True)]
#: Octets, minor units of money: 64 bit.
BigInt = Annotated[int, mapped_column(BigInteger)]


class Model(DeclarativeBase):
    """
    A table. Instants are UTC and aware; enums are text with a check; names are predictable.

    ``__audited__`` says whether the audit log tells of changes to its rows: of all, of none, or of
    these columns. ``__customer_key__`` names the column that tells which customer a row is about.
    """

    __audited__: ClassVar[bool | frozenset[str]] = True
    __customer_key__: ClassVar[str] = "customer_id"

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        StrEnum: sa.Enum(StrEnum, native_enum=False, length=40, create_constraint=True),
        Enum: sa.Enum(Enum, native_enum=False, length=40, create_constraint=True),
        dict[str, Any]: JSONB,
        list[int]: JSONB,
        list[str]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class Timestamps:
    """When the row was made and last changed: the instants of those units of work."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
