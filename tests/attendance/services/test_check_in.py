"""Checking in at the door: only with the code on the screen, only near the time, only one's own."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from attendance.errors import DoorCodeStale, MarkedAlready, NothingToCheckIn, TooManyAttempts
from attendance.models import AttendanceRecord
from attendance.services.check_in import MOST_ATTEMPTS, check_in, code_at_door
from attendance.services.roster import RosterRow, mark_all_present, save_rows, sign_roster
from people.models import TrailEntry, User
from scheduling.errors import RosterSigned
from scheduling.models import Booking, Session
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db

SIX = at("2026-11-18 18:00")
EARLY = at("2026-11-18 17:50") + timedelta(seconds=20)


@pytest.fixture
def booking(cast: Cast) -> Booking:
    """Ana's on Wednesday's group, 18:00 to 21:00."""
    return cast.booked(cast.ana, cast.session("2026-11-18 18:00"))


def ana_of(cast: Cast) -> User:
    assert cast.ana.user is not None
    return cast.ana.user


def comes(cast: Cast, now: datetime, code: str = "") -> AttendanceRecord:
    return check_in(cast.ana, code or code_at_door(cast.site, now=now), actor=ana_of(cast), now=now)


def test_it_marks_present_arrived_this_minute_on_the_trail(cast: Cast, booking: Booking) -> None:
    record = comes(cast, EARLY)
    assert (record.booking, record.status, record.mode, record.arrived_at, record.credited_minutes) == (
        booking,
        "present",
        "in_person",
        at("2026-11-18 17:50"),
        180,
    )
    assert (record.recorded_by, record.recorded_at) == (ana_of(cast), EARLY)
    entry = TrailEntry.objects.get(action="marked")
    assert (entry.actor_id, entry.patient_id, entry.subject_id) == (ana_of(cast).pk, cast.ana.pk, booking.pk)
    again = comes(cast, EARLY + timedelta(minutes=3))
    assert (again.pk, again.arrived_at, TrailEntry.objects.filter(action="marked").count()) == (
        record.pk,
        at("2026-11-18 17:50"),
        1,
    )


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (SIX - timedelta(minutes=31), False),
        (SIX - timedelta(minutes=30), True),
        (SIX + timedelta(minutes=179), True),
        (SIX + timedelta(minutes=180), False),
    ],
)
def test_only_from_half_an_hour_before_to_the_end(cast: Cast, booking: Booking, now: datetime, opens: bool) -> None:
    if opens:
        assert comes(cast, now).booking == booking
    else:
        with pytest.raises(NothingToCheckIn):
            comes(cast, now)


def test_a_code_of_before_of_another_place_or_of_nothing_is_refused(cast: Cast, booking: Booking) -> None:
    old = code_at_door(cast.site, now=EARLY)
    elsewhere = code_at_door(cast.other_site, now=EARLY)
    for code, now in ((old, EARLY + timedelta(minutes=2)), (elsewhere, EARLY), ("000000", EARLY), ("", EARLY)):
        with pytest.raises(DoorCodeStale):
            check_in(cast.ana, code, actor=ana_of(cast), now=now)
    assert AttendanceRecord.objects.count() == 0
    assert comes(cast, EARLY + timedelta(seconds=60), f" {old[:3]} {old[3:]} ").booking == booking


def test_guessing_ends_after_ten(cast: Cast, booking: Booking) -> None:
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(DoorCodeStale):
            comes(cast, EARLY, "not it")
    with pytest.raises(TooManyAttempts) as refused:
        comes(cast, EARLY)
    assert (refused.value.status, AttendanceRecord.objects.count()) == (429, 0)
    assert comes(cast, EARLY + timedelta(minutes=10)).booking == booking


def test_what_staff_marked_stands(cast: Cast, booking: Booking) -> None:
    mark_all_present(booking.session, actor=cast.dana, now=SIX)
    record = comes(cast, SIX + timedelta(minutes=4))
    assert (record.arrived_at, record.recorded_by, record.credited_minutes) == (None, cast.dana, 180)
    save_rows(booking.session, [RosterRow(booking.pk, "excused")], actor=cast.dana, now=SIX)
    with pytest.raises(MarkedAlready):
        comes(cast, SIX + timedelta(minutes=5))
    assert AttendanceRecord.objects.get().status == "excused"


def test_staff_change_what_the_door_wrote(cast: Cast, booking: Booking) -> None:
    comes(cast, SIX + timedelta(minutes=5))
    row = RosterRow(booking.pk, arrived_at=None)
    save_rows(booking.session, [row], actor=cast.dana, now=SIX + timedelta(minutes=6))
    record = AttendanceRecord.objects.get()
    assert (record.arrived_at, record.credited_minutes, record.recorded_by) == (None, 180, cast.dana)


def test_a_signed_roster_refuses(cast: Cast, booking: Booking) -> None:
    save_rows(booking.session, [RosterRow(booking.pk, "no_show")], actor=cast.dana, now=SIX)
    sign_roster(booking.session, actor=cast.dana, now=booking.ends_at)
    Session.objects.filter(pk=booking.session_id).update(ends_at=booking.ends_at + timedelta(hours=1))
    Booking.objects.filter(pk=booking.pk).update(ends_at=booking.ends_at + timedelta(hours=1))
    with pytest.raises(RosterSigned):
        comes(cast, booking.ends_at)


@pytest.mark.parametrize(
    ("fields", "opens"), [({"mode": "telehealth", "room": False}, False), ({"mode": "either"}, True)]
)
def test_by_video_there_is_no_door(cast: Cast, fields: dict[str, Any], opens: bool) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00", **fields))
    if opens:
        assert comes(cast, EARLY).mode == "in_person"
    else:
        with pytest.raises(NothingToCheckIn):
            comes(cast, EARLY)


def test_of_two_one_after_the_other_the_next_is_checked_into_after_the_first(cast: Cast) -> None:
    first = cast.booked(cast.ana, cast.session("2026-11-18 17:00", minutes=60))
    second = cast.booked(cast.ana, cast.session("2026-11-18 18:00", room=False, counselor=False))
    assert [comes(cast, EARLY).booking for _ in range(3)] == [first, second, second]


def test_somebody_elses_seat_is_none(cast: Cast, booking: Booking) -> None:
    ben = cast.ben
    assert ben.user is not None
    with pytest.raises(NothingToCheckIn):
        check_in(ben, code_at_door(cast.site, now=EARLY), actor=ben.user, now=EARLY)
