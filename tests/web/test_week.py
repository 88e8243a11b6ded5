"""The patient's week: the answer first, then what would repair it, then what comes next."""

from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from people.models import Patient, Room, SiteClosure
from people.services.admissions import discharge
from people.services.plans import PhaseFields, add_leave, add_phase
from scheduling.models import Booking, Session
from scheduling.services.counting import mark_counted
from tests.cast import NOW, Cast, at
from tests.web.reading import Page, open_page, plain

pytestmark = pytest.mark.django_db

WEEK_QUERIES = 42
BOOK_QUERIES = 38
"""Recounting included, which is half of them."""


@pytest.fixture(autouse=True)
def _wednesday_morning() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def week_of(patient: Patient, client: Client, path: str = "/week/") -> Page:
    assert patient.user is not None
    client.force_login(patient.user)
    return open_page(client, path)


def evening(cast: Cast, day: int, **fields: Any) -> Session:
    return cast.session(f"2026-11-{day} 18:00", counselor=False, room=False, **fields)


def booked(cast: Cast, patient: Patient, *days: int, marked: int | None = None) -> list[Booking]:
    """Evenings of three hours, booked beforehand; with `marked` they are over and count so much each."""
    beforehand = at("2026-11-01 12:00")
    rows = [cast.booked(patient, evening(cast, day), now=beforehand) for day in days]
    if marked is not None:
        mark_counted({row.pk: marked for row in rows}, now=NOW)
    return rows


def test_the_answer_is_what_is_left_and_the_strip_brings_it(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 16, marked=180)
    booked(cast, cast.ana, 18)
    saturday = cast.session("2026-11-21 09:00", room=False)
    page = week_of(cast.ana, client)
    assert page.answer == "3 h still to book"
    assert "Then you reach your 9 hours this week." in page.words
    assert "Saturday 9 am – noon takes you to 9 h" in page.words
    assert "Group · 12 seats left · clear of your work" in page.words
    assert page.form("Book Saturday").fields == {"session": str(saturday.pk), "back": "week"}
    assert page.source.count('aria-label="3 h done, 3 h booked, goal 9 h, at most 19 h"'.replace(" h", "\u00a0h")) == 1


def test_one_session_of_several_that_would_do_is_named_and_the_others_counted(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 18, 19)
    for day in (20, 21, 22):
        evening(cast, day)
    page = week_of(cast.ana, client)
    assert plain(page.texts(css="repair-title")[0]) == "Friday 6 – 9 pm takes you to 9 h"
    assert page.link("2 other ways") == "/book/?week=2026-11-16"


def test_where_no_single_session_is_enough_the_fewest_are_booked_together(cast: Cast, client: Client) -> None:
    for day in (18, 19, 20):
        evening(cast, day)
    booked(cast, cast.ana, 17, marked=0)
    page = week_of(cast.ana, client)
    assert page.answer == "9 h still to book"
    assert page.texts(css="repair-title") == ["Today 6 – 9 pm, tomorrow 6 – 9 pm and Friday 6 – 9 pm take you to 9 h"]
    assert page.form("Book all 3").action == "/week/repair/"
    assert "Not counted: Yesterday 6 – 9 pm" in page.words


def test_all_booked(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 16, marked=180)
    booked(cast, cast.ana, 18, 19)
    page = week_of(cast.ana, client)
    assert page.answer == "All booked: 9 h"
    assert "On track 3 h done, 6 h to come" in page.words
    assert page.texts(css="repair") == []


def test_reached_counts_the_weeks_in_a_row(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 15, 14, 13, marked=180)
    booked(cast, cast.ana, 16, 17, marked=180)
    mark_counted({row.pk: 180 for row in booked(cast, cast.ana, 18)}, now=NOW)
    for earlier in ("2026-11-02", "2026-11-09"):
        week_of(cast.ana, client, f"/week/?week={earlier}")
    page = week_of(cast.ana, client)
    assert page.answer == "9 h done"
    assert "Your week is complete. 2 in a row." in page.words
    assert page.texts(css="chip-pine") == ["Reached"]


