"""Alembic's environment: every module's tables, one PostgreSQL schema per module."""

import importlib
import pkgutil
import re

from alembic import context
from sqlalchemy import Connection

import domain
from domain.kernel.base import Model

#: Partitions come and go; the models only know the whole.
_PARTITION = r"events_(\d{4}_\d{2}|rest)"


def load_models() -> None:
    """Import every module that declares tables, so that the metadata is whole."""
    importlib.import_module("domain.kernel.audit")
    importlib.import_module("domain.kernel.deliveries")
    importlib.import_module("domain.kernel.events")
    importlib.import_module("domain.kernel.idempotency")
    importlib.import_module("domain.kernel.inbox")
    for package in pkgutil.iter_modules(domain.__path__):
        folder = importlib.import_module(f"domain.{package.name}")
        for module in pkgutil.iter_modules(folder.__path__):
            if module.name.endswith("models"):
                importlib.import_module(f"domain.{package.name}.{module.name}")


def _is_partition(name: str | None, kind: str) -> bool:
    return kind == "table" and re.fullmatch(_PARTITION, name or "") is not None


def run(connection: Connection) -> None:
    """Migrate over the connection that the caller opened; a comparison needs the models too."""
    if context.config.attributes["compares"]:
        load_models()
    schemas = {table.schema for table in Model.metadata.tables.values()}
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        include_schemas=True,
        include_name=lambda name, type_, _parents: (
            name in schemas if type_ == "schema" else not _is_partition(name, type_)
        ),
        version_table="alembic_version",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
