"""The names of the demo clinic. All are invented; the telephone numbers are from the range kept for fiction."""

FIRST_NAMES = (
    "Alma Ben Chidi Dolores Eli Farah Grace Hank Ivy Jonas Kaya Luis Mei Nadia Omar Priya Quinn Rosa Sam Tyrell Uma Victor Wen "
    "Ximena Yusuf Zoe Amara Bruno Celia Dmitri Esther Felipe Gwen Hassan Ines Jalen Katya Lena Marcus Noor Oscar Paloma Rahul "
    "Sofia Theo Ursula Vera Walt Yara Zane Aisha Boris Carmen Diego Elena Frank Gita Hugo Iris Jamal"
).split()

LAST_NAMES = (
    "Adler Bell Carter Diaz Ellis Fontaine Grant Haddad Ibarra Jimenez Kowalski Lin Moore Nair Okafor Park Quintero Reyes Stone "
    "Torres Ueda Vega Weber Xu Young Zhao Abbott Brooks Castillo Doyle Eriksen Flores Greene Hoffmann Ivanov Jensen Khan Lopez "
    "Mbeki Novak Ortiz Petrov Ramos Santos Turner Underwood Vasquez Walsh Yilmaz Zimmer"
).split()

COUNSELORS = (
    "Dana Keller|Marco Lenz|Ines Prado|Nora Stein|Paul Abara|Lucia Marsh|Jo Whitfield|Anders Holm|Tessa Quayle|Ravi Menon|"
    "Greta Simms|Caleb Ruiz|Helen Osei|Milo Farkas|Bea Lindqvist|Simon Adeyemi"
).split("|")

STREETS = "Maple Elm Cedar Harbor Juniper Linden Orchard Prairie Quarry River Summit Willow Aspen Birch Canyon Dover".split()

ZONES = (
    "America/Denver",
    "America/New_York",
    "America/Phoenix",
    "America/Chicago",
    "America/Los_Angeles",
)

DISTINCT_WEEKDAYS = ("monday", "thursday")
"""Weeks begin on different days at the first two sites, so that some week is always half done."""


def person_name(number: int) -> str:
    """The name of the nth person; thousands of them are distinct, then they repeat as names do."""
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[(number // len(FIRST_NAMES) + number * 7) % len(LAST_NAMES)]
    return f"{first} {last}"


def site_name(number: int) -> str:
    """The name of the nth site."""
    return f"{STREETS[number % len(STREETS)]} Street" + (f" {number // len(STREETS) + 1}" if number >= len(STREETS) else "")


def phone(number: int) -> str:
    """A number that belongs to nobody."""
    return f"+1303555{100 + number % 100:04}"
