"""What can go wrong when somebody signs in."""

from domain.kernel.errors import DomainError, ErrorCode


class InvalidToken(DomainError):
    """The token is malformed, forged, expired or of another kind: which is not told."""

    code = ErrorCode.UNAUTHENTICATED

    def __init__(self) -> None:
        super().__init__("The token is not valid")
