"""Making, moving and cancelling sessions; series and their horizon; work hours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from people.errors import InvalidInput, Refusal
from scheduling.models import Booking, Session, SessionCounselor, SessionSeries, WorkHours
from scheduling.services.series import SeriesFields, create_series, extend_horizon
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import cancel_session, change_session
from scheduling.services.work_hours import WorkHoursFields, add_work_hours
from tests.cast import NOW, Cast, at


def fields_of(session: Session, cast: Cast, **changes: Any) -> SessionFields:
    return SessionFields(
        **{
            "program": session.program,
            "site": session.site,
            "kind": session.kind,
            "title": session.title,
            "focus": session.focus,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "capacity": session.capacity,
            "counselors": (cast.dana_counselor,),
            "room": session.room,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": at("2026-11-18 17:59")}, "ends_at"),
        ({"ends_at": at("2026-11-18 18:00")}, "ends_at"),
        ({"breaks": ((at("2026-11-18 17:50"), at("2026-11-18 18:10")),)}, "breaks"),
        ({"breaks": ((at("2026-11-18 19:10"), at("2026-11-18 19:00")),)}, "breaks"),
        (
            {
                "breaks": (
                    (at("2026-11-18 19:00"), at("2026-11-18 19:10")),
                    (at("2026-11-18 19:05"), at("2026-11-18 19:15")),
                )
            },
            "breaks",
        ),
        ({"breaks": ((at("2026-11-18 18:00"), at("2026-11-18 21:00")),)}, "breaks"),
        ({"kind": "dance"}, "kind"),
        ({"mode": "by owl"}, "mode"),
        ({"title": "  "}, "title"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 17}, "capacity"),
        ({"focus": "gardening"}, "focus"),
    ],
)
def test_a_session_that_cannot_stand_names_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        cast.session("2026-11-18 18:00", **changes)
    assert list(caught.value.errors) == [field]
    assert not Session.objects.exists()


def test_counselor_and_room_are_never_in_two_places(cast: Cast) -> None:
    first = cast.session("2026-11-18 18:00")
    tries: list[tuple[dict[str, Any], str]] = [({"room": False}, "counselor_busy"), ({"counselor": False}, "room_busy")]
    for options, code in tries:
        with pytest.raises(Refusal) as caught, transaction.atomic():
            cast.session("2026-11-18 20:59", **options)
        taken = {
            "what": code.partition("_")[0],
            "id": str(first.pk),
            "starts_at": "2026-11-18T18:00:00-07:00",
            "ends_at": "2026-11-18T21:00:00-07:00",
        }
        assert (caught.value.code, caught.value.data) == (code, {"sessions": [str(first.pk)], "conflicts": [taken]})
    assert cast.session("2026-11-18 21:00").room == cast.room


@pytest.mark.postgres
def test_the_database_itself_refuses_overlaps(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    other = cast.session("2026-11-19 18:00")
    booking = cast.booked(cast.ana, session)
    times = {"starts_at": session.starts_at, "ends_at": session.ends_at}
    with pytest.raises(IntegrityError, match="session_room_no_overlap"), transaction.atomic():
        Session.objects.filter(pk=other.pk).update(**times)
    with pytest.raises(IntegrityError, match="lead_no_overlap"), transaction.atomic():
        SessionCounselor.objects.filter(session=other).update(**times)
    second = cast.booked(cast.ana, other)
    with pytest.raises(IntegrityError, match="booking_no_overlap"), transaction.atomic():
        Booking.objects.filter(pk=second.pk).update(starts_at=booking.starts_at, ends_at=booking.ends_at)


def test_the_database_itself_refuses_one_seat_too_many(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", capacity=2)
    with pytest.raises(IntegrityError, match="session_never_overbooked"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(seats_taken=3)
    with pytest.raises(IntegrityError, match="session_never_overbooked"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(seats_taken=2, seats_held=1)


def test_bookings_follow_a_moved_session(cast: Cast) -> None:
    session = cast.session("2026-11-22 18:00")
    booking = cast.booked(cast.ana, session)
    moved = fields_of(session, cast, starts_at=at("2026-11-23 18:00"), ends_at=at("2026-11-23 20:00"))
    change_session(session, moved, actor=cast.cory, now=NOW)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.ends_at, booking.week, booking.counted_minutes, booking.sequence) == (
        at("2026-11-23 18:00"),
        at("2026-11-23 20:00"),
        date(2026, 11, 23),
        120,
        1,
    )
    lead = SessionCounselor.objects.get(session=session)
    assert (lead.starts_at, lead.ends_at) == (booking.starts_at, booking.ends_at)


def test_a_move_onto_another_appointment_of_somebody_moves_nothing(cast: Cast) -> None:
    session = cast.session("2026-11-21 09:00")
    booking = cast.booked(cast.ana, session)
    other = cast.session("2026-11-22 09:00", counselor=False, room=False)
    cast.booked(cast.ana, other)
    moved = fields_of(session, cast, starts_at=at("2026-11-22 10:00"), ends_at=at("2026-11-22 12:00"))
    with pytest.raises(Refusal) as caught, transaction.atomic():
        change_session(session, moved, actor=cast.cory, now=NOW)
    session.refresh_from_db()
    taken = {
        "what": "patient",
        "id": str(other.pk),
        "starts_at": "2026-11-22T09:00:00-07:00",
        "ends_at": "2026-11-22T12:00:00-07:00",
    }
    named = {"bookings": [str(booking.pk)], "conflicts": [taken]}
    assert (caught.value.code, caught.value.data) == ("overlaps_booking", named)
    assert session.starts_at == at("2026-11-21 09:00")


def test_cancelling_a_session_cancels_its_bookings_and_frees_everybody(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", capacity=1)
    booked = cast.booked(cast.ana, session)
    waiting = cast.booked(cast.patient(), session, waitlist=True)
    cancel_session(session, actor=cast.cory, now=NOW, reason="no heating")
    cancel_session(session, actor=cast.cory, now=NOW)
    session.refresh_from_db()
    booked.refresh_from_db()
    waiting.refresh_from_db()
    assert (session.state, session.seats_taken, session.seats_held) == ("cancelled", 0, 0)
    assert (booked.status, booked.late, booked.cancel_reason, waiting.status) == (
        "cancelled",
        False,
        "no heating",
        "cancelled",
    )
    assert cast.session("2026-11-18 18:00").is_live


def series_of(cast: Cast, **changes: Any) -> SeriesFields:
    return SeriesFields(
        **{
            "program": cast.program,
            "site": cast.site,
            "kind": "group",
            "title": "Process group",
            "rrule": "FREQ=WEEKLY;BYDAY=MO,WE",
            "starts_at_local": "2026-10-19T18:00",
            "duration_minutes": 180,
            "capacity": 12,
            "breaks": ((90, 15),),
            "counselors": (cast.dana_counselor,),
            "room": cast.room,
            **changes,
        }
    )


def test_a_series_keeps_its_wall_clock_across_the_clock_change(cast: Cast) -> None:
    series = create_series(series_of(cast), actor=cast.cory, now=datetime(2026, 10, 19, tzinfo=UTC), weeks=3)
    starts = list(Session.objects.filter(series=series).values_list("starts_at", "clinical_minutes"))
    expected = ["2026-10-19", "2026-10-21", "2026-10-26", "2026-10-28", "2026-11-02", "2026-11-04", "2026-11-09"]
    assert starts == [(at(f"{day} 18:00"), 165) for day in expected]
    assert starts[3][0].hour == 0
    assert starts[4][0].hour == 1


def test_the_horizon_moves_on_and_nothing_doubles(cast: Cast) -> None:
    series = create_series(series_of(cast), actor=cast.cory, now=datetime(2026, 10, 19, tzinfo=UTC), weeks=2)
    before = series.sessions.count()
    assert extend_horizon(now=NOW, weeks=2) == series.sessions.count() - before == 9
    assert extend_horizon(now=NOW, weeks=2) == 0
    cancelled = series.sessions.latest("starts_at")
    cancel_session(cancelled, actor=None, now=NOW)
    SessionSeries.objects.update(materialized_until=None)
    assert extend_horizon(now=NOW, weeks=2) == 0


def test_a_series_that_cannot_be_made_ends_nobody_elses_evenings(cast: Cast) -> None:
    before = datetime(2026, 10, 19, tzinfo=UTC)
    broken = create_series(series_of(cast), actor=cast.cory, now=before, weeks=2)
    sound = series_of(cast, starts_at_local="2026-10-20T09:00", room=None, counselors=())
    other = create_series(sound, actor=cast.cory, now=before, weeks=2)
    SessionSeries.objects.filter(pk=broken.pk).update(starts_at_local="nonsense")
    had = other.sessions.count()
    assert extend_horizon(now=NOW, weeks=2) == other.sessions.count() - had > 0


def test_a_series_that_began_long_ago_becomes_sessions_from_last_week_on(cast: Cast) -> None:
    series = create_series(
        series_of(cast, starts_at_local="1971-01-04T18:00"),
        actor=cast.cory,
        now=datetime(2026, 11, 18, tzinfo=UTC),
        weeks=1,
    )
    starts = list(series.sessions.order_by("starts_at").values_list("occurrence_local", flat=True))
    assert starts == [
        "2026-11-11T18:00",
        "2026-11-16T18:00",
        "2026-11-18T18:00",
        "2026-11-23T18:00",
        "2026-11-25T18:00",
    ]


def test_an_occurrence_whose_counselor_and_room_are_taken_is_made_without_them(cast: Cast) -> None:
    cast.session("2026-10-21 19:00", now=datetime(2026, 10, 1, tzinfo=UTC))
    series = create_series(series_of(cast), actor=cast.cory, now=datetime(2026, 10, 19, tzinfo=UTC), weeks=1)
    rows = [(row.room_id, row.leads.count()) for row in series.sessions.order_by("starts_at")]
    assert rows == [(cast.room.pk, 1), (None, 0), (cast.room.pk, 1)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rrule": "FREQ=FOO"}, "rrule"),
        ({"rrule": "FREQ=SECONDLY"}, "rrule"),
        ({"rrule": "FREQ=DAILY;INTERVAL=0"}, "rrule"),
        ({"rrule": "every monday"}, "rrule"),
        ({"starts_at_local": "tomorrow"}, "starts_at_local"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"breaks": ((170, 15),)}, "breaks"),
        ({"ends_on": date(2026, 10, 18)}, "ends_on"),
    ],
)
def test_a_series_that_cannot_stand_names_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        create_series(series_of(cast, **changes), actor=cast.cory, now=NOW)
    assert list(caught.value.errors) == [field]
    assert not SessionSeries.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at_local": "2026-11-23T13:59"}, "ends_at_local"),
        ({"ends_at_local": "2026-11-25T14:00"}, "ends_at_local"),
        ({"starts_at_local": "soon"}, "starts_at_local"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"rrule": "FREQ=HOURLY"}, "rrule"),
        ({"ends_on": date(2026, 11, 22)}, "ends_on"),
        ({"travel_before_minutes": -1}, "travel_before_minutes"),
        ({"label": "x" * 61}, "label"),
    ],
)
def test_work_hours_that_cannot_stand_name_their_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    fields = {
        "starts_at_local": "2026-11-23T14:00",
        "ends_at_local": "2026-11-23T22:00",
        "time_zone": "America/Denver",
        **changes,
    }
    with pytest.raises(InvalidInput) as caught, transaction.atomic():
        add_work_hours(cast.patient(), WorkHoursFields(**fields), actor=None, now=NOW)
    assert list(caught.value.errors) == [field]
    assert not WorkHours.objects.exists()


def test_a_night_shift_may_pass_midnight(cast: Cast) -> None:
    patient = cast.patient()
    add_work_hours(
        patient, WorkHoursFields("2026-11-18T22:00", "2026-11-19T06:00", "America/Denver"), actor=None, now=NOW
    )
    during = cast.session("2026-11-19 05:00", minutes=60)
    with pytest.raises(Refusal) as caught, transaction.atomic():
        cast.booked(patient, during)
    assert caught.value.code == "overlaps_work"
    assert cast.booked(patient, cast.session("2026-11-19 06:00", minutes=60), now=NOW + timedelta(hours=1)).live
