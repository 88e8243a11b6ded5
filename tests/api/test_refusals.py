"""Every code that booking and rosters answer, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from people.models import Patient, TrailEntry
from people.services.plans import add_leave
from scheduling.models import Booking, Session
from scheduling.services.sessions import cancel_session
from tests.api.conftest import Clients
from tests.cast import NOW, WEEK, Cast, at

BOOKINGS = "/api/v1/bookings/"


# --- every code of a booking ---

Arrange = Callable[[Cast], tuple[Session, dict[str, Any]]]


def _full(cast: Cast) -> tuple[Session, dict[str, Any]]:
    session = cast.session("2026-11-18 18:00", capacity=1)
    cast.booked(cast.patient("Udo"), session)
    return session, {}


def _overlapping(cast: Cast) -> tuple[Session, dict[str, Any]]:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    return cast.session("2026-11-18 19:00", counselor=False, room=False), {}


def _working(cast: Cast) -> tuple[Session, dict[str, Any]]:
    return cast.session("2026-11-19 16:45"), {}


def _over(cast: Cast) -> tuple[Session, dict[str, Any]]:
    for day in range(17, 23):
        session = cast.session(f"2026-11-{day} 18:30", counselor=False, room=False, minutes=185)
        cast.booked(cast.ana, session, override_reason="before")
    return cast.session("2026-11-21 09:00", counselor=False, room=False), {}


def _past_cutoff(cast: Cast) -> tuple[Session, dict[str, Any]]:
    cast.program.booking_cutoff_minutes = 24 * 60
    cast.program.save()
    return cast.session("2026-11-18 18:00"), {}


def _started(cast: Cast) -> tuple[Session, dict[str, Any]]:
    return cast.session("2026-11-17 18:00"), {}


def _cancelled(cast: Cast) -> tuple[Session, dict[str, Any]]:
    session = cast.session("2026-11-18 18:00")
    cancel_session(session, actor=None, now=NOW)
    return session, {}


def _before_admission(cast: Cast) -> tuple[Session, dict[str, Any]]:
    from people.services.admissions import discharge

    discharge(cast.admission_of(cast.ana), discharged_on=WEEK, actor=None, now=NOW)
    return cast.session("2026-11-18 18:00"), {}


def _on_leave(cast: Cast) -> tuple[Session, dict[str, Any]]:
    add_leave(cast.admission_of(cast.ana), starts_on=WEEK, ends_on=WEEK + timedelta(days=6), actor=None, now=NOW)
    return cast.session("2026-11-18 18:00"), {}


def _booked_already(cast: Cast) -> tuple[Session, dict[str, Any]]:
    session = cast.session("2026-11-18 18:00")
    cast.booked(cast.ana, session)
    return session, {}


REFUSED: dict[str, Arrange] = {
    "session_full": _full,
    "overlaps_booking": _overlapping,
    "overlaps_work": _working,
    "over_weekly_maximum": _over,
    "past_cutoff": _past_cutoff,
    "session_started": _started,
    "session_cancelled": _cancelled,
    "not_enrolled": _before_admission,
    "on_leave": _on_leave,
    "already_booked": _booked_already,
}


@pytest.mark.parametrize("code", REFUSED)
def test_every_refusal_of_a_booking(code: str, cast: Cast, client_of: Clients) -> None:
    """The list of sessions foretells it, booking says so, and nothing is written."""
    ana = cast.ana
    session, body = REFUSED[code](cast)
    client = client_of(ana.user)
    shown = client.get(f"/api/v1/sessions/{session.pk}/").json()
    counted = (Booking.objects.count(), TrailEntry.objects.count())
    response = client.post(BOOKINGS, {"session": str(session.pk), **body})
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (409, 409, code)
    assert (shown["why_not"], shown["fits"]) == (problem["codes"], code == "session_full")
    assert counted == (Booking.objects.count(), TrailEntry.objects.count())


@pytest.mark.parametrize("code", sorted(set(REFUSED) - {"past_cutoff"}))
def test_what_staff_may_lift(code: str, cast: Cast, client_of: Clients) -> None:
    ana = cast.ana
    session, body = REFUSED[code](cast)
    said = {"session": str(session.pk), "patient": str(ana.pk), "override_reason": "agreed by telephone", **body}
    response = client_of(cast.cory).post(BOOKINGS, said)
    lifted = {"overlaps_work", "over_weekly_maximum", "past_cutoff", "session_started", "not_enrolled", "on_leave"}
    assert response.status_code == (201 if code in lifted else 409), response.content


def test_a_patient_cannot_lift_a_rule(cast: Cast, client_of: Clients) -> None:
    session, _ = _working(cast)
    said = {"session": str(session.pk), "override_reason": "I would like to"}
    problem = client_of(cast.ana.user).post(BOOKINGS, said).json()
    assert (problem["status"], problem["code"]) == (403, "not_allowed")


# --- every code of a roster ---


def test_refusals_of_a_roster(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    booking = cast.booked(cast.ana, session)
    address, dana = f"/api/v1/sessions/{session.pk}/roster/", client_of(cast.dana)
    row = {"booking": str(booking.pk), "status": "present"}

    def code(response: Any) -> tuple[int, str]:
        return response.status_code, response.json()["code"]

    assert code(dana.put(address, [row])) == (409, "too_early")
    assert code(dana.post(f"{address}sign/")) == (409, "too_early")
    with time_machine.travel(at("2026-11-18 21:05"), tick=False):
        refused = dana.post(f"{address}sign/")
        assert code(refused) == (409, "roster_incomplete")
        unmarked = {"booking": str(booking.pk), "patient": str(cast.ana.pk), "patient_name": "Ana Reyes"}
        assert refused.json()["unmarked"] == [unmarked]
        assert code(dana.put(address, [row], HTTP_IF_MATCH='"5"')) == (412, "stale")
        assert code(dana.put(address, [row], HTTP_IF_MATCH="not a version")) == (412, "stale")
        assert dana.put(address, [row], HTTP_IF_MATCH='"0"').status_code == 200
        assert dana.post(f"{address}sign/").status_code == 200
        assert code(dana.put(address, [row])) == (409, "roster_signed")
        assert code(dana.post(f"/api/v1/bookings/{booking.pk}/cancel/", {})) == (409, "roster_signed")


def test_a_roster_names_the_row_and_the_field(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    rows = [
        {"booking": str(cast.booked(cast.ana, session).pk), "status": "present", "arrived_at": "six"},
        {"booking": "999999", "status": "no_show", "excuse_reason": "work"},
    ]
    dana = client_of(cast.dana)
    errors = dana.put(f"/api/v1/sessions/{session.pk}/roster/", rows).json()["errors"]
    assert list(errors) == ["rows[0].arrived_at"]
    del rows[0]["arrived_at"]
    errors = dana.put(f"/api/v1/sessions/{session.pk}/roster/", rows).json()["errors"]
    assert list(errors) == ["rows[1].excuse_reason", "rows[1].booking"]


def test_nobody_is_named_in_a_problem_of_somebody_else(cast: Cast, client_of: Clients) -> None:
    """A patient's name appears in no refusal that another patient gets."""
    session = cast.session("2026-11-18 18:00", capacity=1)
    cast.booked(cast.patient("Udo"), session)
    client: APIClient = client_of(cast.ana.user)
    answer = client.post(BOOKINGS, {"session": str(session.pk)}).content.decode()
    assert not [name for name in Patient.objects.values_list("name", flat=True) if name in answer]
