"""Codes are those that the standards list, in the letters that they use."""

from importlib import resources

import pytest

from domain.kernel import values
from domain.kernel.codes import COUNTRIES, CURRENCIES
from domain.kernel.errors import Invalid
from domain.kernel.money import exponent


@pytest.mark.parametrize("code", ["PT", "DE", "AX", "SS"])
def test_a_country_is_one_of_iso_3166(code):
    assert values.country_code(code) == code


@pytest.mark.parametrize("code", ["XX", "UK", "YU", "pt", "PRT", "", "P", "ＰＴ", "PT\n"])
def test_any_other_two_letters_are_no_country(code):
    with pytest.raises(Invalid, match="is not an ISO 3166-1"):
        values.country_code(code)


@pytest.mark.parametrize("code", ["EUR", "USD", "JPY", "KWD", "XOF"])
def test_a_currency_is_one_of_iso_4217(code):
    assert values.currency_code(code) == code


@pytest.mark.parametrize("code", ["AAA", "DEM", "XXX", "XAU", "XTS", "eur", "EURO", "", "€"])
def test_what_nobody_pays_with_is_no_currency(code):
    with pytest.raises(Invalid, match="is not an ISO 4217"):
        values.currency_code(code)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("en", "en"),
        (" PT ", "pt"),
        ("pt-br", "pt-BR"),
        ("ZH-HANT-tw", "zh-Hant-TW"),
        ("sr-Latn", "sr-Latn"),
    ],
)
def test_a_language_is_written_as_bcp_47_recommends(given, expected):
    assert values.language_tag(given) == expected


@pytest.mark.parametrize(
    "tag", ["", "xx", "english", "en_US", "en-XX", "en-", "-PT", "ｅｎ", "e\0"]
)
def test_what_nobody_speaks_is_no_language(tag):
    with pytest.raises(Invalid, match="is not a language") as refusal:
        values.language_tag(tag)
    assert refusal.value.path == ("language",)


def test_the_countries_are_those_of_the_time_zone_database():
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text()
    listed = {line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")}

    assert listed == COUNTRIES


def test_every_currency_has_two_three_or_no_decimals():
    assert {exponent(code) for code in CURRENCIES} == {0, 2, 3}
