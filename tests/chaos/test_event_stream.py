"""
No event is lost: servers, workers, PostgreSQL and Redis die at random, and all stories agree.

``make soak`` runs the same for ``SOAK_SECONDS`` with more of everybody.
"""

import os
import random
import sys
from pathlib import Path

import pytest

from tests.support.chaos.cluster import Broker
from tests.support.chaos.storm import Weather, storm

_SECONDS = 28.0


def weather(broker: Broker) -> Weather:
    """A small storm with a seed of its own, or the long one that the environment asks for."""
    seed = int(os.environ.get("SOAK_SEED") or random.randrange(10**6))
    soak = os.environ.get("SOAK_SECONDS")
    if soak is None:
        return Weather(seed, _SECONDS, broker)
    return Weather(seed, float(soak) / 2, broker, size=3, servers=3)


@pytest.mark.parametrize("broker", ["postgresql", "redis"])
async def test_every_event_reaches_whom_it_is_for_once_and_in_order(broker, tmp_path: Path):
    chosen = weather(broker)
    sys.stdout.write(f"{chosen}\n")

    report = await storm(tmp_path, chosen)

    sys.stdout.write("\n".join([report.summary, *report.faults, *map(str, report.findings), ""]))
    assert not report.findings
    assert report.faults
