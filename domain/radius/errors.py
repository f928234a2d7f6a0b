"""What can go wrong with RADIUS sessions and servers."""

from domain.kernel.errors import Conflict, ErrorCode, NotFound


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
