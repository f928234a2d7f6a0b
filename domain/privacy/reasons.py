"""Grounds of an erasure, apart from the tables: a command line names them before it needs those."""

from enum import StrEnum


class ErasureReason(StrEnum):
    """On which ground of GDPR art. 17(1) a person's data is erased."""

    NO_LONGER_NECESSARY = "NO_LONGER_NECESSARY"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    OBJECTION = "OBJECTION"
    UNLAWFUL_PROCESSING = "UNLAWFUL_PROCESSING"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
