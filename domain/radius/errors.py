"""What can go wrong with RADIUS sessions and servers."""

from domain.kernel.errors import Conflict, DomainError, ErrorCode, NotFound


class SessionNotFound(NotFound):
    """Absent, or another tenant's: the two look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("session", key, path=["sessionId"])


class SessionEnded(Conflict):
    """The act needs a session that is online."""

    code = ErrorCode.SESSION_ENDED

    def __init__(self, session_id: int) -> None:
        super().__init__(f"Session {session_id} has ended already", path=["sessionId"])
        self.session_id = session_id


class NasTaken(Conflict):
    """Another NAS has the name or the address."""

    code = ErrorCode.NAS_TAKEN

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"A NAS with the {field} {value} is registered already", path=[field])


class CredentialNotFound(NotFound):
    """Absent, ended, or another tenant's: the three look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("service credential", key, path=["credentialId"])


class CredentialNameTaken(Conflict):
    """Another customer comes online or signs in with the name."""

    code = ErrorCode.USERNAME_TAKEN

    def __init__(self, username: str) -> None:
        super().__init__(f"The username {username} is taken", path=["username"])


class TooManyCredentials(Conflict):
    """The customer has as many as one may have."""

    code = ErrorCode.TOO_MANY_CREDENTIALS

    def __init__(self, most: int) -> None:
        super().__init__(f"A customer has at most {most} service credentials", path=["customerId"])


class SecretUnavailable(DomainError):
    """A secret was sealed under a key that this installation does not have."""

    code = ErrorCode.ENCRYPTION_KEY_MISSING

    def __init__(self) -> None:
        super().__init__("The secret cannot be opened: its encryption key is not configured")
