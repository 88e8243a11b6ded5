"""What speaks against a session: one reason at a time, then all of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import DateRange, Interval
from scheduling.domain.fit import (
    BookedSession,
    Enrollment,
    Obstacle,
    PatientCalendar,
    SessionOption,
    WeekLoad,
    fits,
    why_not,
)
from scheduling.domain.work_hours import Busy

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 18, tzinfo=UTC)
WEEK = Interval(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))


def span(start: int, end: int) -> Interval:
    """Return the interval between two minutes after the session's start."""
    return Interval(EVENING + timedelta(minutes=start), EVENING + timedelta(minutes=end))


OPTION = SessionOption(
    id="group",
    interval=span(0, 180),
    clinical_minutes=165,
    mode="in_person",
    kind="group",
    seats_left=3,
    site_id="downtown",
    local_day=date(2026, 11, 24),
    state="scheduled",
    booking_closes_at=EVENING - timedelta(hours=1),
    program_id="evening",
)
CALENDAR = PatientCalendar(
    enrollments=(Enrollment(DateRange(date(2026, 11, 2)), "evening"),),
    weeks=(WeekLoad(WEEK, counted_minutes=330, maximum_minutes=1140),),
)


def busy(start: int, end: int, *, before: int = 0, after: int = 0) -> Busy:
    """Return a shift with its travel, in minutes after the session's start."""
    return Busy(
        work=span(start, end),
        travel_before=span(start - before, start) if before else None,
        travel_after=span(end, end + after) if after else None,
    )


def test_session_that_fits_has_nothing_against_it() -> None:
    assert why_not(OPTION, CALENDAR, now=NOW) == ()


@pytest.mark.parametrize(
    ("option", "calendar", "now", "expected"),
    [
        ({"state": "cancelled"}, {}, NOW, ["session_cancelled"]),
        ({}, {}, EVENING, ["session_started"]),
        ({}, {}, EVENING - timedelta(seconds=1), ["past_cutoff"]),
        ({}, {}, EVENING - timedelta(hours=1), ["past_cutoff"]),
        ({}, {}, EVENING - timedelta(hours=1, seconds=1), []),
        ({"booking_closes_at": EVENING}, {}, EVENING, ["session_started"]),
        ({}, {"enrollments": ()}, NOW, ["not_enrolled"]),
        ({}, {"enrollments": (Enrollment(DateRange(date(2026, 11, 25))),)}, NOW, ["not_enrolled"]),
        ({}, {"enrollments": (Enrollment(DateRange(date(2026, 11, 2), date(2026, 11, 24))),)}, NOW, []),
        ({"program_id": "morning"}, {}, NOW, ["not_enrolled"]),
        ({"program_id": None}, {}, NOW, []),
        ({}, {"leaves": (DateRange(date(2026, 11, 24), date(2026, 11, 24)),)}, NOW, ["on_leave"]),
        ({}, {"leaves": (DateRange(date(2026, 11, 25), date(2026, 11, 26)),)}, NOW, []),
        ({}, {"bookings": (BookedSession("group", OPTION.interval),)}, NOW, ["already_booked"]),
        (
            {},
            {"bookings": (BookedSession("group", OPTION.interval), BookedSession("other", span(170, 190)))},
            NOW,
            ["already_booked", "overlaps_booking"],
        ),
        ({}, {"bookings": (BookedSession("other", span(-60, 1)),)}, NOW, ["overlaps_booking"]),
        ({}, {"bookings": (BookedSession("other", span(-60, 0)), BookedSession("next", span(180, 200)))}, NOW, []),
        ({}, {"busy": (busy(179, 300),)}, NOW, ["overlaps_work"]),
        ({}, {"busy": (busy(180, 300),)}, NOW, []),
        ({}, {"busy": (busy(-300, 0),)}, NOW, []),
        ({}, {"busy": (busy(-300, 1),)}, NOW, ["overlaps_work"]),
        ({}, {"busy": (busy(190, 300, before=30),)}, NOW, ["overlaps_work"]),
        ({}, {"busy": (busy(-300, -10, after=30),)}, NOW, ["overlaps_work"]),
        ({"mode": "telehealth"}, {"busy": (busy(190, 300, before=30),)}, NOW, []),
        ({"mode": "telehealth"}, {"busy": (busy(100, 300, before=30),)}, NOW, ["overlaps_work"]),
        ({"mode": "either"}, {"busy": (busy(190, 300, before=30),)}, NOW, ["overlaps_work"]),
        ({}, {"weeks": (WeekLoad(WEEK, 975, 1140),)}, NOW, []),
        ({}, {"weeks": (WeekLoad(WEEK, 976, 1140),)}, NOW, ["over_weekly_maximum"]),
        (
            {},
            {
                "weeks": (WeekLoad(WEEK, 1100, 1140),),
                "bookings": (BookedSession("group", OPTION.interval),),
            },
            NOW,
            ["already_booked"],
        ),
        ({"seats_left": 0}, {}, NOW, ["session_full"]),
        ({"seats_left": -1}, {}, NOW, ["session_full"]),
        ({}, {"enrollments": (), "weeks": ()}, NOW, ["not_enrolled"]),
    ],
)
def test_reason(option: dict[str, Any], calendar: dict[str, Any], now: datetime, expected: list[str]) -> None:
    reasons = why_not(replace(OPTION, **option), replace(CALENDAR, **calendar), now=now)
    assert reasons == tuple(expected)
    assert fits(reasons) == (set(expected) <= {"session_full"})


