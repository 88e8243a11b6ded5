"""Who changed what: of a week of the schedule, a session, a series, a site, a counselor and a person."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attendance.queries.touch_words import REASONS, TOUCHES, reason_words
from people.models import Admission, User
from people.services.closures import ClosureFields
from people.services.places import save_room
from scheduling.models import Booking
from scheduling.services.absences import discharge
from scheduling.services.booking import cancel, move
from scheduling.services.closures import close_site
from scheduling.services.counselor_times import add_time_off
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_pauses import pause_edit, resume_edit
from scheduling.services.sessions import cancel_session
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import change, series_of
from tests.web.reading import open_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def read(client: Client, user: User, name: str, **kwargs: object) -> str:
    client.force_login(user)
    query = kwargs.pop("query", "")
    page = open_page(client, f"{reverse(name, kwargs=kwargs)}{query}")
    assert page.status == 200
    return page.words


def test_a_session_tells_what_was_changed_of_it_from_what_to_what_and_by_whom(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=2)
    session = series.sessions.get(occurrence_local="2026-11-25T18:00")
    other = cast.room.__class__.objects.create(site=cast.site, name="Garden room", seats=16)
    change(
        series,
        scope=Scope.THIS,
        occurrence="2026-11-25T18:00",
        starts_at_local="2026-11-26T17:00",
        capacity=9,
        title="Evening two",
        room=other,
        counselors=(cast.dana_counselor,),
    )
    seen = read(client, cast.cory, "session-history", session_id=session.pk)
    for line in (
        "Session changed",
        "The system · Wed 18 Nov, 8:02 am",
        "Wed 25 Nov, 6–9 pm → Thu 26 Nov, 5–8 pm",
        "Seats: 12 → 9",
        f"Title: {series.title} → Evening two",
        "Garden room",
    ):
        assert line in seen
    cancel_session(session, actor=cast.dirk, now=NOW, reason="Storm")
    seen = read(client, cast.ada, "session-history", session_id=session.pk)
    assert seen.index("Session called off") < seen.index("Session changed")
    assert "Dirk · Wed 18 Nov, 8:02 am “Storm”" in seen


def test_a_series_tells_how_far_each_edit_reached_and_its_pauses(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=3)
    change(series, scope=Scope.FOLLOWING, occurrence="2026-11-25T18:00", starts_at_local="2026-11-25T17:00")
    pause = pause_edit(series, starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 6), reason="Holidays")
    edit_series(series, pause, actor=cast.cory, now=NOW)
    edit_series(series, resume_edit(series, series.pauses.get()), actor=cast.cory, now=NOW)
    seen = read(client, cast.ada, "series-history", series_id=series.pk)
    for line in (
        "This one and all that follow: Wed 25 Nov, 6 pm",
        "Pauses: none → 30 Nov – 6 Dec",
        "Pauses: 30 Nov – 6 Dec → none",
        "“Holidays”",
        "Session called off · Mon 30 Nov, 5–8 pm",
        "Session held after all · Mon 30 Nov, 5–8 pm",
    ):
        assert line in seen


def test_the_week_of_the_schedule_tells_of_what_was_called_off_in_it(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00")
    cancel_session(session, actor=cast.cory, now=NOW, reason="Nobody can lead it")
    fields = ClosureFields(date(2026, 11, 20), date(2026, 11, 20), "Storm")
    close_site(cast.site, fields, actor=cast.cory, now=NOW)
    seen = read(client, cast.ada, "schedule-history", query="?week=2026-11-18")
    assert "Session called off · Thu 19 Nov, 6–9 pm" in seen
    assert "Site closed · 20 Nov" in seen
    assert "Nothing was changed" in read(client, cast.ada, "schedule-history", query="?week=2026-12-14")
    assert "week=2026-11-16" in str(client.get(reverse("schedule")).content)


def test_a_site_and_a_counselor_have_theirs(cast: Cast, client: Client) -> None:
    save_room(cast.site, cast.room, name="Room 5", seats=10, actor=cast.cory, now=NOW)
    seen = read(client, cast.ada, "site-history", site_id=cast.site.pk)
    assert "Seats: 16 → 10" in seen
    assert "Name: Room 4 → Room 5" in seen
    off = add_time_off(
        cast.dana_counselor, starts_at=at("2026-11-20 08:00"), ends_at=at("2026-11-20 17:00"), actor=cast.cory, now=NOW
    )
    off.delete()
    seen = read(client, cast.cory, "counselor-history", counselor_id=cast.dana_counselor.pk)
    assert "Time off entered · Fri 20 Nov, 8 am – Fri 20 Nov, 5 pm" in seen


def test_a_person_s_tells_of_bookings_and_of_who_looked_where_that_is_asked(cast: Cast, client: Client) -> None:
    first, second = cast.session("2026-11-19 18:00"), cast.session("2026-11-20 18:00")
    moved = move(cast.booked(cast.ana, first), second, actor=cast.cory, now=NOW)
    cancel(moved, actor=cast.ana.user, now=NOW, reason="Work")
    read(client, cast.ada, "patient", patient_id=cast.ana.pk)
    seen = read(client, cast.ada, "patient-history", patient_id=cast.ana.pk)
    assert "Moved · Fri 20 Nov, 6–9 pm Cory · Wed 18 Nov, 8:02 am from Thu 19 Nov, 6–9 pm" in seen
    assert "Cancelled · Fri 20 Nov, 6–9 pm" in seen
    assert "“Work”" in seen
    assert "Opened the record" not in seen
    assert "Opened the record" in read(client, cast.ada, "patient-history", patient_id=cast.ana.pk, query="?looks=1")


def test_the_reasons_that_nobody_typed_are_words_in_both_languages(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00")
    cast.booked(cast.ana, session)
    cancel_session(session, actor=cast.cory, now=NOW)
    booking = Booking.objects.get(session=session)
    assert booking.cancel_reason in REASONS
    cast.booked(cast.ana, cast.session("2026-11-20 18:00"))
    discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 19), actor=cast.cory, now=NOW)
    assert "“discharged”" in read(client, cast.ada, "patient-history", patient_id=cast.ana.pk)
    with override("es"):
        assert {reason_words(code) for code in REASONS}.isdisjoint(REASONS)
    assert reason_words("Storm") == "Storm"


def test_who_leads_sessions_alone_does_not_read_the_site_s_history(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-19 18:00")
    client.force_login(cast.dana)
    for name, kwargs in (
        ("schedule-history", {}),
        ("session-history", {"session_id": session.pk}),
        ("site-history", {"site_id": cast.site.pk}),
    ):
        assert (name, client.get(reverse(name, kwargs=kwargs)).status_code) == (name, 403)


def test_a_person_s_history_is_read_by_whoever_answers_for_them(cast: Cast, client: Client) -> None:
    """Who leads a session that they come to sees their record, and not who changed and opened it before."""
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    Admission.objects.filter(patient=cast.ana).update(primary_counselor=None)
    record, history = (reverse(name, args=[cast.ana.pk]) for name in ("patient", "patient-history"))
    client.force_login(cast.dana)
    assert (client.get(record).status_code, client.get(history).status_code) == (200, 403)
    assert history not in client.get(record).content.decode()
    Admission.objects.filter(patient=cast.ana).update(primary_counselor=cast.dana_counselor)
    assert client.get(history).status_code == 200
    assert history in client.get(record).content.decode()


def test_a_page_of_it_costs_the_same_with_one_entry_and_with_thirty(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=1)
    session = series.sessions.get(occurrence_local="2026-11-25T18:00")
    client.force_login(cast.ada)
    counts = []
    for number in range(1, 31):
        edit = SeriesEdit(Scope.THIS, {"capacity": number, "room": None}, "2026-11-25T18:00")
        edit_series(series, edit, actor=cast.cory, now=NOW)
        if number in (1, 30):
            counts.append(_queries(client, reverse("session-history", args=[session.pk])))
    assert counts[0] == counts[1]


def _queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_every_action_that_is_recorded_by_name_has_words() -> None:
    """Of the schedule and of people in care; what concerns accounts, programs and templates is on no such page."""
    elsewhere = {
        "account_changed",
        "booking_rules_changed",
        "policy_changed",
        "program_changed",
        "template_changed",
        "template_made",
        "template_removed",
        "token_issued",
    }
    assert _recorded() - elsewhere <= set(TOUCHES)


def _recorded() -> set[str]:
    writers = {"record", "record_many", "trail_entry", "write_trail", "_tell", "_record", "_write"}
    found: set[str] = set()
    for app in ("people", "scheduling", "attendance", "notifications"):
        for path in Path(app).rglob("*.py"):
            calls = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Call)]
            named = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in writers]
            said = [word for one in named for word in one.args[:2] if isinstance(word, ast.Constant)]
            found |= {word.value for word in said if isinstance(word.value, str)}
    return found
