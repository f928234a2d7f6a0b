"""Apollo's own composition of subgraphs."""

import json
from typing import Any

from tests.support import node


def composed(**subgraphs: str) -> dict[str, Any]:
    """Errors, hints and the supergraph's SDL of these subgraphs: ``composed(isp=sdl, …)``."""
    named = [{"name": name, "sdl": sdl} for name, sdl in subgraphs.items()]
    answer: dict[str, Any] = json.loads(node.run("compose.mjs", sent=json.dumps(named)))
    return answer
