"""The operator's trusted documents as files: each read, hashed and held against the schema."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from graphql import OperationDefinitionNode

from graph.documents import Documents, Refused

_APOLLO = "apollo-persisted-query-manifest"
_APOLLO_VERSION = 1
PREFIX = "sha256:"


def sha256_of(text: str) -> str:
    """What a document is known by: 64 lower-case hex digits of its UTF-8 text."""
    # A lone surrogate has no UTF-8; such a text does not parse either.
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Trusted:
    """A valid document. ``operations`` are the names of those it holds, "" for one without."""

    sha256: str
    place: str
    text: str
    operations: tuple[str, ...]


class BadDocuments(Exception):
    """What is wrong with the folder, a line each: file, place in it, reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Trusted documents: " + "; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Found:
    place: str
    text: str
    claimed: str | None = None


class _Bad(Exception):
    """One thing is wrong; the message says what."""


def load(folder: Path, documents: Documents) -> list[Trusted]:
    """
    Every document of the folder: ``*.graphql`` files, and the entries of ``*.json`` manifests.

    A manifest is an object of sha-256 to document, as Relay's and GraphQL Code Generator's tools
    write it, or Apollo's persisted query manifest.

    Raises:
        BadDocuments: something in it does not read, parse, fit the schema or have its sha-256.
    """
    trusted: dict[str, Trusted] = {}
    problems: list[str] = []
    if not folder.is_dir():
        raise BadDocuments([f"{folder} is no folder"])
    files = (each for each in sorted(folder.rglob("*")) if each.suffix in (".graphql", ".json"))
    for file in files:
        place = str(file.relative_to(folder))
        try:
            for found in _found_in(file, place):
                one = _checked(found, documents, problems)
                if one is not None:
                    trusted.setdefault(one.sha256, one)
        except _Bad as bad:
            problems.append(f"{place}: {bad}")
    if problems:
        raise BadDocuments(problems)
    return list(trusted.values())


def _found_in(file: Path, place: str) -> Iterator[_Found]:
    try:
        # Not ``read_text``: it would change line ends, and with them the sha-256.
        text = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _Bad(f"is not readable as UTF-8 ({type(error).__name__})") from None
    if file.suffix == ".graphql":
        yield _Found(place, text)
        return
    for claimed, body in _entries(text):
        if not isinstance(claimed, str) or not isinstance(body, str):
            raise _Bad("has an entry without an id and a document as texts")
        yield _Found(f"{place} {claimed[:80]}", body, claimed.removeprefix(PREFIX))


def _entries(text: str) -> Iterator[tuple[Any, Any]]:
    try:
        manifest = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _Bad("is not valid JSON") from None
    if not isinstance(manifest, dict):
        raise _Bad("must be an object of sha-256 to document, or Apollo's manifest")
    if "format" not in manifest:
        yield from manifest.items()
        return
    if manifest["format"] != _APOLLO or manifest.get("version") != _APOLLO_VERSION:
        message = f"has a format: it must be {_APOLLO} of version {_APOLLO_VERSION}"
        raise _Bad(message)
    for entry in manifest.get("operations") or ():
        if not isinstance(entry, dict):
            raise _Bad("has an operation that is no object")
        yield entry.get("id"), entry.get("body")


def _checked(found: _Found, documents: Documents, problems: list[str]) -> Trusted | None:
    """The document if it is good; what is wrong with it goes to the problems."""
    sha256 = sha256_of(found.text)
    reasons = _reasons(found, sha256, documents)
    problems.extend(f"{found.place}: {reason}" for reason in reasons)
    if reasons:
        return None
    nodes = documents.parsed(found.text).definitions
    operations = [node for node in nodes if isinstance(node, OperationDefinitionNode)]
    names = tuple(node.name.value if node.name else "" for node in operations)
    return Trusted(sha256, found.place, found.text, names)


def _reasons(found: _Found, sha256: str, documents: Documents) -> list[str]:
    if found.claimed not in (None, sha256):
        return ["the id is not the sha-256 of the document (set the tool's algorithm to sha256)"]
    try:
        document = documents.get(found.text)
    except Refused as refusal:
        return [_told(error) for error in refusal.errors]
    definitions = document.node.definitions
    if not any(isinstance(node, OperationDefinitionNode) for node in definitions):
        return ["holds no operation"]
    return [_told(problem) for problem in document.problems]


def _told(error: dict[str, Any]) -> str:
    places = error.get("locations") or [{}]
    line = places[0].get("line")
    return error["message"] if line is None else f"line {line}: {error['message']}"
