"""Names of people and organisations, by country. None is meant to be anybody's."""

from random import Random

from domain.customer.models import CustomerType

_FIRST = {
    "PT": "Inês Beatriz Mariana Leonor Carolina Rita João Tiago Duarte Miguel Rui Gonçalo",
    "ES": "Lucía Marta Carmen Irene Alba Nuria Javier Álvaro Pablo Sergio Diego Hugo",
    "FR": "Camille Léa Manon Chloé Élodie Amélie Théo Lucas Antoine Julien Mathieu Bastien",
    "DE": "Anna Lena Johanna Katrin Miriam Ayşe Jonas Felix Matthias Lukas Stefan Emre",
    "AT": "Magdalena Theresa Valentina Sophie Eva Hannah Maximilian Florian Tobias Elias Paul",
    "IT": "Giulia Chiara Martina Francesca Elena Sara Lorenzo Matteo Davide Alessandro Marco Luca",
    "NL": "Sanne Fleur Lotte Femke Noor Anouk Daan Bram Thijs Sem Lars Ruben",
    "IE": "Aoife Niamh Ciara Saoirse Róisín Orla Conor Cillian Oisín Darragh Eoin Fionn",
}
_LAST = {
    "PT": "Almeida Carvalho Figueiredo Lourenço Moreira Nogueira Pacheco Queirós Ramalho Teixeira",
    "ES": "Aguilar Castaño Delgado Fuentes Herrera Ibáñez Navarro Ortega Pizarro Quintana",
    "FR": "Aubert Chevalier Delorme Fontaine Garnier Lacroix Mercier Perrin Rousseau Vasseur",
    "DE": "Albrecht Brandt Dietrich Hartmann Kessler Lindner Öztürk Reinhardt Seidel Vogt",
    "AT": "Aigner Brunner Eder Hofbauer Leitner Moser Pichler Steiner Wallner Zauner",
    "IT": "Barbieri Colombo De Luca Ferrari Galli Marchetti Palmieri Ricci Santoro Vitale",
    "NL": "Bakker Dijkstra Hendriks Jansen Kuipers Mulder Postma Smit Verhoeven Vermeer",
    "IE": "Brennan Byrne Doherty Fitzgerald Gallagher Keane Lynch Murphy Nolan Quinn",
}
_TRADES = {
    "PT": "Padaria Livraria Clínica Oficina Cerâmica",
    "ES": "Panadería Librería Clínica Taller Bodega",
    "FR": "Boulangerie Librairie Clinique Atelier Imprimerie",
    "DE": "Bäckerei Buchhandlung Praxis Werkstatt Druckerei",
    "AT": "Konditorei Buchhandlung Ordination Tischlerei Weinhandel",
    "IT": "Panificio Libreria Clinica Officina Tipografia",
    "NL": "Bakkerij Boekhandel Praktijk Werkplaats Drukkerij",
    "IE": "Bakery Bookshop Surgery Workshop Brewery",
}
_LEGAL_FORM = {
    "PT": "Lda.",
    "ES": "S.L.",
    "FR": "SARL",
    "DE": "GmbH",
    "AT": "GmbH",
    "IT": "S.r.l.",
    "NL": "B.V.",
    "IE": "Ltd",
}
_OFFICES = ("City Archive", "Public Library", "Water Works", "Fire Service", "Town Council")
_SCHOOLS = ("Technical College", "Primary School", "Music Academy", "Institute of Design")
_CAUSES = ("Food Bank", "Friends of the Parks", "Animal Shelter", "Youth Orchestra")


def person_name(country: str, chance: Random) -> tuple[str, str]:
    """A first and a last name of the country, or now and then of two countries."""
    other = chance.choice(tuple(_LAST)) if chance.random() < 0.12 else country
    last_names = _LAST[other].replace("De Luca", "De-Luca").split()
    first = chance.choice(_FIRST[country].split())
    return first, chance.choice(last_names).replace("De-Luca", "De Luca")


def organisation_name(kind: CustomerType, country: str, city: str, chance: Random) -> str:
    """What an organisation of the kind may be called in the city."""
    if kind is CustomerType.GOVERNMENT:
        return f"{city} {chance.choice(_OFFICES)}"
    if kind is CustomerType.EDUCATIONAL:
        return f"{city} {chance.choice(_SCHOOLS)}"
    if kind is CustomerType.NON_PROFIT:
        return f"{city} {chance.choice(_CAUSES)}"
    owner = person_name(country, chance)[1]
    trade = chance.choice(_TRADES[country].split())
    return f"{trade} {owner} {_LEGAL_FORM[country]}"
