"""Trusted documents on the command line: looked at before they are deployed, and at start."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from domain.kernel.access import Role
from graph.cli.main import app
from graph.settings import Settings
from tests.support.documents import TRUSTED, sha256_of, trusting_folder
from tests.support.process import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return trusting_folder(tmp_path / "documents")


class TestCheck:
    def test_prints_id_file_and_operations_of_each_document(self, folder):
        result = CliRunner().invoke(app, ["documents", "check", str(folder)])

        assert result.exit_code == 0
        assert result.stdout.splitlines() == [
            f"sha256:{sha256_of(TRUSTED[name])}  {name}.graphql  {operations}"
            for name, operations in (
                ("customer", "One"),
                ("schema", "(no name)"),
                ("sign-in", "SignIn"),
                ("two", "Role, Subject"),
                ("viewer", "Viewer"),
                ("watch", "Watch"),
            )
        ]

    def test_tells_what_is_wrong_with_every_file(self, folder):
        (folder / "[old].graphql").write_text("query Old {\n  customer { shoeSize }\n}")
        (folder / "torn.graphql").write_text("query {")

        result = CliRunner().invoke(app, ["documents", "check", str(folder)])

        assert (result.exit_code, result.stdout) == (1, "")
        told = result.stderr.splitlines()
        assert len(told) == 3
        assert all(line.startswith("Trusted documents: ") for line in told)
        assert "[old].graphql: line 2: " in result.stderr
        assert "torn.graphql: line 1: Syntax Error" in result.stderr

    def test_needs_a_folder(self, monkeypatch):
        monkeypatch.delenv("ISP_GRAPH_TRUSTED_DOCUMENTS", raising=False)

        result = CliRunner().invoke(app, ["documents", "check"])

        assert result.exit_code == 2
        assert "ISP_GRAPH_TRUSTED_DOCUMENTS" in result.stderr


async def test_serving_does_not_start_with_a_bad_document(folder, tmp_path):
    (folder / "bad.graphql").write_text("{ noSuchField }")
    settings = {
        "ISP_GRAPH_DATA": str(tmp_path / "data"),
        "ISP_GRAPH_TRUSTED_DOCUMENTS": str(folder),
    }

    code, _, errors = await run("serve", "--port", "0", **settings)

    assert code == 2
    assert "bad.graphql: line 1: Cannot query field 'noSuchField' on type 'Query'." in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "data").exists()


class TestSettings:
    def test_take_roles_as_they_are_written(self, folder):
        settings = Settings(trusted_documents=folder, trusted_only="anonymous, CUSTOMER")

        assert settings.trusted_only == [Role.ANONYMOUS, Role.CUSTOMER]
        assert Settings(introspection="").introspection == []
        assert Settings().introspection is None
        assert Settings(trusted_documents="").trusted_documents is None

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"trusted_only": "CUSTOMER"}, "needs ISP_GRAPH_TRUSTED_DOCUMENTS"),
            ({"trusted_only": "KING"}, "Input should be 'ADMIN'"),
            ({"introspection": "ANONYMOUS"}, "must be roles of those who are signed in"),
        ],
    )
    def test_that_cannot_be_kept_are_refused(self, wrong, told):
        with pytest.raises(ValidationError, match=told):
            Settings(**wrong)
