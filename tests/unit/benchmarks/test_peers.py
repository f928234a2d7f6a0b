"""What ``make bench`` fetches for the servers on Node is fixed, and from nowhere in particular."""

import json
from pathlib import Path

from benchmarks.peers import npm


def test_the_lock_file_has_what_is_named_with_digests_and_without_places():
    named = json.loads((npm.FOLDER / "package.json").read_text())["dependencies"]
    packages = json.loads((npm.FOLDER / "package-lock.json").read_text())["packages"]

    assert packages[""]["dependencies"] == named
    for name, version in named.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    fetched = [package for path, package in packages.items() if path]
    assert all(package["integrity"].startswith("sha512-") for package in fetched)
    assert not any("resolved" in package for package in fetched)


def test_all_their_sources_are_there():
    sources = {path.name for path in Path(npm.FOLDER).glob("*.mjs")}

    assert sources == {
        "apollo.mjs",
        "loaders.mjs",
        "postgraphile.mjs",
        "schema.mjs",
        "settings.mjs",
    }
