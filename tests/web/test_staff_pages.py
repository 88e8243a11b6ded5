"""A counselor's day, flags, records, booking on behalf, the schedule, and the outbox."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from attendance.services.flags import evaluate
from attendance.services.roster import mark_all_present, sign_roster
from attendance.services.weeks import ensure_weeks, recount_stale
from people.models import TrailEntry
from scheduling.models import Booking, Session
from tests.cast import NOW, Cast, at
from tests.web.reading import Page, open_page

pytestmark = pytest.mark.django_db

TODAY_QUERIES = 8
FLAGS_QUERIES = 13
RECORD_QUERIES = 58
SESSIONS_QUERIES = 39
SCHEDULE_QUERIES = 9
EARLIER = at("2026-11-01 12:00")


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def session_on(cast: Cast, wall: str, *names: str) -> Session:
    session = cast.session(wall, now=EARLIER)
    for name in names:
        cast.booked(cast.patient(name), session, now=EARLIER)
    return session


def page_of(response: Any) -> Page:
    return Page(response.content.decode(), response.status_code)


# --- today ---


def test_the_day_begins_with_what_is_left_to_sign(cast: Cast, client: Client) -> None:
    left = session_on(cast, "2026-11-16 18:00", "Alma Ortiz", "Ben Carter")
    signed = session_on(cast, "2026-11-17 18:00", "Chidi Okafor")
    mark_all_present(signed, actor=cast.dana, now=NOW)
    sign_roster(signed, actor=cast.dana, now=NOW)
    tonight = session_on(cast, "2026-11-18 18:00", "Dolores Vega")
    client.force_login(cast.dana)
    page = open_page(client, "/today/")
    assert page.answer == "1 roster of an earlier day is not signed"
    assert page.texts("p", "session-row-times") == ["Mon 16 Nov, 6 – 9 pm", "6 – 9 pm"]
    assert page.texts("span", "chip") == ["Not taken", "in 9 h 58"]
    assert page.texts("a", "button-primary") == ["Take roster Mon 16 Nov, 6–9 pm"]
    assert f"/sessions/{left.pk}/roster/" in page.links
    assert f"/sessions/{tonight.pk}/roster/" in page.links
    assert f"/sessions/{signed.pk}/roster/" not in page.links


def test_a_clear_day_says_what_comes_next(cast: Cast, client: Client) -> None:
    session_on(cast, "2026-11-18 18:00", "Alma Ortiz", "Ben Carter")
    client.force_login(cast.dana)
    assert open_page(client, "/today/").answer == "Next at 6 pm: 2 people"
    with time_machine.travel(at("2026-11-18 18:05"), tick=False):
        assert open_page(client, "/today/").answer == "The roster of 6–9 pm is yours to take"
    with time_machine.travel(at("2026-11-18 21:00"), tick=False):
        mark_all_present(Session.objects.get(), actor=cast.dana, now=at("2026-11-18 21:00"))
        client.force_login(cast.dana)
        page = open_page(client, "/today/")
        assert page.answer == "The roster of 6–9 pm is yours to sign"
        assert page.texts("a", "button-primary") == ["Sign roster Today, 6–9 pm"]


def test_who_leads_nothing_is_shown_the_schedule(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    assert client.get("/today/").headers["Location"] == "/schedule/"


@pytest.mark.parametrize("sessions", [1, 3])
def test_the_day_costs_the_same(cast: Cast, client: Client, sessions: int, django_assert_num_queries: object) -> None:
    session_on(cast, "2026-11-16 18:00", "Alma Ortiz")
    for number in range(sessions):
        session_on(cast, f"2026-11-18 {12 + 3 * number}:00", f"Person {number}")
    client.force_login(cast.dana)
    with django_assert_num_queries(TODAY_QUERIES):  # type: ignore[operator]
        open_page(client, "/today/")


# --- flags ---


def test_flags_say_whom_why_and_since_when(cast: Cast, client: Client) -> None:
    cast.patient("Wen Zhao")
    session_on(cast, "2026-11-16 18:00", "Alma Ortiz")
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    evaluate(now=NOW)
    client.force_login(cast.cory)
    page = open_page(client, "/flags/")
    assert page.answer.endswith("flags are open")
    assert "Mon 16 Nov, 6–9 pm" in page.texts("a", "person-name")
    assert "1 person on it, 1 not marked · since Wed 18 Nov, 8:02 am" in page.words
    only = open_page(client, "/flags/?kind=unsigned_roster")
    assert only.texts("a", "person-name") == ["Mon 16 Nov, 6–9 pm"]
    client.force_login(cast.stranger)
    assert open_page(client, "/flags/").answer == "Nothing needs you"


def test_a_flag_of_a_week_that_is_over_offers_nothing_to_book(cast: Cast, client: Client) -> None:
    wen = cast.patient("Wen Zhao")
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    evaluate(now=NOW)
    client.force_login(cast.cory)
    page = open_page(client, "/flags/?kind=below_minimum")
    assert page.texts("a", "button-small") == ["See options Wen Zhao", "Open record Wen Zhao"]
    assert page.texts("span", "chip") == ["Nothing free reaches the minimum", "Below the minimum"]
    assert page.texts("p", "note")[1:] == [
        "16–22 Nov: 0 h of 9 h; what is free makes 0 h · since Wed 18 Nov, 8:02 am",
        "9–15 Nov: 0 h of 9 h · since Wed 18 Nov, 8:02 am",
    ]
    assert page.links.count(f"/patients/{wen.pk}/") == 2


@pytest.mark.parametrize("people", [1, 12])
def test_flags_cost_the_same(cast: Cast, client: Client, people: int, django_assert_num_queries: object) -> None:
    for _ in range(people):
        cast.patient()
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    evaluate(now=NOW)
    client.force_login(cast.cory)
    with django_assert_num_queries(FLAGS_QUERIES):  # type: ignore[operator]
        open_page(client, "/flags/")


# --- a record ---


def test_a_record_answers_for_this_week_and_shows_the_evidence(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-16 18:00", now=EARLIER)
    cast.booked(cast.ana, session, now=EARLIER)
    mark_all_present(session, actor=cast.dana, now=NOW)
    cast.booked(cast.ana, cast.session("2026-11-19 18:00", now=EARLIER), now=EARLIER)
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/")
    assert page.answer == "3 h short this week"
    assert "Ana Reyes" in page.words
    assert "Day 45 · Evening track · Maple Street · Dana K." in page.words
    assert "This visit is recorded." in page.words
    assert page.texts("span", "ledger-when")[:2] == ["23–29 Nov Ahead", "16–22 Nov This week"]
    assert page.texts("tr")[1] == "Mon 16 Nov 6–9 pm 180 180 Group · process · Present Dana K. In person"
    assert page.texts("p", "session-row-times") == ["Tomorrow, 6–9 pm"]
    entry = TrailEntry.objects.filter(action="opened_patient").get()
    assert (entry.actor_id, entry.patient_id) == (cast.cory.pk, cast.ana.pk)


def test_what_is_far_ahead_is_folded_away(cast: Cast, client: Client) -> None:
    for when in ("2026-12-02 18:00", "2026-12-03 18:00", "2026-12-09 18:00"):
        cast.booked(cast.ana, cast.session(when))
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/")
    assert "2 later ones" in page.words
    assert page.texts("p", "session-row-times") == ["Wed 2 Dec, 6–9 pm", "Thu 3 Dec, 6–9 pm", "Wed 9 Dec, 6–9 pm"]


def test_booking_on_behalf_and_back(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00", room=False, now=EARLIER)
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/sessions/"
    page = open_page(client, path)
    assert page.answer == "9 h still to book"
    assert page.texts("p", "session-row-gain") == ["+3 h makes 3 h"]
    sent = {"session": str(session.pk)}
    assert page.form("Book Thu 19 Nov, 6–9 pm").fields == sent
    booked = page_of(client.post(f"/patients/{cast.ana.pk}/book/", sent, follow=True))
    assert booked.notices == ["done: Thu 19 Nov, 6–9 pm is booked."]
    assert booked.answer == "6 h still to book"
    booking = Booking.objects.get(session=session)
    assert (booking.patient_id, booking.created_by_id, booking.status) == (cast.ana.pk, cast.cory.pk, "booked")
    again = page_of(client.post(f"/patients/{cast.ana.pk}/book/", sent, follow=True))
    assert again.notices == ["bad: Nothing was booked. This session is booked already."]
    gone = page_of(client.post(f"/patients/{cast.ana.pk}/bookings/{booking.pk}/cancel/", follow=True))
    assert gone.notices == ["done: Thu 19 Nov, 6–9 pm is cancelled."]
    booking.refresh_from_db()
    assert booking.status == "cancelled"


def test_a_reason_lifts_what_staff_may_lift(cast: Cast, client: Client) -> None:
    during_work = cast.session("2026-11-19 10:00", room=False, now=EARLIER)
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/sessions/")
    assert "This is during work hours or the way to work." in page.words
    sent = {"session": str(during_work.pk), "override_reason": "Her shift was moved"}
    client.post(f"/patients/{cast.ana.pk}/book/", sent)
    booking = Booking.objects.get(session=during_work)
    assert (booking.status, booking.override_reason) == ("booked", "Her shift was moved")


def test_who_may_open_a_record_and_book_on_it(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00", counselor=False, now=EARLIER)
    own, found = cast.ana.user, {}
    assert own is not None
    for user in (cast.stranger, own, cast.ada, cast.dana, cast.cory):
        client.force_login(user)
        looked = client.get(f"/patients/{cast.ana.pk}/")
        booked = client.post(f"/patients/{cast.ana.pk}/book/", {"session": session.pk})
        found[user.name] = (looked.status_code, booked.status_code)
    assert found == {
        "Stranger": (404, 404),
        "Ana": (403, 403),
        "Ada": (200, 403),
        "Dana": (200, 403),
        "Cory": (200, 302),
    }


def test_nonsense_is_refused_and_books_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    for sent in ({}, {"session": "x"}, {"session": str(10**30)}):
        page = page_of(client.post(f"/patients/{cast.ana.pk}/book/", sent, follow=True))
        assert page.notices[0].startswith("bad: session: ")
    assert client.post(f"/patients/{cast.ana.pk}/book/", {"session": "999999"}).status_code == 404
    assert client.get("/patients/999999/").status_code == 404
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("weeks", [1, 5])
def test_a_record_costs_the_same(cast: Cast, client: Client, weeks: int, django_assert_num_queries: object) -> None:
    for number in range(weeks):
        when = at("2026-11-16 18:00") - timedelta(weeks=number)
        session = cast.session(when.astimezone(cast.site.zone).strftime("%Y-%m-%d %H:%M"), now=EARLIER)
        cast.booked(cast.ana, session, now=EARLIER - timedelta(weeks=8))
        cast.booked(cast.ana, cast.session(f"2026-11-2{number} 18:00", now=EARLIER), now=EARLIER)
    client.force_login(cast.cory)
    client.get(f"/patients/{cast.ana.pk}/")
    with django_assert_num_queries(RECORD_QUERIES):  # type: ignore[operator]
        client.get(f"/patients/{cast.ana.pk}/")


@pytest.mark.parametrize("sessions", [1, 5])
def test_what_could_be_booked_costs_the_same(
    cast: Cast, client: Client, sessions: int, django_assert_num_queries: object
) -> None:
    for number in range(sessions):
        cast.session(f"2026-11-{18 + number} 18:00", now=EARLIER)
    client.force_login(cast.cory)
    client.get(f"/patients/{cast.ana.pk}/sessions/")
    with django_assert_num_queries(SESSIONS_QUERIES):  # type: ignore[operator]
        client.get(f"/patients/{cast.ana.pk}/sessions/")


# --- the schedule ---


def test_the_schedule_says_first_what_needs_a_counselor(cast: Cast, client: Client) -> None:
    session_on(cast, "2026-11-18 18:00", "Alma Ortiz")
    cast.session("2026-11-19 18:00", counselor=False, now=EARLIER)
    client.force_login(cast.cory)
    page = open_page(client, "/schedule/?view=list")
    assert page.answer == "Thursday 6 pm needs a counselor"
    assert [title.split(" · ")[0] for title in page.texts("h2", "section-title")] == ["Wednesday 18", "Thursday 19"]
    assert "1/12" in page.words
    assert page.texts("p", "is-clay") == ["No counselor · Find a cover Thursday 6 pm"]
    named = ["Roster Wednesday 6 pm, Room 4", "Change Wednesday 6 pm, Room 4", "Change Thursday 6 pm, Room 4"]
    assert [words for words in page.texts("a", "button-small") if "6 pm" in words] == named
    assert open_page(client, "/schedule/?week=2026-12-01").answer == "Nothing is on in this week"


@pytest.mark.parametrize("sessions", [1, 5])
def test_the_schedule_costs_the_same(
    cast: Cast, client: Client, sessions: int, django_assert_num_queries: object
) -> None:
    for number in range(sessions):
        session_on(cast, f"2026-11-{17 + number} 18:00")
    client.force_login(cast.dana)
    with django_assert_num_queries(SCHEDULE_QUERIES):  # type: ignore[operator]
        open_page(client, "/schedule/")


# --- the outbox ---


def test_the_outbox_is_for_staff_in_debug_mode(cast: Cast, client: Client, tmp_path: Path) -> None:
    mail = b"From: a@example.org\nTo: b@example.org\nSubject: Tomorrow at 6\n\nDoor B.\n"
    (tmp_path / "1.log").write_bytes(mail)
    client.force_login(cast.cory)
    assert client.get("/dev/outbox/").status_code == 404
    with override_settings(DEBUG=True, OUTBOX_DIR=tmp_path):
        page = open_page(client, "/dev/outbox/")
        assert page.answer == "1 message was written"
        assert "Tomorrow at 6" in page.words
        own = cast.ana.user
        assert own is not None
        client.force_login(own)
        assert client.get("/dev/outbox/").status_code == 403
