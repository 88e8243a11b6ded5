"""The feed read back by readers that are not its writer, on both sides of both clock changes, equal to the bookings."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from notifications.enums import FeedDetail
from notifications.services.feeds import create_feed
from people.models import Patient
from scheduling.models import Booking
from scheduling.services.booking import cancel, move
from tests.cast import Cast, at
from tests.notifications.reading import READERS, fetch, read_with

# After "SUMMARY:" and 65 more octets a letter of two spans octets 74 and 75: a fold must not tear it apart.
AT_THE_FOLD = "x" * 65 + "ñ" + " and so on, past the fold"
TITLES = [
    ("2026-03-07 09:00", "Plain"),
    ("2026-03-08 01:30", 'Comma, semicolon; backslash \\ and "quotes"'),
    ("2026-03-08 09:00", "Acción — año 😀 👩‍👩‍👧"),
    ("2026-03-09 09:00", AT_THE_FOLD),
    ("2026-10-31 09:00", "😀" * 30),
    ("2026-11-01 00:30", "Over the hour that comes twice"),
    ("2026-11-01 09:00", "Last"),
    ("2026-11-02 09:00", "é" * 60),
]
ZONES = ["UTC", "Australia/Lord_Howe"]


def patient_in_care_all_year(cast: Cast) -> Patient:
    patient = cast.patient(admitted=False)
    cast.admission(patient, admitted_on=date(2026, 1, 5))
    return patient


def expected_rows(patient: Patient, *, full: bool) -> list[list[object]]:
    """What every reader must find, straight from the bookings."""
    rows = Booking.objects.filter(patient=patient).select_related("session").order_by("starts_at", "pk")
    return [
        [
            row.uid,
            row.starts_at.isoformat(),
            row.ends_at.isoformat(),
            "CANCELLED" if row.status == "cancelled" else "CONFIRMED",
            ("Cancelled: " if row.status == "cancelled" else "") + (row.session.title if full else "Appointment"),
            "Maple Street, 214 Maple Street" if full else None,
        ]
        for row in rows
    ]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("today", "count"), [("2026-03-01", 4), ("2026-10-25", 4)])
def test_readers_agree_with_the_bookings(
    cast: Cast, tmp_path: Path, reader: str, zone: str, today: str, count: int
) -> None:
    now = at(f"{today} 12:00")
    patient = patient_in_care_all_year(cast)
    spring = today < "2026-06"
    chosen = [pair for pair in TITLES if (pair[0] < "2026-06") == spring]
    assert len(chosen) == count
    for starts, title in chosen:
        cast.booked(patient, cast.session(starts, room=False, title=title, now=now), now=now)
    with time_machine.travel(now, tick=False):
        for detail in (FeedDetail.FULL, FeedDetail.APPOINTMENT):
            body = fetch(create_feed(patient, detail=detail, name="Año 😀", actor=None, now=now)[1]).content
            reading = read_with(reader, body, tmp_path, machine_zone=zone)
            assert reading.rows == expected_rows(patient, full=detail == FeedDetail.FULL)
            assert (reading.name, reading.zones) == ("Año 😀", 0)


@pytest.mark.parametrize("reader", READERS)
def test_readers_see_moves_and_cancellations(cast: Cast, tmp_path: Path, reader: str) -> None:
    now = at("2026-03-01 12:00")
    patient = patient_in_care_all_year(cast)
    kept, moved, gone = (
        cast.booked(patient, cast.session(f"2026-03-0{day} 18:00", room=False, now=now), now=now) for day in (7, 8, 9)
    )
    with time_machine.travel(now, tick=False):
        url = create_feed(patient, actor=None, now=now)[1]
        target = cast.session("2026-03-10 18:00", room=False, now=now)
        landed = move(moved, target, actor=None, now=now)
        cancel(gone, actor=None, now=now)
        reading = read_with(reader, fetch(url).content, tmp_path, machine_zone="America/Denver")
    assert reading.rows == expected_rows(patient, full=False)
    assert [(row[0], row[3]) for row in reading.rows] == [
        (kept.uid, "CONFIRMED"),
        (moved.uid, "CANCELLED"),
        (gone.uid, "CANCELLED"),
        (landed.uid, "CONFIRMED"),
    ]


def test_wall_times_on_both_sides_of_the_clock_changes() -> None:
    """The instants that the readers are held to, spelled out once."""
    assert [at(starts) for starts, _ in TITLES] == [
        datetime(2026, 3, 7, 16, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 8, 30, tzinfo=UTC),
        datetime(2026, 3, 8, 15, 0, tzinfo=UTC),
        datetime(2026, 3, 9, 15, 0, tzinfo=UTC),
        datetime(2026, 10, 31, 15, 0, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 16, 0, tzinfo=UTC),
        datetime(2026, 11, 2, 16, 0, tzinfo=UTC),
    ]


def test_no_line_is_longer_than_75_octets_or_tears_a_letter(cast: Cast) -> None:
    now = at("2026-03-01 12:00")
    patient = patient_in_care_all_year(cast)
    cast.booked(patient, cast.session("2026-03-09 09:00", room=False, title=AT_THE_FOLD, now=now), now=now)
    with time_machine.travel(now, tick=False):
        body = fetch(create_feed(patient, detail="full", actor=None, now=now)[1]).content
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines] == body.decode().split("\r\n")
    assert b"SUMMARY:" + b"x" * 65 in lines  # 73 octets: the letter of two octets went to the next line
    assert body.count(b"\n") == body.count(b"\r\n")
