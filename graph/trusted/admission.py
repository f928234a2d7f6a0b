"""Which documents whoever asks may have executed, and how a request may name them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphql import DocumentNode, OperationDefinitionNode

from domain.kernel.access import Actor, Role
from graph import errors
from graph.documents import Document, Refused
from graph.trusted.folder import PREFIX, sha256_of
from graph.trusted.remembered import Remembered

if TYPE_CHECKING:
    from graph.execution import Request

SIGNED_IN = frozenset(Role) - {Role.ANONYMOUS}
_HEX = re.compile(r"[0-9a-f]{64}")
_APQ = "persistedQuery"
_APQ_VERSION = 1
_INTROSPECTION = frozenset({"__schema", "__type"})


class Admission:
    """
    What is let in, before anything is parsed: documents by their text or by their sha-256.

    ``trusted`` are texts that everybody may name by ``documentId``; the roles of ``trusted_only``
    have nothing else executed. ``introspecting`` are the roles that may read the schema itself.
    """

    def __init__(
        self,
        trusted: Iterable[str] = (),
        *,
        trusted_only: Collection[Role] = (),
        introspecting: Collection[Role] = SIGNED_IN,
    ) -> None:
        self._trusted = {sha256_of(text): text for text in trusted}
        self._trusted_only = frozenset(trusted_only)
        self._introspecting = frozenset(introspecting)
        self.remembered = Remembered()

    def resolved(self, request: Request, actor: Actor) -> Request:
        """
        The request with its document's text, however it was named.

        Raises:
            Refused: it is named wrongly, twice or not at all, is not known, or may not be run.
        """
        text = self._text(request, actor)
        if actor.role in self._trusted_only and sha256_of(text) not in self._trusted:
            raise Refused(_trusted_only())
        return request if text is request.query else replace(request, query=text)

    def remember(self, request: Request, actor: Actor) -> None:
        """
        Know a valid document from now on, if the client gave it a sha-256 to be known by.

        Nobody in particular and roles with nothing but trusted documents cannot make us.
        """
        if request.extensions.get(_APQ) is None or request.document_id is not None:
            return
        if actor.is_anonymous or actor.role in self._trusted_only:
            return
        self.remembered.put(sha256_of(request.query), request.query)

    def check_introspection(self, document: DocumentNode, actor: Actor) -> None:
        """
        Whether the actor may read what any of the operations asks of the schema.

        Raises:
            Refused: it is not; to be told before validation tells what the schema has.
        """
        if actor.role in self._introspecting:
            return
        asked = Document(document, ())
        operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        if any(not _INTROSPECTION.isdisjoint(asked.root_fields(each)) for each in operations):
            message = "The schema may not be read by introspection here"
            raise Refused(errors.request_error(message, errors.INTROSPECTION_DISABLED))

    def _text(self, request: Request, actor: Actor) -> str:
        extension = request.extensions.get(_APQ)
        if request.document_id is not None:
            if request.query or extension is not None:
                raise _wrong("Name a document in one way: query or documentId", "documentId")
            return self._by_id(request.document_id)
        if extension is not None:
            return self._by_hash(request, _hash_in(extension), actor)
        return request.query

    def _by_id(self, document_id: str) -> str:
        text = self._trusted.get(document_id.removeprefix(PREFIX))
        if text is None:
            message = "No trusted document has this documentId"
            code = errors.PERSISTED_DOCUMENT_NOT_FOUND
            raise Refused(errors.request_error(message, code, path=["documentId"]))
        return text

    def _by_hash(self, request: Request, sha256: str, actor: Actor) -> str:
        if request.query:
            if sha256_of(request.query) != sha256:
                message = "sha256Hash is not the sha-256 of the query"
                path = ["extensions", _APQ, "sha256Hash"]
                refusal = errors.request_error(message, errors.PERSISTED_QUERY_MISMATCH, path=path)
                raise Refused(refusal)
            return request.query
        text = self._trusted.get(sha256)
        if text is None and actor.role in self._trusted_only:
            # Not "send it once more": that would not help.
            raise Refused(_trusted_only())
        text = text or self.remembered.get(sha256)
        if text is None:
            # Clients know the case by this very message or by the code.
            message = "PersistedQueryNotFound"
            raise Refused(errors.request_error(message, errors.PERSISTED_QUERY_NOT_FOUND))
        return text


def _hash_in(extension: Any) -> str:
    """The sha-256 in ``extensions.persistedQuery``. Raises ``Refused``."""
    given = extension if isinstance(extension, dict) else {}
    version, sha256 = given.get("version"), given.get("sha256Hash")
    if type(version) is not int or version != _APQ_VERSION:
        raise _wrong(f"version must be {_APQ_VERSION}", "extensions", _APQ, "version")
    if not isinstance(sha256, str) or _HEX.fullmatch(sha256) is None:
        raise _wrong("sha256Hash must be 64 hex digits", "extensions", _APQ, "sha256Hash")
    return sha256


def _trusted_only() -> dict[str, Any]:
    message = "Only trusted documents are executed for you; name one by its documentId"
    return errors.request_error(message, errors.TRUSTED_DOCUMENTS_ONLY)


def _wrong(message: str, *path: str) -> Refused:
    return Refused(errors.request_error(message, errors.BAD_REQUEST, path=path))
