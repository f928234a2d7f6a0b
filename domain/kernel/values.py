"""Values checked the same at every door: names, e-mail addresses, phone numbers, codes."""

import re
import unicodedata
import zoneinfo
from functools import cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from domain.kernel.codes import COUNTRIES, CURRENCIES, LANGUAGES
from domain.kernel.errors import Invalid

_LANGUAGE = re.compile(r"([a-z]{2})(?:-([a-z]{4}))?(?:-([a-z]{2}))?", re.ASCII | re.IGNORECASE)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")


def text(value: str, field: str, *, longest: int = 200, shortest: int = 1) -> str:
    """
    One line of text, trimmed and in NFC.

    Raises:
        Invalid: too short or long once trimmed, or with control characters.
    """
    cleaned = unicodedata.normalize("NFC", value).strip()
    if not shortest <= len(cleaned) <= longest:
        raise Invalid(field, f"must have {shortest} to {longest} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned):
        raise Invalid(field, "must not have control characters")
    return cleaned


def email_address(value: str, field: str = "email") -> str:
    """
    The address in its normal form (RFC 5321; the domain in lower case).

    Raises:
        Invalid: not an e-mail address.
    """
    try:
        return str(validate_email(value, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise Invalid(field, "is not an e-mail address") from None


def phone_number(value: str, field: str = "phone") -> str:
    """
    The number as E.164 (``+351912345678``).

    Raises:
        Invalid: no country prefix, or not a possible number there.
    """
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        raise Invalid(field, "is not a phone number in E.164 form") from None
    if not phonenumbers.is_possible_number(number):
        raise Invalid(field, "is not a possible phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def username(value: str, field: str = "username") -> str:
    """
    A login name in lower case: 3 to 64 of letters, digits and ``. _ @ + -``.

    Raises:
        Invalid: anything else.
    """
    lowered = value.strip().lower()
    if not _USERNAME.fullmatch(lowered):
        raise Invalid(field, "must be 3 to 64 of a-z, 0-9 and . _ @ + -")
    return lowered


def country_code(value: str, field: str = "country") -> str:
    """An ISO 3166-1 alpha-2 code in upper case. Raises ``Invalid`` otherwise."""
    if value not in COUNTRIES:
        raise Invalid(field, "is not an ISO 3166-1 alpha-2 country code")
    return value


def currency_code(value: str, field: str = "currency") -> str:
    """The ISO 4217 code, in upper case, of money in use. Raises ``Invalid`` otherwise."""
    if value not in CURRENCIES:
        raise Invalid(field, "is not an ISO 4217 currency code")
    return value


def language_tag(value: str, field: str = "language") -> str:
    """
    A language by ISO 639-1, if need be with script and country: ``pt``, ``pt-BR``, ``zh-Hant-TW``.

    Letters take the case that BCP 47 recommends (RFC 5646 §2.1.1). Raises ``Invalid`` otherwise.
    """
    match = _LANGUAGE.fullmatch(value.strip())
    language, script, country = match.groups("") if match else ("", "", "")
    is_known = language.lower() in LANGUAGES and country.upper() in {"", *COUNTRIES}
    if not is_known:
        raise Invalid(field, "is not a language like en or pt-BR")
    parts = (language.lower(), script.capitalize(), country.upper())
    return "-".join(part for part in parts if part)


def time_zone(value: str, field: str = "timeZone") -> str:
    """An IANA time zone name. Raises ``Invalid`` otherwise."""
    if value not in _time_zones():
        raise Invalid(field, "is not an IANA time zone")
    return value


@cache
def _time_zones() -> set[str]:
    # Finding them opens every file of the time zone database.
    return zoneinfo.available_timezones()
