"""Promises and busy times over HTTP."""

from datetime import timedelta
from typing import Any

import time_machine

from people.models import TrailEntry
from scheduling.models import Booking, WorkHours
from scheduling.services.booking import cancel
from scheduling.services.seat_offers import expire_offers
from scheduling.services.waitlist import place_in_line, promote_all
from tests.api.conftest import Clients
from tests.cast import NOW, Cast

V1 = "/api/v1/"
KEY: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "move-once"}


def booking_answer(booking: Booking, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(booking.pk),
        "session": str(booking.session_id),
        "patient": str(booking.patient_id),
        "status": "booked",
        "starts_at": "2026-11-18T18:00:00-07:00",
        "ends_at": "2026-11-18T21:00:00-07:00",
        "kind": "group",
        "standing_booking": None,
        "stands_for": None,
        "makes_up_for": None,
        "waitlist_position": None,
        "uid": booking.uid,
        "created_at": "2026-11-18T08:02:00-07:00",
        "cancelled_at": None,
        "late": False,
        "late_excused_at": None,
        "late_excuse_reason": None,
        "offer_expires_at": None,
        **fields,
    }


def test_booking_and_cancelling(cast: Cast, client_of: Clients) -> None:
    session, client = cast.session("2026-11-18 18:00"), client_of(cast.ana.user)
    body = {"session": str(session.pk), "waitlist": False, "accept_work_overlap": False, "override_reason": None}
    made = client.post(f"{V1}bookings/", body)
    booking = Booking.objects.get()
    assert (made.status_code, made.json()) == (201, booking_answer(booking))
    assert client.get(f"{V1}bookings/{booking.pk}/").json() == booking_answer(booking)
    listed = client.get(f"{V1}bookings/?status=booked&starts_after=2026-11-18T00:00:00Z").json()
    assert listed == {"results": [booking_answer(booking)], "next": None, "previous": None}
    cancelled = client.post(f"{V1}bookings/{booking.pk}/cancel/", {"reason": "ill"})
    expected = booking_answer(booking, status="cancelled", cancelled_at="2026-11-18T08:02:00-07:00", late=True)
    assert (cancelled.status_code, cancelled.json()) == (200, expected)
    assert client.post(f"{V1}bookings/{booking.pk}/cancel/").json() == expected
    assert client.get(f"{V1}bookings/?status=booked").json()["results"] == []


