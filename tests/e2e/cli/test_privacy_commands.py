"""Data protection and the audit log from the command line."""

import hashlib
import json
from pathlib import Path

import pytest

from domain.customer.models import CustomerStatus
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from tests.support.audit import audited
from tests.support.customers import created_customer
from tests.support.process import run
from tests.support.server import SECRET


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of an installation with a database of its own."""
    return {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_DATA": str(tmp_path),
        "ISP_GRAPH_TOKEN_SECRET": SECRET,
    }


async def test_a_customer_is_exported_then_erased_and_the_log_pruned(database, settings):
    ada = await created_customer(database, first_name="Ada")

    _, document, told = await run("privacy", "export", str(ada), **settings)
    refused, _, reason = await run(
        "privacy", "erase", str(ada), "--reason", "objection", "--yes", **settings
    )
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().change_status(session, ada, CustomerStatus.CLOSED)
    done, _, _ = await run(
        "privacy", "erase", str(ada), "--reason", "objection", "--yes", **settings
    )
    _, _, pruned = await run("audit", "prune", "--older-than", "0d", **settings)

    assert json.loads(document)["customer"]["first_name"] == "Ada"
    assert hashlib.sha256(document.strip().encode()).hexdigest() in told
    assert (refused, done) == (1, 0)
    assert "CUSTOMER_NOT_CLOSED" in reason
    assert "entries removed" in pruned
    assert await audited(database) == []
