"""Clients that send one change to whichever server they meet, until they know what became of it."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.chaos.streams import EXCUSED
from tests.support.chaos.witnesses import Outcome


@dataclass(slots=True)
class Caller:
    """A client of the API that speaks to whichever server it meets."""

    urls: list[str]
    token: str
    dice: random.Random
    http: httpx.AsyncClient

    async def mutate(
        self, field_name: str, input: dict[str, Any], selection: str, *, key: str | None
    ) -> tuple[Outcome, dict[str, Any] | None]:
        """
        Send the change; with an idempotency key again and again until it is answered.

        A refusal that no fault explains is a defect.
        """
        while True:
            outcome, payload = await self._once(
                field_name, {**input, "idempotencyKey": key}, selection
            )
            if outcome is not Outcome.UNKNOWN or key is None:
                return outcome, payload
            await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def _once(
        self, field_name: str, input: dict[str, Any], selection: str
    ) -> tuple[Outcome, dict[str, Any] | None]:
        kind = f"{field_name[0].upper()}{field_name[1:]}Input"
        query = f"""mutation Storm($input: {kind}!) {{
            {field_name}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"""
        try:
            response = await self.http.post(
                f"{self.dice.choice(self.urls)}/graphql",
                json={"query": query, "variables": {"input": input}},
                headers={"Authorization": f"Bearer {self.token}"},
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError):
            return Outcome.UNKNOWN, None
        if response.status_code >= 500 or answer.get("errors"):
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert response.status_code >= 500 or codes <= EXCUSED, answer
            return Outcome.UNKNOWN, None
        payload = answer["data"][field_name]
        return (Outcome.REFUSED if payload["userErrors"] else Outcome.DONE), payload
