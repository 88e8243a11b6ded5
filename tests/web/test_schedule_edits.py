"""Changing the schedule by its pages alone: every change is shown before it is saved, with no script."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from scheduling.models import Booking, Session, SessionSeries
from scheduling.services.invitations import answer
from scheduling.services.series import extend_horizon
from scheduling.services.sessions import cancel_session
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import change, seen, series_of
from tests.scheduling.services.test_invitations import asked
from tests.web.reading import open_page, plain

pytestmark = pytest.mark.django_db

SERIES_QUERIES = 13


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(cast: Cast, client: Client) -> Client:
    client.force_login(cast.cory)
    return client


def form_of(session: Session, cast: Cast, **changes: Any) -> dict[str, Any]:
    """The session's form as it is filled in, with some fields changed."""
    return {
        "do": "change",
        "step": "preview",
        "scope": "this",
        "on": f"{session.starts_at.astimezone(cast.site.zone):%Y-%m-%d}",
        "at": "18:00",
        "duration_minutes": "180",
        "breaks": "90+15",
        "title": "Process group",
        "kind": "group",
        "focus": "process",
        "capacity": "12",
        "room": str(cast.room.pk),
        "counselors": [str(cast.dana_counselor.pk)],
        "mode": "in_person",
        **changes,
    }


def test_a_move_is_shown_and_then_saved(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=2)
    session = series.sessions.get(occurrence_local="2026-11-23T18:00")
    ana, other = cast.booked(cast.ana, session), cast.booked(cast.patient("Lou Park"), session)
    address = f"/schedule/sessions/{session.pk}/"
    shown = client.post(address, form_of(session, cast, on="2026-11-24", at="15:30"))
    words = shown.content.decode()
    assert shown.status_code == 200
    assert "1 person would lose a seat" in words
    assert "Ana Reyes" in words
    assert "Lou Park" not in words
    assert f'name="confirmed" value="{ana.pk}"' in words
    session.refresh_from_db()
    assert session.starts_at == at("2026-11-23 18:00")
    saved = {**form_of(session, cast, on="2026-11-24", at="15:30"), "step": "apply"}
    behind = client.post(address, saved)
    assert (behind.status_code, "Nothing was saved" in behind.content.decode()) == (409, True)
    done = client.post(address, {**saved, "confirmed": str(ana.pk)})
    assert (done.status_code, done.headers["Location"]) == (302, f"/schedule/?week=2026-11-23&site={cast.site.pk}")
    session.refresh_from_db()
    assert session.starts_at == at("2026-11-24 15:30")
    assert [Booking.objects.get(pk=one.pk).status for one in (ana, other)] == ["cancelled", "booked"]


def test_too_few_seats_are_refused_with_every_session_that_has_more_people(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=2)
    for local in ("2026-11-23T18:00", "2026-11-30T18:00"):
        for patient in (cast.ana, cast.patient("Lou Park")):
            cast.booked(patient, series.sessions.get(occurrence_local=local))
    session = series.sessions.get(occurrence_local="2026-11-25T18:00")
    refused = client.post(f"/schedule/sessions/{session.pk}/", form_of(session, cast, scope="all", capacity="1"))
    words = plain(refused.content.decode())
    assert "More people are booked than there would be seats" in words
    assert "Mon 23 Nov, 6 pm: 2 seats are taken" in words
    assert "Mon 30 Nov, 6 pm: 2 seats are taken" in words