def test_all_reasons_come_in_their_order() -> None:
    option = replace(OPTION, state="cancelled", seats_left=0, ways=(("uptown", 30),), caseload_of="Jo")
    calendar = PatientCalendar(
        enrollments=(),
        leaves=(DateRange(date(2026, 11, 24), date(2026, 11, 24)),),
        bookings=(BookedSession("other", span(0, 60)), BookedSession("far", span(190, 240), "uptown")),
        busy=(busy(0, 60),),
        weeks=(WeekLoad(WEEK, 1140, 1140),),
        counselor_id="Dana",
    )
    reasons = why_not(option, calendar, now=EVENING)
    left_out = {Obstacle.NOT_FOUND, Obstacle.PAST_CUTOFF, Obstacle.ALREADY_BOOKED}
    assert reasons == tuple(reason for reason in Obstacle if reason not in left_out)
    assert not fits(reasons)


def test_of_what_does_not_exist_for_somebody_nothing_more_is_said() -> None:
    hidden = replace(CALENDAR, hidden=frozenset({OPTION.id}))
    full = replace(OPTION, seats_left=0, state="cancelled")
    assert (why_not(OPTION, hidden, now=NOW), why_not(full, hidden, now=NOW)) == (("not_found",), ("not_found",))
    assert not fits(("not_found",))


def test_week_that_the_calendar_lacks_is_an_error() -> None:
    with pytest.raises(LookupError, match="lacks the week of 2026-11-24"):
        why_not(OPTION, replace(CALENDAR, weeks=()), now=NOW)


def test_each_session_is_held_against_its_own_week() -> None:
    later = replace(OPTION, id="later", interval=span(7 * 1440, 7 * 1440 + 180), local_day=date(2026, 12, 1))
    full = WeekLoad(WEEK, 1140, 1140)
    next_week = WeekLoad(Interval(WEEK.end, WEEK.end + timedelta(days=7)), 0, 1140)
    calendar = replace(CALENDAR, weeks=(full, next_week))
    assert [why_not(option, calendar, now=NOW) for option in (OPTION, later)] == [("over_weekly_maximum",), ()]


spans = st.tuples(st.integers(-300, 300), st.integers(1, 120)).map(lambda pair: span(pair[0], sum(pair)))


@given(
    st.lists(spans, max_size=6),
    st.lists(spans, max_size=6),
    st.integers(0, 60),
    st.sampled_from(["in_person", "telehealth"]),
)
def test_overlaps_agree_with_looking_at_each(
    bookings: list[Interval], shifts: list[Interval], travel: int, mode: str
) -> None:
    way = timedelta(minutes=travel)
    calendar = replace(
        CALENDAR,
        bookings=tuple(BookedSession(number, interval) for number, interval in enumerate(bookings)),
        busy=tuple(
            Busy(shift, Interval(shift.start - way, shift.start), Interval(shift.end, shift.end + way))
            if travel
            else Busy(shift)
            for shift in shifts
        ),
    )
    minded = way if mode == "in_person" else timedelta()
    expected = []
    if any(booking.overlaps(OPTION.interval) for booking in bookings):
        expected.append("overlaps_booking")
    if any(Interval(shift.start - minded, shift.end + minded).overlaps(OPTION.interval) for shift in shifts):
        expected.append("overlaps_work")
    assert why_not(replace(OPTION, mode=mode), calendar, now=NOW) == tuple(expected)


@pytest.mark.parametrize(
    ("option", "booked", "expected"),
    [
        ({}, BookedSession("other", span(-60, -29), "uptown"), ["travel_too_short"]),
        ({}, BookedSession("other", span(-60, -30), "uptown"), []),
        ({}, BookedSession("other", span(209, 240), "uptown"), ["travel_too_short"]),
        ({}, BookedSession("other", span(210, 240), "uptown"), []),
        ({}, BookedSession("other", span(180, 240), "downtown"), []),
        ({}, BookedSession("other", span(180, 240), "elsewhere"), []),
        ({}, BookedSession("other", span(180, 240), "uptown", "telehealth"), []),
        ({}, BookedSession("other", span(180, 240), "uptown", "either"), ["travel_too_short"]),
        ({"mode": "telehealth"}, BookedSession("other", span(180, 240), "uptown"), []),
        ({"ways": ()}, BookedSession("other", span(180, 240), "uptown"), []),
        ({}, BookedSession("other", span(179, 240), "uptown"), ["overlaps_booking"]),
        ({}, BookedSession("group", span(0, 180), "uptown"), ["already_booked"]),
    ],
)
def test_the_way_between_two_sites(option: dict[str, Any], booked: BookedSession, expected: list[str]) -> None:
    there = replace(OPTION, **{"ways": (("uptown", 30),), **option})
    assert list(why_not(there, replace(CALENDAR, bookings=(booked,)), now=NOW)) == expected