def test_a_planned_lower_week_is_told_as_planned(cast: Cast, client: Client) -> None:
    ana = cast.ana
    fields = PhaseFields(
        at("2026-11-16 12:00").date(),
        at("2026-11-29 12:00").date(),
        360,
        1140,
        transition=True,
        transition_reason="steps down",
    )
    add_phase(cast.admission_of(ana), fields, actor=None, now=at("2026-11-15 12:00"))
    booked(cast, ana, 18, 19)
    page = week_of(ana, client)
    assert page.answer == "6 h this week, as planned"
    assert "Planned until 29 Nov" in page.words
    assert "steps down" not in page.words


def test_too_much_names_the_appointment_without_which_it_is_right(cast: Cast, client: Client) -> None:
    cleo = cast.cleo
    phase = cast.phase_of(cleo)
    one_to_one = cast.booked(cleo, cast.session("2026-11-20 12:00", minutes=60))
    phase.max_minutes = 1100
    phase.save()
    page = week_of(cleo, client)
    assert page.answer == "40 min too much"
    assert "A week holds 18 h 20 at most." in page.words
    assert page.texts(css="repair-title") == ["Without Friday noon – 1 pm it is 18 h"]
    assert page.link("Give Friday back") == f"/bookings/{one_to_one.pk}/cancel/"
    phase.max_minutes = 1000
    phase.save()
    page = week_of(cleo, client)
    assert page.texts(css="repair-title") == ["Without Saturday 7 – 10 pm it is 16 h"]


def test_short_with_nothing_that_fits_leads_to_a_person(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 18)
    page = week_of(cast.ana, client)
    assert page.answer == "6 h short"
    assert "Nothing free fits this week." in page.words
    assert page.texts(css="repair-title") == ["Dana K. can look for a way"]
    assert page.link("Call Dana") == "tel:+13035550100"
    assert page.link("What would help") == "/book/?week=2026-11-16"


def test_short_although_something_fits_says_the_most(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 18)
    evening(cast, 20)
    page = week_of(cast.ana, client)
    assert page.answer == "6 h short"
    assert "6 h is the most that still fits." in page.words
    assert page.texts(css="repair-title") == ["Friday 6 – 9 pm brings you to 6 h"]


def test_a_week_of_leave_asks_for_nothing(cast: Cast, client: Client) -> None:
    admission = cast.admission_of(cast.ana)
    monday, sunday = at("2026-11-16 12:00").date(), at("2026-11-22 12:00").date()
    add_leave(admission, starts_on=monday, ends_on=sunday, actor=None, now=NOW)
    page = week_of(cast.ana, client)
    assert page.answer == "Nothing to book"
    assert "No hours are asked of you this week." in page.words


def test_a_week_that_is_over_says_what_was_done_and_what_is_not_counted_yet(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 10, 11, marked=180)
    booked(cast, cast.ana, 12)
    page = week_of(cast.ana, client, "/week/?week=2026-11-11")
    assert page.answer == "6 h done"
    assert "3 h short of your 9 hours." in page.words
    assert "3 h not counted yet" in page.words
    assert page.texts(css="week-switcher-label")[0] == "Last week · 9–15 Nov"


def test_the_next_appointment_says_when_where_and_with_whom(cast: Cast, client: Client) -> None:
    cast.site.directions = "Side door B, 2nd floor"
    cast.site.save()
    booking = cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    page = week_of(cast.ana, client)
    assert page.texts(css="heading") == ["Today, 6 – 9 pm"]
    assert "in 9 h 58" in page.words
    assert page.texts(css="place") == ["Room 4 · Side door B, 2nd floor 214 Maple Street · with Dana K."]
    assert page.link("Can’t come") == f"/bookings/{booking.pk}/cancel/"
    assert page.link("I’m late Call") == "tel:+13035550100"
    assert page.link("Directions").endswith("destination=214+Maple+Street")


