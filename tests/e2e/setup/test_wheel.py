"""The wheel: everything that an installation without a clone needs."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.e2e.setup.test_clean_copy import ROOT, copy_of_the_tree


def test_the_wheel_has_the_explorer_the_migrations_and_the_rest_documents(tmp_path: Path):
    tree = tmp_path / "tree"
    copy_of_the_tree(tree)
    shutil.copytree(ROOT / "graph" / "static", tree / "graph" / "static")

    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, tree],
        check=True,
        capture_output=True,
    )

    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = {
        str(path.relative_to(ROOT))
        for folder in ("graph", "domain", "resolvers", "subscriptions", "migrations/versions")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".graphql", ".html", ".js", ".css", ".svg")
    }
    assert sorted(kept - names) == []
    assert not any(name.startswith("tests") for name in names)
