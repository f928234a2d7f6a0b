"""Ask all servers the same, and go on only if they answer the same."""

from collections.abc import Sequence
from typing import Any

import httpx

from benchmarks.cases import Case, Variables
from benchmarks.contenders import Contender
from benchmarks.equality import Different, common, compare, leaves


async def check(case: Case, contenders: Sequence[Contender], number: int) -> int:
    """
    The values in one answer, of which all contenders have the same to so many variables.

    Raises:
        Different: they have not, or one refuses.
    """
    values = 0
    few = min(contender.customers for contender in contenders)
    for variables in case.variables(few, number):
        ours, *others = [(each, await _told(each, case, variables)) for each in contenders]
        for contender, told in others:
            compare(f"{case.name} of {contender.name}", ours[1], told)
        values = max(values, leaves(ours[1]))
    return values


async def _told(contender: Contender, case: Case, variables: Variables) -> Any:
    url = f"http://127.0.0.1:{contender.running.port}/graphql"
    async with httpx.AsyncClient(timeout=60) as http:
        body, headers = contender.body(case, variables), contender.headers(variables)
        answer = (await http.post(url, json=body, headers=headers)).json()
    if answer.get("errors") or not answer.get("data"):
        raise Different(f"{case.name} of {contender.name}: {answer}")
    return common(contender.running.peer.dialect, answer["data"])
