"""The failure tree: what can go wrong by the rules, each with a stable code and a path."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar


class ErrorCode(StrEnum):
    """Stable names of failures: a client may branch on them."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    ACCESS_DENIED = "ACCESS_DENIED"
    READ_ONLY = "READ_ONLY"
    NOT_FOUND = "NOT_FOUND"
    INVALID = "INVALID"
    CONFLICT = "CONFLICT"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    USERNAME_TAKEN = "USERNAME_TAKEN"
    CUSTOMER_NOT_ACTIVE = "CUSTOMER_NOT_ACTIVE"
    RESELLER_CODE_TAKEN = "RESELLER_CODE_TAKEN"
    RESELLER_NOT_ACTIVE = "RESELLER_NOT_ACTIVE"
    PLAN_CODE_TAKEN = "PLAN_CODE_TAKEN"
    PLAN_NOT_ON_SALE = "PLAN_NOT_ON_SALE"
    NO_PLAN_ASSIGNED = "NO_PLAN_ASSIGNED"
    INVOICE_NOT_PAYABLE = "INVOICE_NOT_PAYABLE"
    INVOICE_HAS_PAYMENTS = "INVOICE_HAS_PAYMENTS"
    PAYMENT_ALREADY_RECORDED = "PAYMENT_ALREADY_RECORDED"
    PAYMENT_DISPUTED = "PAYMENT_DISPUTED"
    NOTHING_LEFT_OF_PAYMENT = "NOTHING_LEFT_OF_PAYMENT"
    PAYMENT_UNDER_WAY = "PAYMENT_UNDER_WAY"
    DUNNING_POLICY_CODE_TAKEN = "DUNNING_POLICY_CODE_TAKEN"
    CUSTOMER_CLOSED = "CUSTOMER_CLOSED"
    SEGMENT_CODE_TAKEN = "SEGMENT_CODE_TAKEN"
    SESSION_ENDED = "SESSION_ENDED"
    NAS_TAKEN = "NAS_TAKEN"
    TOO_MANY_WEBHOOK_ENDPOINTS = "TOO_MANY_WEBHOOK_ENDPOINTS"
    TESTED_TOO_OFTEN = "TESTED_TOO_OFTEN"
    TOO_MANY_CREDENTIALS = "TOO_MANY_CREDENTIALS"
    ENCRYPTION_KEY_MISSING = "ENCRYPTION_KEY_MISSING"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    SERVICE_ACCOUNT_NAME_TAKEN = "SERVICE_ACCOUNT_NAME_TAKEN"
    ERASURE_BLOCKED = "ERASURE_BLOCKED"
    BUSY = "BUSY"


class DomainError(Exception):
    """
    A failure by the rules, safe to show: the message names no secret and no SQL.

    ``path`` names the input that is at fault, outermost first, when one is.
    """

    code: ClassVar[ErrorCode]

    def __init__(self, message: str, *, path: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(path)


class Unauthenticated(DomainError):
    """No valid identity came with the request."""

    code = ErrorCode.UNAUTHENTICATED

    def __init__(self) -> None:
        super().__init__("Sign in first")


class InvalidCredentials(DomainError):
    """One message for a wrong password, an unknown login and a disabled one."""

    code = ErrorCode.INVALID_CREDENTIALS

    def __init__(self) -> None:
        super().__init__("The login or the password is wrong")


class AccessDenied(DomainError):
    """The actor's role or scopes do not allow the act, whatever the row."""

    code = ErrorCode.ACCESS_DENIED

    def __init__(self, act: str) -> None:
        super().__init__(f"You may not {act}")


class ReadOnly(AccessDenied):
    """Of what the role allows, the actor may only read for now; ``why`` is a phrase."""

    code = ErrorCode.READ_ONLY

    def __init__(self, act: str, why: str) -> None:
        super().__init__(f"{act} while {why}")


class Busy(DomainError):
    """Too many ask for the same at once: nothing was looked at, and it may be repeated."""

    code = ErrorCode.BUSY

    def __init__(self) -> None:
        super().__init__("Too many passwords are being checked; try again")


class NotFound(DomainError):
    """No such row, or none that the actor may see: the two look the same."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, what: str, key: object, *, path: Sequence[str] = ()) -> None:
        super().__init__(f"No {what} {key}", path=path)
        self.what = what
        self.key = key


class Invalid(DomainError):
    """One input breaks a rule; ``path`` names it and the message says what was expected."""

    code = ErrorCode.INVALID

    def __init__(self, field: str | Sequence[str], reason: str) -> None:
        path = [field] if isinstance(field, str) else list(field)
        super().__init__(f"{'.'.join(path)} {reason}", path=path)
        self.reason = reason


class Conflict(DomainError):
    """The request is well formed, and the present state refuses it."""

    code = ErrorCode.CONFLICT


class VersionConflict(Conflict):
    """Somebody changed the row since the client read it."""

    code = ErrorCode.VERSION_CONFLICT

    def __init__(self, what: str, *, current_version: int) -> None:
        super().__init__(
            f"The {what} has changed: its version is {current_version} now",
            path=["expectedVersion"],
        )
        self.current_version = current_version


class InvalidTransition(Conflict):
    """The state machine has no such arrow; ``allowed`` lists those it has from here."""

    code = ErrorCode.INVALID_TRANSITION

    def __init__(
        self, field: str, *, current: StrEnum, requested: StrEnum, allowed: Sequence[StrEnum]
    ) -> None:
        choices = ", ".join(sorted(allowed)) or "nothing"
        super().__init__(
            f"{field} cannot go from {current} to {requested}; allowed: {choices}", path=[field]
        )
        self.current_state = current
        self.requested_state = requested
        self.allowed_states = sorted(allowed)


class IdempotencyKeyReused(Conflict):
    """The key was used before, with another input."""

    code = ErrorCode.IDEMPOTENCY_KEY_REUSED

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used with another input", path=["idempotencyKey"]
        )
