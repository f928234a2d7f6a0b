"""The secrets that lines come online with: made to be typed, kept sealed, opened for one use."""

import hmac
import re
import secrets

from domain.kernel.errors import Invalid
from domain.kernel.sealing import SealedColumn
from domain.kernel.vault import Unopenable, Vault
from domain.radius.errors import SecretUnavailable
from domain.radius.models import ServiceCredential

SHORTEST = 8
#: A RADIUS User-Password holds 128 octets (RFC 2865 §5.2).
LONGEST = 128
# No two of these look alike, in print or on a screen: no i, l, o, 0, 1.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4
_NAME_CHARACTERS = 6
# CHAP and MS-CHAP compare octets: a character has to be the same octet on every device.
_TYPEABLE = re.compile(rf"[!-~](?:[ -~]{{{SHORTEST - 2},{LONGEST - 2}}}[!-~])")


def new_password() -> str:
    """79 bits as 16 letters and digits in groups of four: ``k7mp-3xqd-v9ha-2tre``."""
    return "-".join(_random(_GROUP) for _ in range(_GROUPS))


def new_username(customer_id: int) -> str:
    """A name that nobody has yet, but for one chance in 900 million."""
    return f"c{customer_id}-{_random(_NAME_CHARACTERS)}"


def checked_password(password: str) -> str:
    """
    The password as an older system gave it out.

    Raises:
        Invalid: not 8 to 128 printable ASCII characters, or a space at either end.
    """
    if not _TYPEABLE.fullmatch(password):
        reason = f"must be {SHORTEST} to {LONGEST} printable ASCII characters, no space around"
        raise Invalid("password", reason)
    return password


def sealed(vault: Vault, customer_id: int, username: str, password: str) -> bytes:
    """The password as the database keeps it: of use for this customer's credential only."""
    return vault.seal(password.encode(), place=place(customer_id, username))


def opened(vault: Vault | None, credential: ServiceCredential) -> str:
    """The password of a credential that has not ended. Raises ``SecretUnavailable``."""
    if vault is None or credential.sealed is None:
        raise SecretUnavailable
    where = place(credential.customer_id, credential.username)
    try:
        return vault.open(credential.sealed, place=where).decode()
    except Unopenable:
        raise SecretUnavailable from None


def is_right(password: str, given: str) -> bool:
    """Whether the two are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(password.encode(), given.encode(errors="replace"))


def place(customer_id: int, username: str) -> str:
    """What a sealed password is bound to; neither changes as long as it lives."""
    return f"radius.credentials:{customer_id}:{username}"


def _random(characters: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(characters))


SEALED = SealedColumn(ServiceCredential, bound_to=("customer_id", "username"), place=place)
