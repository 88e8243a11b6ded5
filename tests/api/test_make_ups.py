"""What a booking makes up for, over HTTP: staff name it, everybody who sees the booking reads it."""

from typing import Any

import pytest

from attendance.services.roster import RosterRow, save_rows
from people.models import User
from scheduling.models import Booking, Session
from tests.api.conftest import Clients
from tests.cast import Cast, at

BEFORE = at("2026-10-05 12:00")


@pytest.fixture
def missed(cast: Cast) -> Booking:
    """Ana did not come on Monday."""
    session = cast.session("2026-11-16 18:00", room=False, now=BEFORE)
    booking = cast.booked(cast.ana, session, now=BEFORE)
    save_rows(session, [RosterRow(booking.pk, "no_show")], actor=cast.dana, now=at("2026-11-16 21:05"))
    return booking


@pytest.fixture
def thursday(cast: Cast) -> Session:
    return cast.session("2026-11-19 18:00", room=False, now=BEFORE)


def books(client_of: Clients, user: User | None, cast: Cast, session: Session, absence: Any) -> tuple[int, Any]:
    body = {"session": str(session.pk), "patient": str(cast.ana.pk), "makes_up_for": absence}
    answer = client_of(user).post("/api/v1/bookings/", body, format="json")
    return answer.status_code, answer.json()


def test_staff_name_the_absence_and_ledger_roster_and_booking_say_it(
    cast: Cast, client_of: Clients, missed: Booking, thursday: Session
) -> None:
    status, made = books(client_of, cast.cory, cast, thursday, str(missed.pk))
    assert (status, made["status"], made["makes_up_for"]) == (201, "booked", str(missed.pk))
    save_rows(thursday, [RosterRow(int(made["id"]), "present")], actor=cast.dana, now=at("2026-11-19 21:05"))
    client = client_of(cast.cory)
    (week,) = client.get(f"/api/v1/patients/{cast.ana.pk}/ledger/?from=2026-11-16&to=2026-11-22").json()["weeks"]
    assert [(row["booking"], row["makes_up_for"], row["made_up_by"]) for row in week["rows"]] == [
        (str(missed.pk), None, made["id"]),
        (made["id"], str(missed.pk), None),
    ]
    (row,) = client.get(f"/api/v1/sessions/{thursday.pk}/roster/").json()["rows"]
    assert (row["makes_up_for"], row["misses_in_a_row"], row["call_assigned_to"]) == (str(missed.pk), None, None)
    (row,) = client.get(f"/api/v1/sessions/{missed.session_id}/roster/").json()["rows"]
    assert (row["makes_up_for"], row["misses_in_a_row"], row["call_assigned_to"]) == (None, 1, None)
    own = client_of(cast.ana.user).get(f"/api/v1/bookings/{made['id']}/").json()
    assert own["makes_up_for"] == str(missed.pk)


def test_what_is_no_open_absence_is_refused_with_a_code(
    cast: Cast, client_of: Clients, missed: Booking, thursday: Session
) -> None:
    coming = cast.booked(cast.ana, cast.session("2026-11-20 18:00", room=False, now=BEFORE), now=BEFORE)
    status, said = books(client_of, cast.cory, cast, thursday, str(coming.pk))
    assert (status, said["code"], said["booking"]) == (409, "nothing_to_make_up", str(coming.pk))
    books(client_of, cast.cory, cast, thursday, str(missed.pk))
    saturday = cast.session("2026-11-21 10:00", room=False, now=BEFORE)
    status, said = books(client_of, cast.cory, cast, saturday, str(missed.pk))
    assert (status, said["code"]) == (409, "nothing_to_make_up")


def test_a_patient_books_but_does_not_say_what_it_makes_up_for(
    cast: Cast, client_of: Clients, missed: Booking, thursday: Session
) -> None:
    status, said = books(client_of, cast.ana.user, cast, thursday, str(missed.pk))
    assert (status, said["code"]) == (403, "not_allowed")
    status, said = books(client_of, cast.ana.user, cast, thursday, None)
    assert (status, said["makes_up_for"]) == (201, None)


def test_an_absence_that_one_does_not_see_is_not_there(
    cast: Cast, client_of: Clients, missed: Booking, thursday: Session
) -> None:
    for absence in ("999999", "x"):
        status, said = books(client_of, cast.cory, cast, thursday, absence)
        assert (status, said["code"]) in ((404, "not_found"), (400, "invalid"))
    assert not Booking.objects.filter(session=thursday).exists()