def test_the_waitlist_shows_ones_place(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", capacity=1)
    cast.booked(cast.patient(), session)
    cast.booked(cast.patient(), session, waitlist=True)
    made = client_of(cast.ana.user).post(f"{V1}bookings/", {"session": str(session.pk), "waitlist": True}).json()
    assert (made["status"], made["waitlist_position"]) == ("waitlisted", 2)
    rows = client_of(cast.cory).get(f"{V1}bookings/?session={session.pk}").json()["results"]
    places = [row["waitlist_position"] for row in rows]
    assert places == [None, 1, 2] == [place_in_line(booking) for booking in Booking.objects.order_by("pk")]


def test_staff_book_for_a_patient(cast: Cast, client_of: Clients) -> None:
    session, client = cast.session("2026-11-18 18:00"), client_of(cast.cory)
    assert client.post(f"{V1}bookings/", {"session": str(session.pk)}).json()["errors"].keys() == {"patient"}
    made = client.post(f"{V1}bookings/", {"session": str(session.pk), "patient": str(cast.ana.pk)})
    assert (made.status_code, made.json()["patient"]) == (201, str(cast.ana.pk))
    assert [row["patient"] for row in client.get(f"{V1}bookings/?patient={cast.ana.pk}").json()["results"]] == [
        str(cast.ana.pk)
    ]


def test_a_patient_books_nobody_else(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00")
    body = {"session": str(session.pk), "patient": str(cast.patient().pk)}
    assert client_of(cast.ana.user).post(f"{V1}bookings/", body).json()["code"] == "not_found"
    assert not Booking.objects.exists()
    own = {"session": str(session.pk), "patient": str(cast.ana.pk)}
    assert client_of(cast.ana.user).post(f"{V1}bookings/", own).status_code == 201


def test_work_overlap_may_be_accepted(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-19 09:00")
    body = {"session": str(session.pk), "accept_work_overlap": True}
    assert client_of(cast.ana.user).post(f"{V1}bookings/", body).status_code == 201


def test_moving_is_all_or_nothing(cast: Cast, client_of: Clients) -> None:
    first, full, free = (cast.session(f"2026-11-{day} 18:00", capacity=1) for day in (18, 19, 20))
    booking = cast.booked(cast.ana, first)
    cast.booked(cast.patient(), full)
    client, address = client_of(cast.ana.user), f"{V1}bookings/{booking.pk}/move/"
    assert client.post(address, {"session": str(full.pk)}).json()["code"] == "session_full"
    booking.refresh_from_db()
    assert booking.status == "booked"
    moved = client.post(address, {"session": str(free.pk)})
    assert (moved.status_code, moved.json()["session"], moved.json()["status"]) == (200, str(free.pk), "booked")
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_reason) == ("cancelled", "moved")


def test_a_move_that_is_asked_for_again_is_answered_as_the_first_time(cast: Cast, client_of: Clients) -> None:
    """A double press, or an answer that was lost: by a key or without one."""
    first, second, third = (cast.session(f"2026-11-{day} 18:00") for day in (18, 19, 20))
    booking = cast.booked(cast.ana, first)
    client, address = client_of(cast.ana.user), f"{V1}bookings/{booking.pk}/move/"
    body = {"session": str(second.pk)}
    keys: list[dict[str, Any]] = [KEY, KEY, {}, {"HTTP_IDEMPOTENCY_KEY": "another"}]
    answers = [client.post(address, body, **key) for key in keys]
    assert [(one.status_code, one.json()) for one in answers] == [(200, answers[0].json())] * 4
    assert TrailEntry.objects.filter(action__in=["moved", "cancelled"]).count() == 1
    assert Booking.objects.count() == 2
    elsewhere = client.post(address, {"session": str(third.pk)}).json()["code"]
    by_another = client_of(cast.cory).post(address, body).json()["code"]
    cancel(Booking.objects.get(session=second), actor=None, now=NOW)
    no_more = client.post(address, body).json()["code"]
    assert (elsewhere, by_another, no_more) == ("booking_cancelled",) * 3


def offered(cast: Cast) -> Booking:
    """A seat that is offered to Ana until 10:02, with somebody behind her in line."""
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session("2026-11-18 18:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    waiting = cast.booked(cast.ana, session, waitlist=True)
    cast.booked(cast.patient(), session, waitlist=True, now=NOW + timedelta(seconds=1))
    cancel(holder, actor=None, now=NOW)
    promote_all(now=NOW)
    return Booking.objects.get(pk=waiting.pk)


def test_an_offered_seat_is_accepted_once_however_often_it_is_asked(cast: Cast, client_of: Clients) -> None:
    booking, client = offered(cast), client_of(cast.ana.user)
    address = f"{V1}bookings/{booking.pk}/"
    expected = booking_answer(booking, status="offered", offer_expires_at="2026-11-18T10:02:00-07:00")
    assert client.get(address).json() == expected
    accepted = [client.post(f"{address}accept/", HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)]
    accepted.append(client.post(f"{address}accept/"))
    assert [(one.status_code, one.json()) for one in accepted] == [(200, booking_answer(booking))] * 3
    refused = client.post(f"{address}decline/").json()
    assert (refused["status"], refused["code"]) == (409, "not_offered")


def test_declining_leaves_the_seat_to_the_next(cast: Cast, client_of: Clients) -> None:
    booking, client = offered(cast), client_of(cast.ana.user)
    declined = client.post(f"{V1}bookings/{booking.pk}/decline/")
    answer = booking_answer(booking, status="cancelled", cancelled_at="2026-11-18T08:02:00-07:00")
    assert (declined.status_code, declined.json()) == (200, answer)
    assert client.post(f"{V1}bookings/{booking.pk}/accept/").json()["code"] == "booking_cancelled"
    promote_all(now=NOW)
    rows = client_of(cast.cory).get(f"{V1}bookings/?status=offered").json()["results"]
    assert [row["offer_expires_at"] for row in rows] == ["2026-11-18T10:02:00-07:00"]
    assert rows[0]["patient"] != str(cast.ana.pk)


def test_an_offer_that_ran_out_is_refused_with_its_code(cast: Cast, client_of: Clients) -> None:
    booking, client = offered(cast), client_of(cast.ana.user)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        before = client.post(f"{V1}bookings/{booking.pk}/accept/").json()
        expire_offers(now=NOW + timedelta(hours=2))
        after = client.post(f"{V1}bookings/{booking.pk}/accept/").json()
    assert [(one["status"], one["code"]) for one in (before, after)] == [(409, "offer_expired")] * 2


def test_one_who_waits_has_nothing_to_accept(cast: Cast, client_of: Clients) -> None:
    offered(cast)
    waiting = Booking.objects.get(status="waitlisted")
    answer = client_of(cast.cory).post(f"{V1}bookings/{waiting.pk}/accept/").json()
    assert (answer["status"], answer["code"]) == (409, "not_offered")


def test_staff_excuse_a_late_cancellation_and_the_patient_does_not(cast: Cast, client_of: Clients) -> None:
    booking = cancel(cast.booked(cast.ana, cast.session("2026-11-18 18:00")), actor=cast.ana.user, now=NOW)
    address, staff = f"{V1}bookings/{booking.pk}/excuse/", client_of(cast.cory)
    late = booking_answer(booking, status="cancelled", cancelled_at="2026-11-18T08:02:00-07:00", late=True)
    assert client_of(cast.ana.user).post(address, {"reason": "illness"}).json()["code"] == "not_allowed"
    assert staff.post(address, {"reason": "a whim"}).json()["errors"].keys() == {"reason"}
    excused = staff.post(address, {"reason": "illness"}).json()
    assert excused == late | {"late_excused_at": "2026-11-18T08:02:00-07:00", "late_excuse_reason": "illness"}
    taken_back = staff.delete(address)
    assert (taken_back.status_code, taken_back.json()) == (200, late)


def test_work_hours(cast: Cast, client_of: Clients) -> None:
    una = cast.patient("Una", account=True)
    client = client_of(una.user)
    body: dict[str, Any] = {
        "label": "Late shift",
        "starts_at_local": "2026-11-23T14:00",
        "ends_at_local": "2026-11-23T22:00",
        "rrule": "FREQ=WEEKLY;BYDAY=TU,TH",
        "starts_on": "2026-11-23",
        "ends_on": None,
        "except_on": [],
        "travel_before_minutes": 30,
        "travel_after_minutes": 30,
        "time_zone": "America/Denver",
    }
    made = client.post(f"{V1}work-hours/", body)
    row = WorkHours.objects.get()
    answer = {"id": str(row.pk), "patient": str(una.pk), **body}
    assert (made.status_code, made.json()) == (201, answer)
    address = f"{V1}work-hours/{row.pk}/"
    changed = client.patch(address, {**made.json(), "except_on": ["2026-11-26"], "label": None}).json()
    assert changed == {**answer, "except_on": ["2026-11-26"], "label": None}
    least = {"starts_at_local": "2026-11-26T10:00", "ends_at_local": "2026-11-26T12:00"}
    single = client.post(f"{V1}work-hours/", least).json()
    assert (single["rrule"], single["time_zone"], single["starts_on"]) == (None, "America/Denver", "2026-11-26")
    assert len(client.get(f"{V1}work-hours/").json()["results"]) == 2
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    staff = client_of(cast.cory)
    assert staff.post(f"{V1}work-hours/", least).json()["errors"].keys() == {"patient"}
    assert staff.post(f"{V1}work-hours/", {**least, "patient": str(una.pk)}).status_code == 201
    assert len(staff.get(f"{V1}work-hours/?patient={una.pk}").json()["results"]) == 2
