"""Standing bookings, leave and discharge on the pages: first what would be, then the doing."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from attendance.services.requirements import RequirementFields, add_requirement
from people.models import Admission, Leave, TrailEntry
from scheduling.models import Session, StandingBooking
from scheduling.services.booking import book, cancel, move
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast
from tests.scheduling.services.test_tracks import FIRST, dates_of, evening, track
from tests.web.reading import Page, open_page, press, read

pytestmark = pytest.mark.django_db
TRACKS_QUERIES = 11


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def look(client: Client, cast: Cast, *series: int, more: str = "") -> Page:
    chosen = "&".join(f"series={pk}" for pk in series)
    return open_page(client, f"/patients/{cast.ana.pk}/tracks/?{chosen}&starts_on=2026-11-23{more}")


def test_a_track_is_looked_at_and_joined(cast: Cast, client: Client) -> None:
    series = [one.pk for one in track(cast, capacity=1)]
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/tracks/")
    assert (page.answer, page.texts("h2")) == ("No standing bookings", ["Join a track"])
    page = look(client, cast, *series)
    assert (page.answer, page.texts("h2")[-1]) == ("All 8 dates fit", "All 8 dates fit")
    assert "8 h 15 a week on 3 days" in page.words
    assert "45 min short of the goal, even for somebody who misses nothing." in page.words
    form = page.form("Join the track")
    joined = read(client.post(form.action, {**form.fields, "series": series}, follow=True))
    assert joined.notices == ["done: 8 evenings are booked."]
    assert joined.answer == "Mon, Wed, Thu 6–9 pm"
    assert len(dates_of(cast.ana)) == 8


def test_a_track_is_held_against_what_every_week_is_asked(cast: Cast, client: Client) -> None:
    evenings = RequirementFields("Three evenings", "payer", "days", "week", 3, day_minimum_minutes=160)
    one_to_one = RequirementFields("One-to-one", "licence", "services", "week", 1, kinds=("individual",))
    over_a_month = RequirementFields("Monthly", "court", "days", "month", 40)
    past = RequirementFields("Past", "court", "days", "week", 7, in_force_to=date(2026, 11, 22))
    for asked in (evenings, over_a_month, past):
        add_requirement(cast.program, asked, actor=None, now=NOW)
    add_requirement(cast.admission_of(cast.ana), one_to_one, actor=None, now=NOW)
    series = [one.pk for one in track(cast)]
    client.force_login(cast.cory)
    page = look(client, cast, *series)
    assert "It does not meet: One-to-one. It meets: Three evenings." in page.words
    design = open_page(client, "/tracks/?" + "&".join(f"series={pk}" for pk in series))
    assert "It meets: Three evenings." in design.words
    assert "One-to-one" not in design.words


def test_full_dates_are_named_and_left_out_by_a_tick(cast: Cast, client: Client) -> None:
    series = evening(cast, "MO", capacity=1)
    full = Session.objects.get(occurrence_local="2026-11-30T18:00")
    book(cast.patient(), full, actor=None, now=NOW)
    client.force_login(cast.cory)
    page = look(client, cast, series.pk)
    assert page.texts("h2")[-1] == "1 date cannot be booked"
    assert page.texts("li", "is-refused") == ["Mon 30 Nov 6–9 pm This session is full Do without it Mon 30 Nov"]
    form = page.form("Join the track")
    path = f"/patients/{cast.ana.pk}/tracks/join/"
    fields = {"series": series.pk, "starts_on": "2026-11-23", "override_reason": ""}
    refused = client.post(path, fields)
    assert (refused.status_code, StandingBooking.objects.count(), form.action) == (400, 0, path)
    assert b"Nothing was booked. Some dates cannot be" in refused.content
    assert client.post(path, {**fields, "without_sessions": full.pk}).status_code == 302
    assert dates_of(cast.ana) == ["11-23", "12-07"]


def test_leaving_shows_what_it_cancels(cast: Cast, client: Client) -> None:
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/tracks/{row.pk}/leave/"
    page = open_page(client, f"{path}?from_on=2026-11-30&reason=shift")
    assert page.answer == "2 bookings would be cancelled"
    assert page.texts("li", "track-date") == ["Mon 30 Nov 6–9 pm", "Mon 7 Dec 6–9 pm"]
    assert len(dates_of(cast.ana)) == 3
    done = press(client, page.form("End the standing booking"), path)
    assert done.notices == ["done: 2 bookings are cancelled."]
    assert dates_of(cast.ana) == ["11-23"]


def test_a_moved_evening_is_told_moved_back_and_left_with_the_rest(cast: Cast, client: Client) -> None:
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    second = row.bookings.get(session__occurrence_local="2026-11-30T18:00")
    move(second, cast.session("2026-12-01 18:00", counselor=False, room=False), actor=cast.ana.user, now=NOW)
    cancel(row.bookings.get(session__occurrence_local="2026-12-07T18:00"), actor=cast.ana.user, now=NOW)
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/tracks/")
    assert page.texts("summary")[-1:] == ["2 evenings changed"]
    assert "Mon 30 Nov, 6–9 pm moved to Tue 1 Dec, 6–9 pm" in page.words
    assert "Mon 7 Dec, 6–9 pm skipped" in page.words
    path = f"/patients/{cast.ana.pk}/tracks/{row.pk}/leave/"
    leaving = open_page(client, f"{path}?from_on=2026-11-30&reason=")
    assert leaving.texts("li", "track-date") == ["Tue 1 Dec 6–9 pm instead of Mon 30 Nov, 6–9 pm"]
    back = press(client, page.form("Move back Mon 30 Nov, 6–9 pm"))
    assert back.notices == ["done: Moved to Mon 30 Nov, 6–9 pm."]
    assert open_page(client, f"/patients/{cast.ana.pk}/tracks/").texts("summary")[-1:] == ["1 evening changed"]
    assert dates_of(cast.ana) == ["11-23", "11-30"]


def test_a_discharge_is_shown_and_done(cast: Cast, client: Client) -> None:
    join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/discharge/"
    assert open_page(client, path).answer == "When does it end?"
    page = open_page(client, f"{path}?discharged_on=2026-11-30")
    assert (page.answer, Admission.objects.get().discharged_on) == ("1 booking would be cancelled", None)
    assert page.texts("h2") == ["Cancelled with it", "Standing bookings that end"]
    done = press(client, page.form("Discharge"), path)
    assert done.notices == ["done: Discharged: Mon 30 Nov is the last day. 1 booking is cancelled."]
    assert Admission.objects.get().discharged_on == date(2026, 11, 30)
    wrong = client.post(path, {"discharged_on": "2020-01-01"})
    assert (wrong.status_code, b"The discharge lies before the admission." in wrong.content) == (400, True)


def test_leave_is_entered_and_ended_early(cast: Cast, client: Client) -> None:
    join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/leave/"
    assert open_page(client, path).answer == "No leave so far"
    page = open_page(client, f"{path}?starts_on=2026-11-28&ends_on=2026-12-10&reason=travel")
    assert page.answer == "2 bookings would be cancelled"
    entered = press(client, page.form("Enter the leave"), path)
    assert entered.notices == ["done: Leave: 28 Nov – 10 Dec. 2 bookings are cancelled."]
    leave = Leave.objects.get()
    page = open_page(client, f"{path}?leave={leave.pk}&starts_on=2026-11-28&ends_on=2026-12-01")
    assert page.answer == "1 evening would be booked again"
    changed = press(client, page.form("Change the leave"), path)
    assert changed.notices == ["done: Leave: 28 Nov – 1 Dec. 1 evening is booked again."]
    assert dates_of(cast.ana) == ["11-23", "12-07"]


def test_a_track_is_thought_about_before_anybody_joins(cast: Cast, client: Client) -> None:
    series = [one.pk for one in track(cast)]
    client.force_login(cast.cory)
    assert open_page(client, "/tracks/").answer == "What does a track come to?"
    page = open_page(client, f"/tracks/?program={cast.program.pk}&series={series[0]}&series={series[1]}")
    assert page.answer == "5 h 30 a week on 2 days"
    assert page.notices == ["bad: 3 h 30 short of the goal, even for somebody who misses nothing."]
    assert open_page(client, "/tracks/?program=x&series=y").status == 200


def test_an_auditor_and_a_counselor_see_and_do_not_change(cast: Cast, client: Client) -> None:
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    for user in (cast.ada, cast.dana):
        client.force_login(user)
        page = open_page(client, f"/patients/{cast.ana.pk}/tracks/")
        assert (page.answer, page.texts("h2")) == ("Mon 6–9 pm", ["Standing bookings"])
        assert "Leave this series" not in page.words
        for path in ("discharge/", "leave/", f"tracks/{row.pk}/leave/"):
            assert client.get(f"/patients/{cast.ana.pk}/{path}").status_code == 403
    looks = TrailEntry.objects.filter(action="opened_patient", patient_id=cast.ana.pk)
    assert set(looks.values_list("actor_id", flat=True)) == {cast.ada.pk, cast.dana.pk}


def test_a_counselor_is_offered_what_they_lead_alone(cast: Cast, client: Client) -> None:
    led, other = evening(cast, "MO"), evening(cast, "WE")
    led.counselors.add(cast.dana_counselor)
    cast.admission_of(cast.ana)
    Admission.objects.filter(patient=cast.ana).update(primary_counselor=cast.dana_counselor)
    join_track(cast.ana, TrackWish((led, other), FIRST), actor=None, now=NOW)
    client.force_login(cast.dana)
    page = client.get(f"/patients/{cast.ana.pk}/tracks/").content.decode()
    assert page.count("Leave this series") == page.count('name="series"') == 1


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_costs_the_same_for_any_number(
    number: int, cast: Cast, client: Client, django_assert_num_queries: object
) -> None:
    for at in range(number):
        series = evening(cast, "MO", weeks=1, clock=f"{8 + at // 6:02}:{at % 6 * 10:02}")
        StandingBooking.objects.create(
            patient=cast.ana, admission=cast.admission_of(cast.ana), series=series, starts_on=FIRST, created_at=NOW
        )
    client.force_login(cast.cory)
    with django_assert_num_queries(TRACKS_QUERIES):  # type: ignore[operator]
        assert client.get(f"/patients/{cast.ana.pk}/tracks/").status_code == 200
