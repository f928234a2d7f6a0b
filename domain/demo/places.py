"""The cities that the demo's provider serves: streets, postal codes, phone numbers, tax."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from string import ascii_uppercase, digits


@dataclass(frozen=True, slots=True)
class Country:
    """What holds in all of a country. ``phone`` is a number's form, # standing for a digit."""

    code: str
    name: str
    language: str
    tax_percent: Decimal
    phone: str


@dataclass(frozen=True, slots=True)
class City:
    """
    A city with its areas, each the beginning of the postal codes there and a name.

    ``rest`` is the form of the rest of a postal code: # stands for a digit, @ for a letter.
    """

    code: str
    name: str
    country: Country
    time_zone: str
    areas: tuple[tuple[str, str], ...]
    rest: str
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a postal address, named as the customer module names them."""

    line1: str
    line2: str | None
    locality: str
    region: str | None
    postal_code: str
    country: str


_PT = Country("PT", "Portugal", "pt", Decimal(23), "+351990######")
_ES = Country("ES", "España", "es", Decimal(21), "+34990######")
_FR = Country("FR", "France", "fr", Decimal(20), "+3363998####")
_DE = Country("DE", "Deutschland", "de", Decimal(19), "+49990#######")
_AT = Country("AT", "Österreich", "de", Decimal(20), "+43990#######")
_IT = Country("IT", "Italia", "it", Decimal(22), "+39990#######")
_NL = Country("NL", "Nederland", "nl", Decimal(21), "+31990######")
_IE = Country("IE", "Ireland", "en", Decimal(23), "+353990######")

CITIES = (
    City(
        "LIS", "Lisboa", _PT, "Europe/Lisbon",
        (("1100", "Baixa"), ("1200", "Chiado"), ("1500", "Benfica")), "-###",
        ("Rua Augusta", "Rua da Prata", "Rua do Salitre", "Avenida Almirante Reis"),
    ),
    City(
        "DUB", "Dublin", _IE, "Europe/Dublin",
        (("D02", "South Inner City"), ("D04", "Ballsbridge"), ("D08", "Portobello")), " @###",
        ("Camden Street", "Mount Street", "South Circular Road", "Thomas Street"),
    ),
    City(
        "BER", "Berlin", _DE, "Europe/Berlin",
        (("1011", "Mitte"), ("1043", "Prenzlauer Berg"), ("1099", "Kreuzberg")), "#",
        ("Torstraße", "Kastanienallee", "Oranienstraße", "Invalidenstraße"),
    ),
    City(
        "LYS", "Lyon", _FR, "Europe/Paris",
        (("69001", "Terreaux"), ("69003", "Part-Dieu"), ("69007", "Gerland")), "",
        ("Rue Mercière", "Rue de la République", "Cours Lafayette", "Quai Tilsitt"),
    ),
    City(
        "OPO", "Porto", _PT, "Europe/Lisbon",
        (("4000", "Bonfim"), ("4050", "Ribeira"), ("4150", "Foz")), "-###",
        ("Rua das Flores", "Rua de Cedofeita", "Avenida da Boavista", "Rua do Almada"),
    ),
    City(
        "MAD", "Madrid", _ES, "Europe/Madrid",
        (("2801", "Centro"), ("2804", "Fuencarral"), ("2805", "Vallecas")), "#",
        ("Calle de Atocha", "Calle Mayor", "Calle de Alcalá", "Paseo de Extremadura"),
    ),
    City(
        "VIE", "Wien", _AT, "Europe/Vienna",
        (("1020", "Leopoldstadt"), ("1070", "Neubau"), ("1100", "Favoriten")), "",
        ("Taborstraße", "Neubaugasse", "Favoritenstraße", "Praterstraße"),
    ),
    City(
        "MIL", "Milano", _IT, "Europe/Rome",
        (("2012", "Centro Storico"), ("2013", "Porta Romana"), ("2014", "Ticinese")), "#",
        ("Via Torino", "Corso Buenos Aires", "Via Padova", "Corso di Porta Romana"),
    ),
    City(
        "UTR", "Utrecht", _NL, "Europe/Amsterdam",
        (("3511", "Binnenstad"), ("3521", "Dichterswijk"), ("3584", "De Uithof")), " @@",
        ("Oudegracht", "Biltstraat", "Vleutenseweg", "Nachtegaalstraat"),
    ),
)  # fmt: skip


def address_in(city: City, chance: Random) -> Address:
    """A place in one of the city's areas."""
    prefix, area = chance.choice(city.areas)
    flat = f"{chance.randint(1, 6)}.{chance.randint(1, 4)}" if chance.random() < 0.4 else None
    return Address(
        line1=f"{chance.choice(city.streets)} {chance.randint(1, 180)}",
        line2=flat and f"Apt {flat}",
        locality=city.name,
        region=area,
        postal_code=prefix + filled(city.rest, chance),
        country=city.country.code,
    )


def filled(form: str, chance: Random) -> str:
    """The form with a digit for each # and a letter for each @."""
    letters = {"#": digits, "@": ascii_uppercase}
    return "".join(chance.choice(letters[mark]) if mark in letters else mark for mark in form)
