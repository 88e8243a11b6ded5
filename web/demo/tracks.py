"""What a demo site puts on in a week, and the shifts that its people work."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

WEEKDAYS = "MO,TU,WE,TH,FR"


@dataclass(frozen=True)
class Track:
    """A series of the demo: weekdays, start, length, break, seats, and which counselor (by number) leads it."""

    days: str
    starts: str
    minutes: int
    kind: str
    focus: str
    capacity: int
    counselor: int
    room: str | None
    mode: str = "in_person"
    break_after: int | None = None

    @property
    def clinical_minutes(self) -> int:
        return self.minutes - (15 if self.break_after else 0)


FOCI = {
    "process": "Process group",
    "skills": "Skills",
    "education": "Relapse-prevention education",
    "dual": "Dual diagnosis",
    "family": "Family education",
    "check_in": "Check-in",
}


def tracks_for(people: int) -> list[Track]:
    """The series of a site with so many people: evenings, mornings, weekends, by video, one-to-one and family.

    Nobody leads two at once: evening counselors take the evening groups, the next ones the mornings and weekends.
    """
    return [*_evenings(max(2, ceil(people / 19))), *_mornings(max(1, ceil(people / 75))), *_weekends(max(1, ceil(people / 45)))]


def counselors_needed(people: int) -> int:
    """How many counselors the tracks name."""
    return 1 + max(track.counselor for track in tracks_for(people))


def rooms_needed(people: int) -> list[str]:
    """The rooms that the tracks name, in order."""
    return sorted({track.room for track in tracks_for(people) if track.room})


def _evenings(parallel: int) -> Iterator[Track]:
    foci = ("process", "skills", "education", "dual")
    for number in range(parallel):
        room, focus = f"Room {number + 2}", foci[number % len(foci)]
        yield Track(WEEKDAYS, "18:00", 180, "group", focus, 12, number, room, break_after=90)
        if number % 3 == 0:
            yield Track("TU,TH", "16:45", 60, "individual", "check_in", 1, number, None)
        if number % 3 == 1:
            yield Track("MO,WE", "16:45", 60, "individual", "check_in", 1, number, None, mode="telehealth")


def _mornings(parallel: int) -> Iterator[Track]:
    for number in range(parallel):
        counselor = 40 + number
        yield Track(WEEKDAYS, "09:30", 180, "group", "skills", 12, counselor, f"Room {number + 2}", break_after=90)
        yield Track("MO,WE,FR", "07:00", 90, "group", "process", 12, counselor, None, mode="telehealth")
        yield Track("TU,TH", "13:30", 60, "individual", "check_in", 1, counselor, None)


def _weekends(parallel: int) -> Iterator[Track]:
    for number in range(parallel):
        counselor, room = 60 + number, f"Room {number + 2}"
        yield Track("SA", "09:00", 180, "group", "education", 12, counselor, room, break_after=90)
        yield Track("SA", "12:15", 60, "individual", "check_in", 1, counselor, None)
        yield Track("SA", "14:00", 180, "group", "process", 12, counselor, None, mode="telehealth", break_after=90)
        yield Track("SU", "10:00", 180, "group", "skills", 12, counselor, room, break_after=90)
        yield Track("SU", "14:00", 120, "family", "family", 8, counselor, room)


@dataclass(frozen=True)
class Shift:
    """A busy time: weekdays, from, to (past midnight where it is earlier), every `interval` weeks from `offset` on."""

    days: str
    starts: str
    ends: str
    interval: int = 1
    offset: int = 0
    travel: int = 30


SHIFTS: dict[str, tuple[Shift, ...]] = {
    "day": (Shift(WEEKDAYS, "08:00", "16:30"),),
    "early": (Shift(WEEKDAYS, "06:00", "14:30", travel=20),),
    "late": (Shift(WEEKDAYS, "14:00", "22:30"),),
    "rotating": (Shift(WEEKDAYS, "06:00", "14:00", 2, 0), Shift(WEEKDAYS, "14:00", "22:00", 2, 1)),
    "weekend": (Shift("FR,SA,SU", "10:00", "20:00"), Shift("MO,TU", "08:00", "14:00")),
    "night": (Shift("SU,MO,TU,WE", "22:00", "06:00"),),
    "none": (),
    "two jobs": (Shift(WEEKDAYS, "06:00", "15:30"), Shift(WEEKDAYS, "17:00", "23:30"), Shift("SA,SU", "07:00", "19:00")),
}

MIXTURE = (
    ("day", 46),
    ("early", 11),
    ("late", 9),
    ("rotating", 9),
    ("weekend", 9),
    ("night", 4),
    ("none", 12),
)
