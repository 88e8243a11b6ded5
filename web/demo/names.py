"""Names of the demo clinic's people and places: all invented, with telephone numbers kept for fiction."""

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words("""
    Aaliyah Adrian Aisha Alan Amara Amir Andre Angela Anton Asha Beatriz Ben Bianca Boris Bruno Caleb Carla Cedric
    Chidi Claire Dalia Damon Darius Dawn Devin Dolores Dorothy Dwayne Edith Eli Elsa Emeka Erin Esther Ethan Farah
    Felix Fiona Gavin Gita Gloria Grace Hana Hank Hassan Helen Hiro Hugo Imani Ines Irene Isaac Ivy Jada Jamal Jens
    Joel Jonas June Kaya Keiko Kenji Kofi Lamar Lars Layla Leah Lena Leroy Linh Lorna Lucas Maeve Malik Marcus Margot
    Mei Mila Miles Mina Miriam Nadia Naomi Nikhil Noor Olga Omar Otis Pearl Petra Piotr Priya Quinn Rahul Ravi Renee
    Rhea Roland Rosa Ruth Sam Samira Saul Selma Shawn Silas Simone Sonia Stella Sven Tara Teo Thandi Theo Tomas Tyrell
    Uma Vera Victor Vikram Walt Wen Willa Xavier Yara Yusuf Zane Zoe
""")

SPANISH_FIRST_NAMES = _words("""
    Alejandra Andrés Camila Carlos Carmen Daniela Diego Elena Esteban Fabiola Fernando Gabriela Gilberto Guadalupe
    Héctor Inés Javier José Lucía Luis Manuel María Mateo Miguel Paloma Pilar Ramón Rocío Rosario Salvador Sofía
    Teresa Tomás Valeria Ximena
""")

LAST_NAMES = _words("""
    Abara Abbott Adeyemi Adler Albright Amundsen Arnold Ashford Baptiste Barlow Beck Bell Bishop Bowen Boyd Brandt
    Brooks Byrne Calloway Carter Chen Cho Clarke Coleman Conrad Cooper Crane Dalton Dang Davies Dawson Delacroix Desai
    Doyle Drummond Dunn Eastman Ellis Eriksen Everett Farkas Fields Finch Fletcher Fontaine Foster Frost Gallagher
    Gibbs Goldberg Graham Grant Greene Gupta Haddad Hale Hansen Harper Hart Hassan Hayes Hendricks Hill Hoffmann Holm
    Howell Huang Ibrahim Ingram Ivanov Jackson Jansen Jensen Joseph Kamara Kane Kaplan Khan Kim Klein Kowalski Laine
    Lambert Larsen Lawson Lee Levine Lin Lindqvist Lowe Mack Marsh Mbeki McCoy Mehta Mercer Moore Morrow Moss Nair
    Nash Nguyen Nolan Novak Obi Okafor Olsen Osei Owens Palmer Park Patel Pearce Petrov Phan Pike Pope Porter Price
    Quayle Quick Rao Reid Rhodes Rossi Rowe Saito Sato Shah Shaw Simms Singh Sloan Snow Soto Stein Stone Sutton Takeda
    Tate Tran Turner Ueda Underwood Vance Vaughn Voss Wallace Walsh Ward Weber Webb West Whitfield Wong Wood Wright Xu
    Yates Yilmaz York Young Zhao Zimmer
""")

SPANISH_LAST_NAMES = _words("""
    Aguilar Álvarez Blanco Cabrera Calderón Castillo Castro Delgado Díaz Domínguez Escobar Espinoza Fuentes García
    Gómez Guerrero Herrera Ibarra Jiménez León López Luna Maldonado Martínez Medina Méndez Morales Navarro Núñez
    Ortega Ortiz Peña Pineda Prado Quintero Ramírez Reyes Ríos Rivera Rosales Ruiz Salazar Sandoval Santos Serrano
    Torres Valdez Vargas Vega Zamora
""")

COUNSELORS = (
    "Marco Lenz",
    "Ines Prado",
    "Nora Stein",
    "Paul Abara",
    "Lucia Marsh",
    "Jo Whitfield",
    "Anders Holm",
    "Tessa Quayle",
    "Ravi Menon",
    "Greta Simms",
    "Caleb Ruiz",
    "Helen Osei",
    "Milo Farkas",
    "Bea Lindqvist",
    "Simon Adeyemi",
    "Carla Voss",
    "Amit Desai",
    "Ruth Calloway",
    "Leon Baptiste",
    "Mara Novak",
    "Tom Ellery",
    "Yuki Saito",
    "Dele Obi",
    "Sara Klein",
    "Hugo Lambert",
    "Nina Petrov",
    "Owen Price",
    "Rosa Medina",
    "Joel Katz",
    "Pia Larsen",
)

CREDENTIALS = ("LAC", "LPC", "LCSW", "CAC III", "LMFT")

SITES = ("Maple Street", "Harbor Point")
SITE_WORDS = _words("""
    Cedar Juniper Linden Orchard Prairie Quarry River Summit Willow Aspen Birch Canyon Dover Elm Foothill Garden
    Hillside Lakeview Meadow Northgate Oakwood Parkside Ridge Sunset
""")
SITE_KINDS = ("Street", "Court", "Avenue", "Plaza", "Row", "Corner")

ZONES = (
    "America/Denver",
    "America/New_York",
    "America/Phoenix",
    "America/Chicago",
    "America/Los_Angeles",
)
AREA_CODES = {
    "America/Denver": 303,
    "America/New_York": 212,
    "America/Phoenix": 602,
    "America/Chicago": 312,
    "America/Los_Angeles": 213,
}


def person_name(rng: Random, *, spanish: bool) -> str:
    """Somebody's first and last name."""
    if spanish:
        return f"{rng.choice(SPANISH_FIRST_NAMES)} {rng.choice(SPANISH_LAST_NAMES)}"
    last = SPANISH_LAST_NAMES if rng.random() < 0.15 else LAST_NAMES
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(last)}"


def site_name(number: int) -> str:
    """The name of the nth site, the first is 0; they do not repeat."""
    if number < len(SITES):
        return SITES[number]
    kind, word = divmod(number - len(SITES), len(SITE_WORDS))
    round_, kind = divmod(kind, len(SITE_KINDS))
    return f"{SITE_WORDS[word]} {SITE_KINDS[kind]}" + (f" {round_ + 1}" if round_ else "")


def counselor_name(number: int) -> str:
    """The nth counselor; there are enough names for one site, others share them."""
    return COUNSELORS[number % len(COUNSELORS)]


def phone(number: int, *, zone: str) -> str:
    """A telephone number that belongs to nobody (555-0100 to 555-0199)."""
    return f"+1{AREA_CODES[zone]}55501{number % 100:02}"
