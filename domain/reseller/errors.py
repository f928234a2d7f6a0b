"""What can go wrong with a reseller or its commission."""

from domain.kernel.errors import Conflict, ErrorCode, NotFound


class ResellerNotFound(NotFound):
    """Absent, or outside the actor's subtree: the two look the same."""

    def __init__(self, key: object) -> None:
        super().__init__("reseller", key, path=["resellerId"])


class CommissionNotFound(NotFound):
    def __init__(self, key: object) -> None:
        super().__init__("commission entry", key, path=["commissionId"])


class ResellerCodeTaken(Conflict):
    """Another reseller has this code."""

    code = ErrorCode.RESELLER_CODE_TAKEN

    def __init__(self, reseller_code: str) -> None:
        super().__init__(f"The reseller code {reseller_code} is taken", path=["code"])
        self.reseller_code = reseller_code


class ResellerNotActive(Conflict):
    """Only an ACTIVE reseller takes on customers and sub-resellers."""

    code = ErrorCode.RESELLER_NOT_ACTIVE

    def __init__(self, reseller_id: int, status: str, *, field: str = "resellerId") -> None:
        super().__init__(
            f"Reseller {reseller_id} is {status}: this needs an ACTIVE reseller", path=[field]
        )
        self.reseller_id = reseller_id
        self.status = status
