"""The accounts that visitors of the demo sign in with, and those that its counselors sign with."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password

from people.enums import Role
from web.demo.sheet_set import SheetSet

PASSWORD = "steady-week-demo"  # noqa: S105 - printed for everybody to see
ACCOUNTS = (
    ("patient@demo.example", "a patient with a day job"),
    ("counselor@demo.example", "leads the next evening group"),
    ("coordinator@demo.example", "works the board of all sites but the last"),
    ("director@demo.example", "directs every site"),
    ("auditor@demo.example", "sees every site, changes nothing"),
)
OFFICE = (
    ("coordinator@demo.example", "Cory Hale", Role.COORDINATOR),
    ("director@demo.example", "Dirk Amundsen", Role.DIRECTOR),
    ("auditor@demo.example", "Ada Birch", Role.AUDITOR),
)


@dataclass(frozen=True)
class Accounts:
    """The keys of the accounts that belong to no single site."""

    office: tuple[tuple[int, Role], ...]
    password: str

    @property
    def coordinator(self) -> int:
        return next(key for key, role in self.office if role == Role.COORDINATOR)

    def join_site(self, sheets: SheetSet, site: int, *, is_last: bool) -> None:
        """Give the office its roles at a site; the last one is another coordinator's."""
        for key, role in self.office:
            if not (is_last and role == Role.COORDINATOR):
                sheets.memberships.add(key, role.value, site)


def open_office(sheets: SheetSet, *, now: datetime) -> Accounts:
    """The accounts of coordinator, director and auditor."""
    password = make_password(PASSWORD)
    keys = [(sheets.users.add(email, name, password, now), role) for email, name, role in OFFICE]
    return Accounts(tuple(keys), password)


def nobodys_password(rng: Random) -> str:
    """What stands in the place of a password where nobody can sign in ("!" marks it as unusable)."""
    return f"!{rng.getrandbits(160):040x}"


def address(name: str, number: int, domain: str) -> str:
    """An e-mail address under a domain that no mail ever reaches."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{'.'.join(plain.lower().split())}.{number}@{domain}"
