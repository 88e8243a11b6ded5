"""Another time for an appointment: by the patient and by staff, all or nothing, with a way back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from people.models import Patient
from scheduling.models import Booking, Session
from scheduling.services.booking import cancel
from scheduling.services.counting import mark_counted
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast, at
from tests.web.reading import open_page, press, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(cast: Cast, client: Client) -> Patient:
    """Ana, signed in."""
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    return cast.ana


def session(cast: Cast, starts: str, **fields: Any) -> Session:
    return cast.session(f"2026-11-{starts}", **{"counselor": False, "room": False, **fields})


def held(patient: Patient) -> list[tuple[str, bool]]:
    """Every booking of theirs in order, with its day and status, and if it counts as late."""
    rows = Booking.objects.filter(patient=patient).order_by("pk")
    return [(f"{row.starts_at.astimezone(row.session.site.zone):%d} {row.status}", row.late) for row in rows]


# --- the patient ------------------------------------------------------------------------------------------------------


def test_the_page_lists_what_fits_if_the_old_one_were_given_up(cast: Cast, client: Client, ana: Patient) -> None:
    """Saturday 10 am overlaps only the one that would be given up, and the week has room again."""
    booking = cast.booked(ana, session(cast, "21 09:00"))
    cast.booked(ana, session(cast, "22 09:00"))
    session(cast, "21 10:00")
    session(cast, "22 10:00")
    full = session(cast, "20 18:00", capacity=1)
    cast.booked(cast.patient(), full)
    page = open_page(client, f"/bookings/{booking.pk}/move/?day=2026-11-16")
    assert page.answer == "1 other time fits"
    assert "Instead of Saturday 9 am – noon. You keep it until you choose." in page.words
    assert page.texts("li", "session-row") == [
        "6 – 9 pm · Group Full. You would be 1st in line.",
        "10 am – 1 pm Group · 12 seats +3 h makes 6 h Move here Saturday 10 am – 1 pm",
        "9 am – noon Group Booked See it Sunday 9 am – noon",
        "10 am – 1 pm · Group At the same time as your appointment, 9 am – noon",
    ]


def test_one_tap_moves_it_and_undo_brings_it_back(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "21 09:00"))
    session(cast, "22 09:00")
    path = open_page(client, f"/bookings/{booking.pk}/").link("Another time")
    assert path == f"/bookings/{booking.pk}/move/"
    page = open_page(client, path)
    after = press(client, page.form("Move here Sunday 9 am – noon"), path)
    assert after.notices == ["done: Moved to Sunday 9 am – noon. You’re at 3 h."]
    assert held(ana) == [("21 cancelled", False), ("22 booked", False)]
    back = press(client, after.form("Undo"))
    assert back.notices == ["done: Back to Saturday 9 am – noon."]
    assert held(ana) == [("21 cancelled", False), ("22 cancelled", False), ("21 booked", False)]


def test_a_refusal_leaves_the_old_seat(cast: Cast, client: Client, ana: Patient) -> None:
    booking, target = cast.booked(ana, session(cast, "21 09:00")), session(cast, "22 09:00", capacity=1)
    path = f"/bookings/{booking.pk}/move/"
    form = open_page(client, path).form("Move here Sunday 9 am – noon")
    cast.booked(cast.patient(), target)
    page = press(client, form, path)
    assert page.notices == ["bad: That seat has just gone. You still have Saturday 9 am – noon."]
    assert page.answer == "0 other times fit"
    assert held(ana) == [("21 booked", False)]


def test_soon_before_it_the_page_says_that_it_counts_as_late_and_undo_forgives(
    cast: Cast, client: Client, ana: Patient
) -> None:
    booking = cast.booked(ana, session(cast, "18 18:00"))
    session(cast, "18 19:00")
    path = f"/bookings/{booking.pk}/move/"
    page = open_page(client, path)
    assert "It is soon, so giving it up counts as late." in page.words
    after = press(client, page.form("Move here Today 7 – 10 pm"), path)
    assert held(ana) == [("18 cancelled", True), ("18 booked", False)]
    press(client, after.form("Undo"))
    assert held(ana) == [("18 cancelled", False), ("18 cancelled", False), ("18 booked", False)]


def test_an_undo_for_a_seat_that_has_gone_keeps_the_new_one(cast: Cast, client: Client, ana: Patient) -> None:
    old = session(cast, "21 09:00", capacity=1)
    booking = cast.booked(ana, old)
    session(cast, "22 09:00")
    path = f"/bookings/{booking.pk}/move/"
    after = press(client, open_page(client, path).form("Move here Sunday 9 am – noon"), path)
    cast.booked(cast.patient(), old)
    back = press(client, after.form("Undo"))
    assert back.notices == ["bad: That seat has just gone. Nothing was changed."]
    assert held(ana) == [("21 cancelled", False), ("22 booked", False)]


def test_during_work_one_may_move_anyway(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "21 09:00"))
    session(cast, "20 15:00")
    path = f"/bookings/{booking.pk}/move/"
    form = open_page(client, f"{path}?day=2026-11-20").form("Move here anyway Friday 3 – 6 pm")
    assert press(client, form, path).notices == ["done: Moved to Friday 3 – 6 pm. You’re at 3 h."]


def test_what_is_over_waited_for_or_marked_is_not_moved(cast: Cast, client: Client, ana: Patient) -> None:
    begun = cast.booked(ana, session(cast, "18 07:30"), override_reason="came along", now=NOW)
    marked = cast.booked(ana, session(cast, "21 09:00"))
    mark_counted({marked.pk: 0}, now=NOW)
    full = session(cast, "22 09:00", capacity=1)
    cast.booked(cast.patient(), full)
    waiting = cast.booked(ana, full, waitlist=True)
    for booking in (begun, marked, waiting):
        answer = client.get(f"/bookings/{booking.pk}/move/")
        assert (answer.status_code, answer["Location"]) == (302, f"/bookings/{booking.pk}/")
        assert "Another time" not in open_page(client, f"/bookings/{booking.pk}/").words
    assert client.post(f"/bookings/{marked.pk}/move/back/").status_code == 404


def test_a_session_that_is_none_moves_nothing(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "21 09:00"))
    for fields in ({}, {"session": "nonsense"}, {"session": "999999"}):
        assert client.post(f"/bookings/{booking.pk}/move/", fields).status_code == 404
    assert held(ana) == [("21 booked", False)]


@pytest.mark.parametrize("number", [1, 5])
def test_the_page_costs_the_same(
    cast: Cast, client: Client, ana: Patient, number: int, django_assert_num_queries: object
) -> None:
    booking = cast.booked(ana, session(cast, "18 18:00"))
    for hour in range(number):
        session(cast, f"20 1{hour}:00")
    client.get(f"/bookings/{booking.pk}/move/")
    with django_assert_num_queries(MOVE_QUERIES):  # type: ignore[operator]
        client.get(f"/bookings/{booking.pk}/move/")


MOVE_QUERIES = 40


# --- the staff --------------------------------------------------------------------------------------------------------


def test_staff_move_an_appointment_from_the_record_and_back(cast: Cast, client: Client) -> None:
    cast.booked(cast.ana, session(cast, "21 09:00"))
    session(cast, "21 10:00")
    client.force_login(cast.cory)
    path = open_page(client, f"/patients/{cast.ana.pk}/").link("Move Saturday, 9 am–noon")
    page = open_page(client, path)
    assert "Instead of Sat 21 Nov, 9 am–noon. It stays until another is chosen." in page.words
    (row,) = page.texts("li", "session-row")
    assert row == "10 am–1 pm Group · 12 seats +3 h makes 3 h Move here Sat 21 Nov, 10 am–1 pm"
    after = press(client, page.form("Move here Sat 21 Nov, 10 am–1 pm"), path)
    assert after.notices == ["done: Moved to Sat 21 Nov, 10 am–1 pm."]
    assert press(client, after.form("Undo")).notices == ["done: Back to Sat 21 Nov, 9 am–noon."]
    assert held(cast.ana) == [("21 cancelled", False), ("21 cancelled", False), ("21 booked", False)]


def test_staff_lift_a_rule_with_a_reason_when_they_move(cast: Cast, client: Client) -> None:
    booking = cast.booked(cast.ana, session(cast, "21 09:00"))
    target = session(cast, "20 15:00")
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/bookings/{booking.pk}/move/"
    refused = client.post(path, {"session": target.pk}, follow=True)
    assert "Nothing was moved. This is during work hours or the way to work." in refused.content.decode()
    client.post(path, {"session": target.pk, "override_reason": "swapped her shift"})
    assert held(cast.ana) == [("21 cancelled", False), ("20 booked", False)]


def test_staff_take_an_offer_for_somebody_on_the_telephone(cast: Cast, client: Client) -> None:
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    full = session(cast, "20 18:00", capacity=1)
    holder = cast.booked(cast.patient(), full)
    cast.booked(cast.ana, full, waitlist=True)
    cancel(holder, actor=None, now=NOW)
    promote_all(now=NOW)
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/")
    assert "Offered until 10:02 am" in page.words
    after = press(client, page.form("They take it Friday, 6–9 pm"))
    assert after.notices == ["done: Fri 20 Nov, 6–9 pm is booked."]
    assert held(cast.ana) == [("20 booked", False)]


# --- given up late ----------------------------------------------------------------------------------------------------


def test_staff_excuse_what_was_given_up_late_and_take_the_excuse_back(cast: Cast, client: Client) -> None:
    late = cancel(cast.booked(cast.ana, session(cast, "18 18:00")), actor=cast.ana.user, now=NOW)
    cancel(cast.booked(cast.ana, session(cast, "21 18:00")), actor=cast.ana.user, now=NOW)
    client.force_login(cast.cory)
    record = f"/patients/{cast.ana.pk}/"
    page = open_page(client, record)
    title = page.texts("h2").index("Given up late")
    assert title >= 0
    assert "Today, 6–9 pm Group · given up Wed 18 Nov, 8:02 am Excuse" in page.words
    done = client.post(f"{record}bookings/{late.pk}/excuse/", {"reason": "illness"}, follow=True)
    assert "given up Wed 18 Nov, 8:02 am · Excused: illness, by Cory" in read(done).words
    late.refresh_from_db()
    assert (late.late, late.late_excuse_reason, late.late_excused_by) == (True, "illness", cast.cory)
    back = press(client, open_page(client, record).form("Take the excuse back Today, 6–9 pm"))
    assert back.notices == ["done: Wed 18 Nov, 6–9 pm counts as late again."]
    late.refresh_from_db()
    assert late.late_excused_at is None


def test_a_reason_that_the_program_does_not_know_excuses_nothing(cast: Cast, client: Client) -> None:
    late = cancel(cast.booked(cast.ana, session(cast, "18 18:00")), actor=cast.ana.user, now=NOW)
    client.force_login(cast.cory)
    for fields in ({}, {"reason": "a whim"}):
        done = client.post(f"/patients/{cast.ana.pk}/bookings/{late.pk}/excuse/", fields, follow=True)
        assert "Nothing was excused." in done.content.decode()
    late.refresh_from_db()
    assert late.late_excused_at is None


def test_auditors_read_and_excuse_nothing(cast: Cast, client: Client) -> None:
    late = cancel(cast.booked(cast.ana, session(cast, "18 18:00")), actor=cast.ana.user, now=NOW + timedelta(hours=1))
    client.force_login(cast.ada)
    page = open_page(client, f"/patients/{cast.ana.pk}/")
    assert "Given up late" in page.words
    assert "Excuse" not in page.words.replace("Excused", "")
    path = f"/patients/{cast.ana.pk}/bookings/{late.pk}/excuse/"
    assert client.post(path, {"reason": "illness"}).status_code == 403


# --- from the roster --------------------------------------------------------------------------------------------------


def test_whoever_is_not_marked_is_moved_from_the_roster_and_back(cast: Cast, client: Client) -> None:
    tonight = session(cast, "18 18:00", counselor=True)
    booking, thursday = cast.booked(cast.ana, tonight), session(cast, "19 18:00", counselor=True)
    client.force_login(cast.dana)
    roster = f"/sessions/{tonight.pk}/roster/"
    address = open_page(client, roster).link("Move Ana Reyes to another session")
    page = open_page(client, address)
    assert page.texts("a", "back") == ["Roster"]
    assert page.link("Roster") == roster
    assert "Ana Reyes. Instead of Wed 18 Nov, 6–9 pm. It stays until another is chosen." in page.words
    after = press(client, page.form("Move here Thu 19 Nov, 6–9 pm"))
    assert after.notices == ["done: Moved to Thu 19 Nov, 6–9 pm."]
    assert "Nobody is booked" in after.words
    assert Booking.objects.get(session=thursday, status="booked").patient == cast.ana
    back = press(client, after.form("Undo"))
    assert "Wed 18 Nov" in back.notices[0]
    booking.refresh_from_db()
    assert held(cast.ana)[-1] == ("18 booked", False)


def test_once_it_has_begun_a_move_from_the_roster_needs_a_reason(cast: Cast, client: Client) -> None:
    tonight = session(cast, "18 18:00", counselor=True)
    booking, thursday = cast.booked(cast.ana, tonight), session(cast, "19 18:00", counselor=True)
    client.force_login(cast.dana)
    path = f"/patients/{cast.ana.pk}/bookings/{booking.pk}/move/"
    with time_machine.travel(at("2026-11-18 18:10"), tick=False):
        page = open_page(client, f"{path}?back=roster")
        form = page.form("Move here Thu 19 Nov, 6–9 pm")
        assert form.fields == {"session": str(thursday.pk), "back": "roster"}
        assert 'name="override_reason" maxlength="300" required' in page.source
        refused = press(client, form)
        assert refused.notices == ["bad: Nothing was moved. This session has begun."]
        form.fields["override_reason"] = "She was sent home"
        moved = press(client, form)
    assert moved.notices == ["done: Moved to Thu 19 Nov, 6–9 pm."]
    assert Booking.objects.get(session=thursday).override_reason == "She was sent home"


def test_what_somebody_else_leads_is_said_to_be_theirs(cast: Cast, client: Client) -> None:
    booking = cast.booked(cast.ana, session(cast, "18 18:00", counselor=True))
    session(cast, "19 18:00")
    path = f"/patients/{cast.ana.pk}/bookings/{booking.pk}/move/"
    why = "Without a button: somebody else leads it. Ask them, or a coordinator."
    for user, said in ((cast.dana, True), (cast.cory, False)):
        client.force_login(user)
        page = open_page(client, path)
        assert (why in page.words, "Move here Thu 19 Nov, 6–9 pm" in page.texts("button")) == (said, not said)


def test_who_is_marked_already_is_not_moved(cast: Cast, client: Client) -> None:
    tonight = session(cast, "18 18:00", counselor=True)
    booking = cast.booked(cast.ana, tonight)
    client.force_login(cast.dana)
    roster = f"/sessions/{tonight.pk}/roster/"
    client.post(roster, {f"status-{booking.pk}": "excused"})
    assert not any("/move/" in link for link in open_page(client, roster).links)
    answer = client.get(f"/patients/{cast.ana.pk}/bookings/{booking.pk}/move/?back=roster")
    assert answer.headers["Location"] == roster
