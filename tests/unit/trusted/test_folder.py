"""The folder of trusted documents: what is read, by which formats, and why one is refused."""

import hashlib
import json
from pathlib import Path

import pytest
import strawberry

from graph.documents import Documents
from graph.trusted.folder import BadDocuments, load


@strawberry.type
class Query:
    hello: str
    other: str


TEXT = "query Hello {\n  hello\n}\n"
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(strawberry.Schema(Query)._schema)


def loaded(folder: Path, documents: Documents) -> list[tuple[str, str, str, tuple[str, ...]]]:
    found = load(folder, documents)
    return [(one.place, one.sha256, one.text, one.operations) for one in found]


def problems(folder: Path, documents: Documents) -> list[str]:
    with pytest.raises(BadDocuments) as bad:
        load(folder, documents)
    return bad.value.problems


class TestFiles:
    def test_are_known_by_the_sha256_of_their_very_bytes(self, tmp_path, documents):
        (tmp_path / "app" / "v2").mkdir(parents=True)
        (tmp_path / "app" / "v2" / "hello.graphql").write_text(TEXT)
        windows = TEXT.replace("\n", "\r\n")
        (tmp_path / "windows.graphql").write_bytes(windows.encode())
        (tmp_path / "notes.md").write_text("no document")

        assert loaded(tmp_path, documents) == [
            ("app/v2/hello.graphql", SHA256, TEXT, ("Hello",)),
            (
                "windows.graphql",
                hashlib.sha256(windows.encode()).hexdigest(),
                windows,
                ("Hello",),
            ),
        ]

    def test_may_hold_several_operations_and_say_the_same(self, tmp_path, documents):
        text = "query One { hello } query Two { other }"
        (tmp_path / "a.graphql").write_text(text)
        (tmp_path / "b.graphql").write_text(text)

        [only] = load(tmp_path, documents)

        assert (only.place, only.operations) == ("a.graphql", ("One", "Two"))


class TestManifests:
    @pytest.mark.parametrize(
        "manifest",
        [
            {SHA256: TEXT},
            {f"sha256:{SHA256}": TEXT},
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [{"id": SHA256, "name": "Hello", "type": "query", "body": TEXT}],
            },
        ],
        ids=["Relay and GraphQL Code Generator", "prefixed ids", "Apollo"],
    )
    def test_of_each_tool_are_read(self, tmp_path, documents, manifest):
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))

        [only] = load(tmp_path, documents)

        assert (only.sha256, only.text, only.operations) == (SHA256, TEXT, ("Hello",))

    def test_need_ids_that_are_the_sha256_of_their_document(self, tmp_path, documents):
        md5 = hashlib.md5(TEXT.encode(), usedforsecurity=False).hexdigest()
        (tmp_path / "m.json").write_text(json.dumps({SHA256: "{ other }", md5: TEXT}))

        reason = "the id is not the sha-256 of the document (set the tool's algorithm to sha256)"
        assert problems(tmp_path, documents) == [
            f"m.json {SHA256}: {reason}",
            f"m.json {md5}: {reason}",
        ]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("{", "is not valid JSON"),
            ("[]", "must be an object of sha-256 to document, or Apollo's manifest"),
            ('{"a": 1}', "has an entry without an id and a document as texts"),
            (
                '{"format": "other"}',
                "has a format: it must be apollo-persisted-query-manifest of version 1",
            ),
            (
                '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [7]}',
                "has an operation that is no object",
            ),
        ],
    )
    def test_of_another_shape_are_refused(self, tmp_path, documents, text, reason):
        (tmp_path / "m.json").write_text(text)

        assert problems(tmp_path, documents) == [f"m.json: {reason}"]


class TestBadDocuments:
    def test_are_told_all_at_once_by_file_and_line(self, tmp_path, documents):
        for name, text in {
            "a-good": TEXT,
            "b-syntax": "query {\n  hello",
            "c-schema": "query Bad {\n  hello\n  gone\n}",
            "d-fragment": "fragment F on Query { hello }",
            "e-long": f"# {'x' * 40_000}\n{{ hello }}",
        }.items():
            (tmp_path / f"{name}.graphql").write_text(text)
        (tmp_path / "f-bytes.graphql").write_bytes(b"\xff\xfe")

        assert problems(tmp_path, documents) == [
            "b-syntax.graphql: line 2: Syntax Error: Expected Name, found <EOF>.",
            "c-schema.graphql: line 3: Cannot query field 'gone' on type 'Query'.",
            "d-fragment.graphql: holds no operation",
            "e-long.graphql: There are 40012 bytes; at most 32768 are allowed",
            "f-bytes.graphql: is not readable as UTF-8 (UnicodeDecodeError)",
        ]

    def test_include_a_folder_that_is_none(self, tmp_path, documents):
        assert problems(tmp_path / "gone", documents) == [f"{tmp_path / 'gone'} is no folder"]