@pytest.mark.parametrize(("minutes_before", "shown"), [(16, False), (15, True), (0, True), (-179, True), (-180, False)])
def test_join_is_there_from_a_quarter_of_an_hour_before_until_the_end(
    cast: Cast, client: Client, minutes_before: int, shown: bool
) -> None:
    session = evening(cast, 18, mode="telehealth", telehealth_url="https://video.example.org/abc")
    cast.booked(cast.ana, session)
    with time_machine.travel(at("2026-11-18 18:00") - timedelta(minutes=minutes_before), tick=False):
        page = week_of(cast.ana, client)
    assert ("https://video.example.org/abc" in page.source) is shown
    assert ("Join by video" in page.words) is shown


def test_who_only_waits_never_sees_the_link(cast: Cast, client: Client) -> None:
    session = evening(cast, 18, mode="telehealth", telehealth_url="https://video.example.org/abc", capacity=1)
    cast.booked(cast.patient(), session)
    booking = cast.booked(cast.ana, session, waitlist=True)
    with time_machine.travel(at("2026-11-18 17:50"), tick=False):
        page, its_page = week_of(cast.ana, client), open_page(client, f"/bookings/{booking.pk}/")
    assert "You are 1st in line" in page.words
    assert "video.example.org" not in page.source + its_page.source


def test_the_drawing_holds_work_what_is_done_booked_and_offered(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 16, marked=165)
    booked(cast, cast.ana, 18)
    evening(cast, 20)
    lines = week_of(cast.ana, client).texts("ul", "week-list")
    assert lines == [
        "Monday 16 Work 8 am–4:30 pm Group 6–9 pm , done 2 h 45 Tuesday 17 Work 8 am–4:30 pm"
        " Wednesday 18 Work 8 am–4:30 pm Group 6–9 pm , booked 3 h Thursday 19 Work 8 am–4:30 pm"
        " Friday 20 Work 8 am–4:30 pm Add 6–9 pm , free to book 3 h Saturday 21 Nothing Sunday 22 Nothing"
    ]


def test_a_day_on_which_the_doors_stay_shut_says_so(cast: Cast, client: Client) -> None:
    whole, hours = date(2026, 11, 19), date(2026, 11, 20)
    common: dict[str, Any] = {"site": cast.site, "reason": "Staff day", "created_at": NOW}
    SiteClosure.objects.create(starts_on=whole, ends_on=whole, **common)
    SiteClosure.objects.create(starts_on=hours, ends_on=hours, starts_at=time(12), ends_at=time(15), **common)
    page = week_of(cast.ana, client)
    assert "Wednesday 18 Work 8 am–4:30 pm Thursday 19 Closed Work 8 am–4:30 pm Friday 20 Work" in page.words
    assert page.source.count("is-closed") == 1
    assert "Staff day" not in page.source


def test_nothing_says_what_an_appointment_is_about(cast: Cast, client: Client) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00", title="Relapse prevention"))
    evening(cast, 19, title="Relapse prevention", focus="education")
    for path in ("/week/", "/book/"):
        page = week_of(cast.ana, client, path)
        assert page.source.count("<title>") == 1
        for word in ("Relapse", "education", "Education", "process", "Evening track", "treatment", "program"):
            assert word not in page.source


def test_the_first_visit_is_two_steps(cast: Cast, client: Client) -> None:
    page = week_of(cast.patient("Nora Lind", account=True), client)
    assert page.answer == "Let’s fit this round your work"
    assert page.link("Start") == "/work-hours/"


def test_before_the_first_day_the_page_says_when_it_is(cast: Cast, client: Client) -> None:
    patient = cast.patient("Nora Lind", account=True, admitted=False)
    cast.admission(patient, admitted_on=at("2026-11-30 12:00").date())
    page = week_of(patient, client)
    assert page.answer == "You start on Monday 30"