def test_the_rest_of_a_series_that_counts_moves_by_a_day_and_grows_by_none(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=8, rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=5")
    session = series.sessions.get(occurrence_local="2026-11-30T18:00")
    moved = form_of(session, cast, scope="following", on="2026-12-01")
    assert client.post(f"/schedule/sessions/{session.pk}/", {**moved, "step": "apply"}).status_code == 302
    assert [start[:5] for start, _ in seen(series).values()] == ["11-16", "11-23", "12-01", "12-08", "12-15"]


def test_the_days_of_an_earlier_stretch_are_moved_by_its_own_rule(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=4)
    change(series, "following", "2026-12-07T18:00", rrule="FREQ=WEEKLY;BYDAY=FR")
    session = series.sessions.get(occurrence_local="2026-11-30T18:00")
    moved = form_of(session, cast, scope="following", on="2026-12-01")
    assert client.post(f"/schedule/sessions/{session.pk}/", {**moved, "step": "apply"}).status_code == 302
    days = [start[:5] for start, state in seen(series).values() if state == "scheduled"]
    assert days[4:] == ["12-01", "12-02", "12-08", "12-09", "12-15", "12-16"]


def test_a_day_moved_for_all_moves_that_day_of_the_rule(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=2)
    session = series.sessions.get(occurrence_local="2026-11-23T18:00")
    before = seen(series)
    data = form_of(session, cast, on="2026-11-24", at="17:00", scope="all", step="apply")
    assert client.post(f"/schedule/sessions/{session.pk}/", data).status_code == 302
    series.refresh_from_db()
    assert (series.rrule, series.starts_at_local) == ("FREQ=WEEKLY;BYDAY=TU,WE", "2026-11-16T17:00")
    after = seen(series)
    assert list(after) == list(before)
    assert [start for start, _ in after.values()][:4] == ["11-16 18:00", "11-18 17:00", "11-24 17:00", "11-25 17:00"]


def test_a_drag_sends_only_what_it_moved(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-23 18:00")
    data = {"do": "change", "only": "moved", "scope": "this", "on": "2026-11-23", "at": "10:00", "step": "preview"}
    shown = client.post(
        f"/schedule/sessions/{session.pk}/", data, headers={"X-Requested-With": "drag"}
    ).content.decode()
    assert "<html" not in shown
    assert "nobody loses a seat" in shown
    client.post(f"/schedule/sessions/{session.pk}/", {**data, "step": "apply"})
    session.refresh_from_db()
    assert (session.starts_at, session.ends_at) == (at("2026-11-23 10:00"), at("2026-11-23 13:00"))


def test_guests_who_could_not_come_any_more_are_named_first(cast: Cast, client: Client) -> None:
    invitation = answer(asked(cast), coming=True, now=NOW)
    address = f"/schedule/sessions/{invitation.session_id}/"
    form = {"do": "change", "only": "moved", "scope": "this", "on": "2026-11-19", "at": "18:00", "kind": "group"}
    words = plain(client.post(address, {**form, "step": "preview"}).content.decode())
    assert "No longer invited" in words
    assert "Rosa, asked by Ana Reyes</strong> " in words
    assert "It is no family session any more" in words
    later = client.post(address, {**form, "kind": "family", "on": "2026-12-19", "step": "preview"}).content.decode()
    assert "The consent does not cover the new day" in later
    invitation.refresh_from_db()
    assert invitation.state == "coming"
    client.post(address, {**form, "step": "apply", "confirmed": ""})
    invitation.refresh_from_db()
    assert invitation.state == "withdrawn"


def test_calling_off_is_shown_first(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-23 18:00")
    booking = cast.booked(cast.ana, session)
    data = {"do": "cancel", "reason": "storm", "step": "preview"}
    assert "Ana Reyes" in client.post(f"/schedule/sessions/{session.pk}/", data).content.decode()
    client.post(f"/schedule/sessions/{session.pk}/", {**data, "step": "apply", "confirmed": str(booking.pk)})
    session.refresh_from_db()
    assert session.state == "cancelled"


def test_a_series_is_made_paused_and_ended(cast: Cast, client: Client) -> None:
    form = {key: value for key, value in form_of(cast.session("2026-11-27 08:00"), cast).items() if key != "on"}
    form |= {"starts_on": "2026-11-19", "days": ["TH"], "every": "1", "rrule": "", "ends_on": ""}
    assert cast.program.sites.exists()
    made = client.post("/schedule/series/new/", form)
    assert made.status_code == 302
    series = SessionSeries.objects.get()
    assert (series.rrule, series.starts_at_local) == ("FREQ=WEEKLY;BYDAY=TH", "2026-11-19T18:00")
    address = f"/schedule/series/{series.pk}/"
    pause = {"do": "pause", "starts_on": "2026-11-23", "ends_on": "2026-11-27", "reason": "Thanksgiving"}
    assert "Thu 26 Nov, 6 pm is called off" in client.post(address, pause).content.decode().replace("\xa0", " ")
    client.post(address, {**pause, "step": "apply"})
    assert [start for start, state in seen(series).values() if state == "cancelled"] == ["11-26 18:00"]
    page = open_page(client, address)
    assert page.answer == "11 sessions are planned"
    (row,) = series.pauses.all()
    client.post(address, {"do": "resume", "pause": str(row.pk), "step": "apply"})
    assert open_page(client, address).answer == "12 sessions are planned"
    client.post(address, {**form, "do": "change", "ends_on": "2026-12-03", "step": "apply"})
    assert open_page(client, address).answer == "3 sessions are planned"
    wrong = client.post(address, {**form, "do": "change", "days": [], "step": "preview"})
    assert (wrong.status_code, "Choose the days" in wrong.content.decode()) == (400, True)


def test_a_session_is_made(cast: Cast, client: Client) -> None:
    assert cast.program.pk
    form = form_of(cast.session("2026-11-27 08:00"), cast, on="2026-11-24")
    assert client.get("/schedule/sessions/new/").status_code == 200
    assert client.post("/schedule/sessions/new/", form).status_code == 302
    assert Session.objects.filter(starts_at=at("2026-11-24 18:00"), clinical_minutes=165).count() == 1
    clash = client.post("/schedule/sessions/new/", form)
    assert (clash.status_code, "A counselor has another session" in clash.content.decode()) == (400, True)


@pytest.mark.parametrize("view", ["rooms", "counselors", "hours", "list"])
def test_each_view_names_what_is_on(cast: Cast, client: Client, view: str) -> None:
    cast.session("2026-11-19 18:00", title="Skills")
    cast.session("2026-11-20 18:00", counselor=False, room=False, title="Bare")
    words = client.get(f"/schedule/?view={view}").content.decode()
    assert ("Dana K." in words, "No counselor" in words) == (True, True)


def test_what_the_hours_leave_no_room_for_is_named_until_they_do(cast: Cast, client: Client) -> None:
    series = series_of(cast, weeks=1, rrule="FREQ=WEEKLY;BYDAY=MO", starts_at_local="2026-11-23T18:00")
    cancel_session(series.sessions.get(), actor=None, now=NOW)
    address = f"/sites/{cast.site.pk}/"
    client.post(address, {"do": "hours", "day_0": "08:00-17:00"})
    extend_horizon(now=NOW, weeks=3)
    page = open_page(client, "/schedule/")
    assert (
        "Process group: 2 sessions are not held. Outside the opening hours, from Mon 30 Nov, 6–9 pm on." in page.words
    )
    shown = open_page(client, f"/schedule/series/{series.pk}/")
    assert "Mon 30 Nov, 6–9 pm Outside the opening hours" in shown.words
    assert "Mon 23 Nov, 6–9 pm Outside" not in shown.words
    back = client.post(address, {"do": "hours", "day_0": "08:00-21:00"}, follow=True)
    assert "Saved. 2 sessions are back." in back.content.decode()
    assert "not held" not in open_page(client, "/schedule/").words


@pytest.mark.parametrize("weeks", [1, 10])
def test_a_series_costs_the_same(cast: Cast, client: Client, weeks: int, django_assert_num_queries: Any) -> None:
    series = series_of(cast, weeks=weeks)
    with django_assert_num_queries(SERIES_QUERIES):
        client.get(f"/schedule/series/{series.pk}/")
