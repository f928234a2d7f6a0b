"""What can go wrong when somebody signs in, and with accounts."""

from domain.kernel.errors import Conflict, DomainError, ErrorCode, NotFound


class InvalidToken(DomainError):
    """The token is malformed, forged, expired or of another kind: which is not told."""

    code = ErrorCode.UNAUTHENTICATED

    def __init__(self) -> None:
        super().__init__("The token is not valid")


class EmailTaken(Conflict):
    """Another account or a customer signs in with the address."""

    code = ErrorCode.EMAIL_TAKEN

    def __init__(self, email: str) -> None:
        super().__init__(f"Somebody signs in as {email} already", path=["email"])
        self.email = email


class AccountNotFound(NotFound):
    """No account of the number."""

    def __init__(self, account_id: int) -> None:
        super().__init__("account", account_id, path=["accountId"])


class ServiceAccountNameTaken(Conflict):
    """Another service account has the name."""

    code = ErrorCode.SERVICE_ACCOUNT_NAME_TAKEN

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a service account {name} already", path=["name"])
        self.name = name


class ServiceAccountNotFound(NotFound):
    """No service account of the number."""

    def __init__(self, service_account_id: int) -> None:
        super().__init__("service account", service_account_id, path=["serviceAccountId"])