@pytest.mark.parametrize("admitted", ["2026-11-16", "2026-11-18", "2026-11-22"])
def test_the_week_in_which_one_begins_has_its_pages(cast: Cast, client: Client, admitted: str) -> None:
    patient = cast.patient("Nora Lind", account=True, admitted=False)
    cast.admission(patient, admitted_on=at(f"{admitted} 12:00").date())
    session = evening(cast, 22)
    assert week_of(patient, client).answer == "Let’s fit this round your work"
    assert week_of(patient, client, "/book/").texts("h2") == ["Sunday 22"]
    cast.booked(patient, session)
    left = {"2026-11-16": "6 h short", "2026-11-18": "3 h 26 short", "2026-11-22": "All booked: 3 h"}
    assert week_of(patient, client).answer == left[admitted]


@pytest.mark.parametrize("weeks", range(24, 29))
def test_no_further_ahead_than_weeks_are_counted(cast: Cast, client: Client, weeks: int) -> None:
    for days in (0, 3, 6):
        patient = cast.patient(f"Nora{days} Lind", account=True, admitted=False)
        on = (NOW + timedelta(weeks=weeks, days=days)).date()
        cast.admission(patient, admitted_on=on)
        client.force_login(patient.user)  # type: ignore[arg-type]
        assert client.get("/week/", {"week": on.isoformat()}).status_code in (200, 302)


def test_after_the_last_day_the_page_is_calm_and_leads_to_the_last_week(cast: Cast, client: Client) -> None:
    admission = cast.admission_of(cast.ana)
    discharge(admission, discharged_on=at("2026-11-10 12:00").date(), actor=None, now=NOW)
    page = week_of(cast.ana, client)
    assert page.answer == "Nothing is planned"
    last = page.link("See your last week")
    assert last == "/week/?week=2026-11-10"
    assert open_page(client, last).status == 200


def test_who_was_never_admitted_finds_a_calm_page(cast: Cast, client: Client) -> None:
    page = week_of(cast.patient("Nora Lind", account=True, admitted=False), client)
    assert page.answer == "Nothing is planned"


@pytest.mark.parametrize("asked", ["yesterday", "2026-13-01", "1066-10-14", "9999-12-31", "", "2026-11-18'"])
def test_a_week_that_nobody_can_read_is_this_week_or_leads_back_to_it(cast: Cast, client: Client, asked: str) -> None:
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    response = client.get("/week/", {"week": asked}, follow=True)
    assert (response.status_code, b"16\xe2\x80\x9322\xc2\xa0Nov" in response.content) == (200, True)


def test_weeks_lead_back_to_the_first_and_on(cast: Cast, client: Client) -> None:
    booked(cast, cast.ana, 18)
    page = week_of(cast.ana, client)
    assert [link for link in page.links if link.startswith("/week/?")][:2] == [
        "/week/?week=2026-11-09",
        "/week/?week=2026-11-23",
    ]
    first = week_of(cast.ana, client, "/week/?week=2026-10-05")
    assert "/week/?week=2026-09-28" not in first.links


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(
    cast: Cast, client: Client, django_assert_num_queries: Any, count: int
) -> None:
    booked(cast, cast.ana, 16, marked=180)
    for number in range(count):
        hour = 6 + number % 15
        cast.session(
            f"2026-11-{19 + number % 4} {hour:02d}:{number // 15 * 30:02d}",
            minutes=30,
            room=False,
            counselor=False,
            counselors=(cast.dana_counselor,) if number == 0 else (),
        )
        Room.objects.create(site=cast.site, name=f"Room {number + 10}", seats=5)
    week_of(cast.ana, client)
    with django_assert_num_queries(WEEK_QUERIES):
        assert client.get("/week/").status_code == 200
    with django_assert_num_queries(BOOK_QUERIES):
        assert client.get("/book/").status_code == 200


def test_times_are_written_as_in_the_language_of_the_account(cast: Cast, client: Client) -> None:
    cast.booked(cast.ana, evening(cast, 18))
    assert cast.ana.user is not None
    cast.ana.user.language = "es"
    cast.ana.user.save()
    evening(cast, 20)
    assert week_of(cast.ana, client).texts(css="heading")[0].endswith(", 18:00 – 21:00")
    assert "18:00 – 21:00" in week_of(cast.ana, client, "/book/").texts(css="session-row-times")
