"""What an installation lets in: its own trusted documents, the REST paths', and for which roles."""

from pathlib import Path

from graph.documents import Documents
from graph.rest.endpoints import ENDPOINTS
from graph.rest.operations import source_of
from graph.schema import build_schema
from graph.settings import Settings
from graph.trusted import folder
from graph.trusted.admission import SIGNED_IN, Admission
from graph.trusted.folder import Trusted


def trusted_in(path: Path) -> list[Trusted]:
    """
    The folder's documents, held against the schema.

    Raises:
        BadDocuments: something in it is no good.
    """
    return folder.load(path, Documents(build_schema()._schema))


def admission_of(settings: Settings) -> Admission:
    """
    Who may have which documents executed.

    Raises:
        BadDocuments: something in the folder of trusted documents is no good.
    """
    trusted = trusted_in(settings.trusted_documents) if settings.trusted_documents else []
    # The REST paths serve every role: their documents are ours.
    own = {source_of(endpoint.document) for endpoint in ENDPOINTS}
    introspecting = SIGNED_IN if settings.introspection is None else settings.introspection
    return Admission(
        [*own, *(each.text for each in trusted)],
        trusted_only=settings.trusted_only,
        introspecting=introspecting,
    )
