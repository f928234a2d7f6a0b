"""What can go wrong with a customer."""

from domain.kernel.errors import Conflict, ErrorCode, NotFound


class CustomerNotFound(NotFound):
    """Absent, deleted, or another tenant's: the three look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("customer", key, path=["customerId"])


class AddressNotFound(NotFound):
    def __init__(self, key: object) -> None:
        super().__init__("address", key, path=["addressId"])


class DocumentNotFound(NotFound):
    def __init__(self, key: object) -> None:
        super().__init__("document", key, path=["documentId"])


class UsernameTaken(Conflict):
    """Another customer signs in with this name."""

    code = ErrorCode.USERNAME_TAKEN

    def __init__(self, username: str) -> None:
        super().__init__(f"The username {username} is taken", path=["username"])
        self.username = username


class CustomerNotActive(Conflict):
    """The act needs a customer whose status is ACTIVE (guide, Tariff example)."""

    code = ErrorCode.CUSTOMER_NOT_ACTIVE

    def __init__(self, customer_id: int, status: str) -> None:
        super().__init__(
            f"Customer {customer_id} is {status}: this needs an ACTIVE customer",
            path=["customerId"],
        )
        self.customer_id = customer_id
        self.status = status
