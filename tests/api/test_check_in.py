"""Checking in at the door by the API: one's own booking, near its time, with the code on the screen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from attendance.models import AttendanceRecord
from attendance.services.check_in import code_at_door
from attendance.services.roster import RosterRow, save_rows
from people.models import User
from scheduling.models import Booking
from tests.api.conftest import Clients
from tests.cast import Cast, at

EARLY = at("2026-11-18 17:50")
BEFORE = at("2026-11-12 12:00")


@pytest.fixture(autouse=True)
def _ten_to_six() -> Iterator[None]:
    with time_machine.travel(EARLY, tick=False):
        yield


@pytest.fixture
def booking(cast: Cast) -> Booking:
    """Ana's on the group at six."""
    return cast.booked(cast.ana, cast.session("2026-11-18 18:00", now=BEFORE), now=BEFORE)


def comes(client_of: Clients, user: User | None, booking: Booking, **body: Any) -> tuple[int, Any]:
    answer = client_of(user).post(f"/api/v1/bookings/{booking.pk}/check-in/", body, format="json")
    return answer.status_code, answer.json()


def test_with_the_code_one_is_here_and_twice_changes_nothing(cast: Cast, client_of: Clients, booking: Booking) -> None:
    code = code_at_door(cast.site, now=EARLY)
    here = {"booking": str(booking.pk), "status": "present", "arrived_at": "2026-11-18T17:50:00-07:00"}
    assert comes(client_of, cast.ana.user, booking, code=f"{code[:3]} {code[3:]}") == (200, here)
    with time_machine.travel(EARLY + timedelta(seconds=50), tick=False):
        assert comes(client_of, cast.ana.user, booking, code=code) == (200, here)
    assert AttendanceRecord.objects.get().recorded_by == cast.ana.user


def test_it_is_the_booking_that_is_named(cast: Cast, client_of: Clients, booking: Booking) -> None:
    code = code_at_door(cast.site, now=EARLY)
    later = cast.booked(cast.ana, cast.session("2026-11-19 18:00", now=BEFORE), now=BEFORE)
    status, said = comes(client_of, cast.ana.user, later, code=code)
    assert (status, said["code"]) == (409, "nothing_to_check_in")
    assert not AttendanceRecord.objects.exists()


def test_only_ones_own_and_only_what_one_sees(cast: Cast, client_of: Clients, booking: Booking) -> None:
    code = code_at_door(cast.site, now=EARLY)
    users = (cast.dana, cast.cory, cast.ada, cast.ben.user, cast.stranger, None)
    found = [comes(client_of, user, booking, code=code) for user in users]
    assert [(status, said["code"]) for status, said in found] == [
        (403, "not_allowed"),
        (403, "not_allowed"),
        (403, "not_allowed"),
        (404, "not_found"),
        (404, "not_found"),
        (401, "not_authenticated"),
    ]
    assert not AttendanceRecord.objects.exists()


def test_a_wrong_code_is_refused_and_ten_of_them_are_enough(cast: Cast, client_of: Clients, booking: Booking) -> None:
    status, said = comes(client_of, cast.ana.user, booking, code="000000")
    assert (status, said["code"], said["detail"]) == (
        409,
        "door_code_stale",
        "This code has changed. Use the one on the screen now",
    )
    for _ in range(9):
        comes(client_of, cast.ana.user, booking, code="000000")
    status, said = comes(client_of, cast.ana.user, booking, code=code_at_door(cast.site, now=EARLY))
    assert (status, said["code"]) == (429, "throttled")


def test_what_staff_marked_stands(cast: Cast, client_of: Clients, booking: Booking) -> None:
    save_rows(booking.session, [RosterRow(booking.pk, "excused")], actor=cast.dana, now=EARLY)
    status, said = comes(client_of, cast.ana.user, booking, code=code_at_door(cast.site, now=EARLY))
    assert (status, said["code"]) == (409, "marked_already")


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": "1" * 13}, {"code": None}])
def test_a_code_is_asked_for_by_name(cast: Cast, client_of: Clients, booking: Booking, body: dict[str, Any]) -> None:
    status, said = comes(client_of, cast.ana.user, booking, **body)
    assert (status, said["code"], list(said["errors"])) == (400, "invalid", ["code"])
