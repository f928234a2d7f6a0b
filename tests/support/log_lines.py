"""What a module logs, whatever its logger was bound to before."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs


@contextmanager
def log_lines(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> Iterator[list[Any]]:
    """The lines that the module logs inside: a logger once used keeps its old processors."""
    with capture_logs() as lines:
        monkeypatch.setattr(module, "logger", structlog.get_logger())
        yield lines
