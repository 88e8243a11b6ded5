"""Make-ups on the pages: chosen where staff book; shown on ledger, roster, record and the evidence of a week."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from attendance.models import AttendanceRecord, TreatmentWeek, WeekRevision
from attendance.services.closing import close_due_weeks
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.weeks import recount_patient
from scheduling.models import Booking, Session
from scheduling.services.booking import book
from tests.cast import NOW, WEEK, Cast, at
from tests.web.reading import open_page, press

pytestmark = pytest.mark.django_db

BEFORE = at("2026-10-05 12:00")
THURSDAY = at("2026-11-19 21:05")


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def missed(cast: Cast) -> Booking:
    """Ana did not come on Monday."""
    session = cast.session("2026-11-16 18:00", room=False, now=BEFORE)
    booking = cast.booked(cast.ana, session, now=BEFORE)
    save_rows(session, [RosterRow(booking.pk, "no_show")], actor=cast.dana, now=at("2026-11-16 21:05"))
    sign_roster(session, actor=cast.dana, now=at("2026-11-16 21:05"))
    return booking


@pytest.fixture
def thursday(cast: Cast) -> Session:
    return cast.session("2026-11-19 18:00", room=False, now=BEFORE)


def made_up(cast: Cast, missed: Booking, session: Session) -> Booking:
    return book(cast.ana, session, actor=cast.cory, now=NOW, makes_up_for=missed.pk)


def test_staff_choose_what_they_book_makes_up_for(
    cast: Cast, client: Client, missed: Booking, thursday: Session
) -> None:
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/sessions/"
    page = open_page(client, path)
    assert page.texts("select", "input") == ["Nothing missed Mon 16 Nov, 6–9 pm"]
    assert page.form("Book Thu 19 Nov, 6–9 pm").fields == {"session": str(thursday.pk)}
    page = open_page(client, f"{path}?week=2026-11-18&makes_up={missed.pk}")
    form = page.form("Book Thu 19 Nov, 6–9 pm")
    assert form.fields == {"session": str(thursday.pk), "makes_up": str(missed.pk)}
    assert f"?week=2026-11-23&makes_up={missed.pk}" in page.links
    after = press(client, form)
    assert after.notices == ["done: Thu 19 Nov, 6–9 pm is booked."]
    assert Booking.objects.get(session=thursday).makes_up_for == missed
    assert after.texts("select", "input") == []  # nothing is left to make up for


def test_what_is_no_absence_of_theirs_books_nothing(
    cast: Cast, client: Client, missed: Booking, thursday: Session
) -> None:
    client.force_login(cast.cory)
    wen = cast.patient("Wen Zhao")
    for query in (f"?makes_up={missed.pk}", "?makes_up=x", f"?makes_up={10**30}"):
        page = open_page(client, f"/patients/{wen.pk}/sessions/{query}")
        assert page.form("Book Thu 19 Nov, 6–9 pm").fields == {"session": str(thursday.pk)}
    sent = {"session": str(thursday.pk), "makes_up": str(missed.pk)}
    answer = client.post(f"/patients/{wen.pk}/book/", sent)
    page = open_page(client, answer.headers["Location"])
    assert page.notices == ["bad: Nothing was booked. There is no absence that this could make up for."]
    assert not Booking.objects.filter(patient=wen).exists()


def test_the_repair_of_a_week_makes_up_for_what_was_missed_in_it(
    cast: Cast, client: Client, missed: Booking, thursday: Session
) -> None:
    client.force_login(cast.cory)
    client.post(f"/patients/{cast.ana.pk}/repair/", {"sessions": str(thursday.pk), "week": "2026-11-16"})
    assert Booking.objects.get(session=thursday).makes_up_for == missed


def test_roster_ledger_and_record_show_both_ends(
    cast: Cast, client: Client, missed: Booking, thursday: Session
) -> None:
    made = made_up(cast, missed, thursday)
    client.force_login(cast.cory)
    assert "Makes up for Mon 16 Nov" in open_page(client, f"/sessions/{thursday.pk}/roster/").words
    ledger = f"/patients/{cast.ana.pk}/ledger/"
    record = open_page(client, f"/patients/{cast.ana.pk}/")
    assert "Group · No-show" not in record.words
    assert "Make-up booked for Thu 19 Nov" in record.words
    assert "Makes up for Mon 16 Nov" in record.words
    assert "Make-up booked for Thu 19 Nov" in open_page(client, ledger).words
    with time_machine.travel(THURSDAY, tick=False):
        client.force_login(cast.cory)
        save_rows(thursday, [RosterRow(made.pk, "no_show")], actor=cast.dana, now=THURSDAY)
        page = open_page(client, ledger)
        assert "Make-up of Thu 19 Nov missed too" in page.words
        save_rows(thursday, [RosterRow(made.pk, "present")], actor=cast.dana, now=THURSDAY)
        page = open_page(client, ledger)
        assert ("Made up on Thu 19 Nov" in page.words, "Makes up for Mon 16 Nov" in page.words) == (True, True)


def test_the_evidence_of_a_week_keeps_it(cast: Cast, client: Client, missed: Booking, thursday: Session) -> None:
    made = made_up(cast, missed, thursday)
    save_rows(thursday, [RosterRow(made.pk, "present")], actor=cast.dana, now=THURSDAY)
    sign_roster(thursday, actor=cast.dana, now=THURSDAY)
    client.force_login(cast.cory)
    recount_patient(cast.ana.pk, now=NOW, first=WEEK, last=WEEK)
    week = TreatmentWeek.objects.get(patient=cast.ana, week=WEEK)
    lines = open_page(client, f"/weeks/{week.pk}/").texts("li")
    assert "Mon 16 Nov, 6 pm: Made up on Thu 19 Nov" in lines
    assert "Thu 19 Nov, 6 pm: Makes up for Mon 16 Nov" in lines
    over = at("2026-11-24 12:00")
    with time_machine.travel(over, tick=False):
        recount_patient(cast.ana.pk, now=over, first=WEEK, last=WEEK)
        close_due_weeks(now=over)
        client.force_login(cast.cory)
        page = open_page(client, f"/weeks/{week.pk}/")
    kept = [record.get("makes_up_for") for record in WeekRevision.objects.get(week=week).records]
    assert kept == [None, {"booking": missed.pk, "starts_at": missed.starts_at.isoformat()}]
    assert "Thu 19 Nov, 6 pm Present Makes up for Mon 16 Nov 180 180" in page.texts("tr")
    assert AttendanceRecord.objects.get(booking=made).credited_minutes == 180


@pytest.mark.parametrize("absences", [1, 6])
def test_choosing_costs_the_same_for_any_number_of_absences(
    cast: Cast, client: Client, absences: int, django_assert_max_num_queries: object
) -> None:
    for number in range(absences):
        start = at("2026-11-16 18:00") - timedelta(days=number)
        session = cast.session(start.astimezone(cast.site.zone).strftime("%Y-%m-%d %H:%M"), room=False, now=BEFORE)
        booking = cast.booked(cast.ana, session, now=BEFORE)
        save_rows(session, [RosterRow(booking.pk, "excused")], actor=cast.dana, now=start)
    client.force_login(cast.cory)
    client.get(f"/patients/{cast.ana.pk}/sessions/")
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        client.get(f"/patients/{cast.ana.pk}/sessions/")


def test_who_only_waits_in_line_has_no_make_up_booked(cast: Cast, client: Client, missed: Booking) -> None:
    full = cast.session("2026-11-20 18:00", room=False, counselor=False, capacity=1)
    cast.booked(cast.patient("Wen Zhao"), full)
    book(cast.ana, full, actor=cast.cory, now=NOW, waitlist=True, makes_up_for=missed.pk)
    client.force_login(cast.cory)
    for path in (f"/patients/{cast.ana.pk}/", f"/patients/{cast.ana.pk}/ledger/?from=2026-11-16&to=2026-11-22"):
        assert "Make-up booked" not in open_page(client, path).words
