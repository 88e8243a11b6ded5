"""Who may be put on a session: hours, time off, days and credentials, alike for a session, an edit and a series."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.errors import InvalidInput
from people.models import Counselor, TrailEntry
from people.services.counselors import Credential, ProfileFields, change_profile, require_credentials
from scheduling.errors import (
    CounselorBusy,
    CounselorNotQualified,
    CounselorOverDailyMaximum,
    CounselorTimeOff,
    CounselorUnavailable,
)
from scheduling.models import CounselorAvailability, Session, TimeOff
from scheduling.services.counselor_times import (
    AvailabilityFields,
    add_availability,
    add_time_off,
    change_time_off,
    led_between,
    remove_availability,
    remove_time_off,
)
from scheduling.services.series import SeriesFields, create_series, extend_horizon
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import change_session, create_session
from scheduling.services.staffing import Staff, absent_from
from tests.cast import NOW, Cast, at

pytestmark = pytest.mark.django_db


def works(cast: Cast, days: str, start: str, end: str, counselor: Counselor | None = None) -> CounselorAvailability:
    """Dana's hours, from the cast's week on."""
    fields = AvailabilityFields(
        cast.site, f"2026-11-16T{start}", f"2026-11-16T{end}", f"FREQ=WEEKLY;BYDAY={days}", date(2026, 11, 16)
    )
    return add_availability(counselor or cast.dana_counselor, fields, actor=None, now=NOW)


def off(cast: Cast, start: str, end: str) -> TimeOff:
    return add_time_off(cast.dana_counselor, starts_at=at(start), ends_at=at(end), actor=None, now=NOW)


def fields_of(session: Session, **changes: Any) -> SessionFields:
    known = {
        name: getattr(session, name)
        for name in ("program", "site", "kind", "title", "focus", "starts_at", "ends_at", "capacity", "room")
    }
    return SessionFields(**{**known, "counselors": tuple(session.counselors.all()), **changes})


@pytest.fixture
def weekly(cast: Cast) -> SeriesFields:
    """A group on Thursdays at six, led by Dana."""
    return SeriesFields(
        cast.program,
        cast.site,
        "group",
        "Skills",
        "FREQ=WEEKLY;BYDAY=TH",
        "2026-11-19T18:00",
        180,
        12,
        counselors=(cast.dana_counselor,),
    )


# --- one session ---


def test_without_any_hours_a_counselor_is_available_always(cast: Cast) -> None:
    assert cast.session("2026-11-22 03:00").counselors.get() == cast.dana_counselor


def test_outside_the_hours_is_refused_and_names_those_beside_it(cast: Cast) -> None:
    works(cast, "TH", "12:00", "20:00")
    cast.session("2026-11-19 13:00", minutes=60)
    with pytest.raises(CounselorUnavailable) as refused:
        cast.session("2026-11-19 18:00")
    assert refused.value.data == {
        "clashes": [
            {
                "code": "counselor_unavailable",
                "counselor": str(cast.dana_counselor.pk),
                "session": None,
                "starts_at": "2026-11-20T01:00:00+00:00",
                "available": [["2026-11-19T19:00:00+00:00", "2026-11-20T03:00:00+00:00"]],
            }
        ]
    }
    assert str(refused.value.detail) == "This lies outside the hours of Dana Keller"
    assert Session.objects.count() == 1


def test_hours_follow_the_wall_clock_across_its_change(cast: Cast) -> None:
    """From 8 March 2027 the clocks of Denver are an hour ahead: six o'clock is six o'clock."""
    works(cast, "MO", "18:00", "21:00")
    assert cast.session("2027-03-01 18:00").pk
    assert cast.session("2027-03-15 18:00").pk


def test_hours_that_touch_are_one_stretch(cast: Cast) -> None:
    works(cast, "TH", "12:00", "19:00")
    works(cast, "TH", "19:00", "22:00")
    assert cast.session("2026-11-19 18:00").pk


def test_hours_no_longer_in_force_leave_none(cast: Cast) -> None:
    row = works(cast, "TH", "08:00", "22:00")
    row.ends_on = date(2026, 11, 25)
    row.save()
    assert cast.session("2026-11-19 18:00").pk
    with pytest.raises(CounselorUnavailable):
        cast.session("2026-11-26 18:00")
    remove_availability(row, actor=None, now=NOW)
    assert cast.session("2026-11-26 18:00").pk


def test_time_off_is_refused_and_no_reason_lifts_it(cast: Cast) -> None:
    off(cast, "2026-11-19 20:00", "2026-11-20 00:00")
    starts_at = at("2026-11-19 18:00")
    fields = fields_of(
        cast.session("2026-11-18 18:00"), starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), room=None
    )
    with pytest.raises(CounselorTimeOff) as refused:
        create_session(fields, actor=cast.cory, now=NOW, override_reason="Nobody else")
    assert refused.value.data["clashes"][0]["time_off"] == [["2026-11-20T03:00:00+00:00", "2026-11-20T07:00:00+00:00"]]
    assert cast.session("2026-11-19 16:00", minutes=240).pk  # ends as the time off begins


def test_a_day_has_its_most(cast: Cast) -> None:
    change_profile(cast.dana_counselor, ProfileFields(daily_maximum_minutes=300), actor=None, now=NOW)
    cast.session("2026-11-19 09:00", minutes=180)
    cast.session("2026-11-19 18:00", minutes=120)
    with pytest.raises(CounselorOverDailyMaximum) as refused:
        cast.session("2026-11-19 14:00", minutes=15)
    assert refused.value.data["clashes"][0] | {"starts_at": ""} == {
        "code": "counselor_over_daily_maximum",
        "counselor": str(cast.dana_counselor.pk),
        "session": None,
        "starts_at": "",
        "on": "2026-11-19",
        "minutes": 315,
        "maximum_minutes": 300,
    }
    assert cast.session("2026-11-20 09:00", minutes=300).pk


def test_a_reason_lifts_hours_and_the_days_most_and_stands_in_the_trail(cast: Cast) -> None:
    works(cast, "FR", "08:00", "10:00")
    change_profile(cast.dana_counselor, ProfileFields(daily_maximum_minutes=60), actor=None, now=NOW)
    starts_at = at("2026-11-19 18:00")
    fields = SessionFields(
        cast.program,
        cast.site,
        "group",
        "Process",
        starts_at,
        starts_at + timedelta(hours=3),
        12,
        counselors=(cast.dana_counselor,),
    )
    with pytest.raises(CounselorUnavailable):
        create_session(fields, actor=cast.cory, now=NOW)
    made = create_session(fields, actor=cast.cory, now=NOW, override_reason="She asked to")
    assert TrailEntry.objects.get(action="session_created", subject_id=made.pk).reason == "She asked to"
    with pytest.raises(CounselorBusy):
        create_session(fields, actor=cast.cory, now=NOW, override_reason="She asked to")


def test_a_program_and_a_focus_ask_for_a_credential_in_force_that_day(cast: Cast) -> None:
    require_credentials(cast.program, ["lac", "LPC"], actor=cast.dirk, now=NOW)
    cast.program.foci.filter(code="skills").update(required_credentials=["EMDR"])
    with pytest.raises(CounselorNotQualified):
        cast.session("2026-11-19 18:00")
    change_profile(
        cast.dana_counselor,
        ProfileFields(credentials=(Credential("lac", "A 12", date(2026, 11, 20)),)),
        actor=None,
        now=NOW,
    )
    assert cast.session("2026-11-19 18:00").pk
    with pytest.raises(CounselorNotQualified) as refused:
        cast.session("2026-11-20 18:00", focus="skills")
    assert refused.value.data["clashes"][0]["one_of"] == [["EMDR"]]
    with pytest.raises(CounselorNotQualified):
        cast.session("2026-11-21 18:00")


def test_only_whoever_is_newly_put_on_it_is_asked_about(cast: Cast) -> None:
    """A session that was sound when it was planned can be renamed after its counselor was away."""
    session = cast.session("2026-11-19 18:00")
    off(cast, "2026-11-19 00:00", "2026-11-20 00:00")
    assert change_session(session, fields_of(session, title="Evening"), actor=None, now=NOW).title == "Evening"
    with pytest.raises(CounselorTimeOff):
        change_session(session, fields_of(session, ends_at=at("2026-11-19 21:30")), actor=None, now=NOW)
    with pytest.raises(CounselorTimeOff):
        change_session(session, fields_of(session, focus="skills"), actor=None, now=NOW)


# --- series ---


def test_a_series_outside_the_hours_is_refused_naming_every_date(cast: Cast, weekly: SeriesFields) -> None:
    works(cast, "MO", "08:00", "22:00")
    with pytest.raises(CounselorUnavailable) as refused:
        create_series(weekly, actor=None, now=NOW, weeks=2)
    assert [clash["starts_at"][:10] for clash in refused.value.data["clashes"]] == ["2026-11-20", "2026-11-27"]
    assert Session.objects.count() == 0
    made = create_series(weekly, actor=None, now=NOW, weeks=2, override_reason="For the start")
    assert [session.counselors.count() for session in made.sessions.all()] == [1, 1]


def test_a_series_does_without_on_the_days_off_where_that_is_said(cast: Cast, weekly: SeriesFields) -> None:
    off(cast, "2026-11-26 00:00", "2026-11-27 00:00")
    with pytest.raises(CounselorTimeOff):
        create_series(weekly, actor=None, now=NOW, weeks=3)
    made = create_series(weekly, actor=None, now=NOW, weeks=3, without_clashing=True)
    assert [session.counselors.count() for session in made.sessions.order_by("starts_at")] == [1, 0, 1]


def test_the_horizon_leaves_out_who_is_off_by_then(cast: Cast, weekly: SeriesFields) -> None:
    made = create_series(weekly, actor=None, now=NOW, weeks=1)
    off(cast, "2026-11-26 00:00", "2026-11-27 00:00")
    assert extend_horizon(now=NOW, weeks=3) == 2
    assert [session.counselors.count() for session in made.sessions.order_by("starts_at")] == [1, 0, 1]


def test_an_edit_that_moves_a_series_out_of_the_hours_is_refused(cast: Cast, weekly: SeriesFields) -> None:
    works(cast, "TH", "17:00", "22:00")
    series = create_series(weekly, actor=None, now=NOW, weeks=2)
    earlier = SeriesEdit(Scope.ALL, {"starts_at_local": "2026-11-19T16:00"})
    with pytest.raises(CounselorUnavailable) as refused:
        edit_series(series, earlier, actor=None, now=NOW)
    assert len(refused.value.data["clashes"]) == 2
    moved = SeriesEdit(Scope.ALL, earlier.changes, override_reason="Until January")
    assert len(edit_series(series, moved, actor=None, now=NOW).of("moved")) == 2


def test_an_edit_leaves_out_whoever_cannot_on_those_days(cast: Cast, weekly: SeriesFields) -> None:
    series = create_series(SeriesFields(**{**weekly.__dict__, "counselors": ()}), actor=None, now=NOW, weeks=2)
    off(cast, "2026-11-26 00:00", "2026-11-27 00:00")
    put_on = {"counselors": (cast.dana_counselor,)}
    with pytest.raises(CounselorTimeOff):
        edit_series(series, SeriesEdit(Scope.ALL, put_on), actor=None, now=NOW)
    edit_series(series, SeriesEdit(Scope.ALL, put_on, without_clashing=True), actor=None, now=NOW)
    assert [session.counselors.count() for session in series.sessions.order_by("starts_at")] == [1, 0]


def test_an_edit_of_something_else_asks_nobody(cast: Cast, weekly: SeriesFields) -> None:
    series = create_series(weekly, actor=None, now=NOW, weeks=2)
    off(cast, "2026-11-19 00:00", "2026-12-24 00:00")
    edit_series(series, SeriesEdit(Scope.ALL, {"title": "Evenings"}), actor=None, now=NOW)
    assert set(series.sessions.values_list("title", flat=True)) == {"Evenings"}


# --- hours and time off themselves ---


def test_hours_must_recur_at_a_site_of_theirs_and_end_after_they_start(cast: Cast) -> None:
    for fields, field in (
        (AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T22:00", ""), "rrule"),
        (AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T22:00", "FREQ=HOURLY"), "rrule"),
        (AvailabilityFields(cast.other_site, "2026-11-16T08:00", "2026-11-16T22:00", "FREQ=DAILY"), "site"),
        (AvailabilityFields(cast.site, "2026-11-16T22:00", "2026-11-16T08:00", "FREQ=DAILY"), "ends_at_local"),
    ):
        with pytest.raises(InvalidInput) as refused:
            add_availability(cast.dana_counselor, fields, actor=None, now=NOW)
        assert list(refused.value.errors) == [field]
    assert CounselorAvailability.objects.count() == 0


def test_time_off_is_kept_changed_and_taken_back_in_the_trail_without_its_reason(cast: Cast) -> None:
    row = add_time_off(
        cast.dana_counselor,
        starts_at=at("2026-11-19 08:00"),
        ends_at=at("2026-11-19 12:00"),
        reason="Flu",
        actor=cast.dana,
        now=NOW,
    )
    with pytest.raises(InvalidInput):
        change_time_off(row, starts_at=NOW, ends_at=NOW, reason="", actor=cast.dana, now=NOW)
    change_time_off(row, starts_at=row.starts_at, ends_at=at("2026-11-20 12:00"), reason="Flu", actor=None, now=NOW)
    remove_time_off(TimeOff.objects.get(), actor=cast.cory, now=NOW)
    entries = TrailEntry.objects.filter(subject_type="timeoff").order_by("pk")
    assert [(one.action, one.actor_id) for one in entries] == [
        ("time_off_added", cast.dana.pk),
        ("time_off_changed", None),
        ("time_off_removed", cast.cory.pk),
    ]
    assert not any("Flu" in f"{one.before}{one.after}{one.reason}" for one in entries)


def test_what_they_lead_stays_theirs_and_shows_as_uncovered(cast: Cast) -> None:
    before = cast.session("2026-11-18 18:00")
    session = cast.session("2026-11-19 18:00")
    row = off(cast, "2026-11-19 12:00", "2026-11-21 00:00")
    found = led_between(cast.dana_counselor, starts_at=row.starts_at, ends_at=row.ends_at, by=cast.cory, now=NOW)
    assert list(found) == [session]
    assert absent_from([before, session]) == {session.pk: frozenset({cast.dana_counselor.pk})}


def test_a_profile_is_checked_and_kept(cast: Cast) -> None:
    for fields, field in (
        (ProfileFields(languages=("xx",)), "languages"),
        (ProfileFields(daily_maximum_minutes=0), "daily_maximum_minutes"),
        (ProfileFields(credentials=(Credential("LAC"), Credential("lac"))), "credentials"),
        (ProfileFields(credentials=(Credential("a;b"),)), "credentials"),
    ):
        with pytest.raises(InvalidInput) as refused:
            change_profile(cast.dana_counselor, fields, actor=None, now=NOW)
        assert list(refused.value.errors) == [field]
    wanted = ProfileFields(("es", "en"), 360, (Credential("lpc"), Credential(" lac ", "12", date(2027, 1, 1))))
    change_profile(cast.dana_counselor, wanted, actor=cast.cory, now=NOW)
    entry = TrailEntry.objects.get(action="counselor_changed")
    assert entry.after == {
        "languages": ["es", "en"],
        "daily_maximum_minutes": 360,
        "credentials": [{"code": "LAC", "valid_until": "2027-01-01"}, {"code": "LPC", "valid_until": None}],
    }


# --- cost ---


@pytest.mark.parametrize("number", [1, 12])
def test_reading_a_crowd_of_counselors_costs_the_same(number: int, cast: Cast) -> None:
    people = [Counselor.objects.create(name=f"Counselor {one}") for one in range(number)]
    for one in people:
        one.sites.add(cast.site)
        works(cast, "TH", "08:00", "22:00", one)
        works(cast, "FR", "08:00", "22:00", one)
    session = cast.session("2026-11-19 18:00", counselor=False)
    with CaptureQueriesContext(connection) as queries:
        staff = Staff.load([one.pk for one in people], session.interval)
    assert len(queries) == 5
    assert {staff.of(one.pk).hours is not None for one in people} == {True}
