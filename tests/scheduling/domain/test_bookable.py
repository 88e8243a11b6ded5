"""The most that a week can gain, against trying every set of sessions."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.domain.time import Interval
from scheduling.domain.bookable import DayLoad, bookable_minutes
from scheduling.domain.fit import SessionOption
from scheduling.domain.planner import WeekAsk
from tests.scheduling.domain.planning import choices, weeks

MONDAY = date(2026, 11, 23)


def option(day: int, start: int, length: int, *, clinical: int | None = None, number: int = 0) -> SessionOption:
    """Return a session on the week's `day`, `start` minutes after its midnight."""
    starts_at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=day, minutes=start)
    return SessionOption(
        id=number,
        interval=Interval(starts_at, starts_at + timedelta(minutes=length)),
        clinical_minutes=length if clinical is None else clinical,
        mode="in_person",
        kind="group",
        seats_left=1,
        site_id=1,
        local_day=MONDAY + timedelta(days=day),
        state="scheduled",
        booking_closes_at=starts_at,
    )


def every_set(
    options: Sequence[SessionOption],
    *,
    room_minutes: int,
    days_limit: int,
    days_used: frozenset[date],
    existing_by_day: Mapping[date, DayLoad],
    minutes_a_day: int,
    sessions_a_day: int,
) -> int:
    """Return the most minutes of any set that keeps all the rules: slow and obvious."""
    best = 0
    for size in range(1, len(options) + 1):
        for chosen in combinations(options, size):
            total = sum(one.clinical_minutes for one in chosen)
            minutes: defaultdict[date, int] = defaultdict(int)
            for one in chosen:
                minutes[one.local_day] += one.clinical_minutes
            sessions = Counter(one.local_day for one in chosen)
            none = DayLoad(0, 0)
            if (
                best < total <= room_minutes
                and (set(minutes) <= days_used or len(set(minutes) | days_used) <= days_limit)
                and all(
                    minutes[day] + existing_by_day.get(day, none).minutes <= minutes_a_day
                    and sessions[day] + existing_by_day.get(day, none).sessions <= sessions_a_day
                    for day in minutes
                )
                and not any(one.interval.overlaps(other.interval) for one, other in combinations(chosen, 2))
            ):
                best = total
    return best


days = st.integers(0, 4)
# Up to two days long, so that some reach across midnight into the next day's, and the one after.
sessions = st.builds(
    option,
    days,
    st.sampled_from([0, 540, 600, 660, 1080, 1200, 1380]),
    st.sampled_from([50, 60, 90, 120, 180, 500, 1500, 2900]),
    clinical=st.sampled_from([0, 45, 50, 60, 90, 165, 180, 300]),
)


@settings(max_examples=300, deadline=None)
@given(
    options=st.lists(sessions, max_size=9),
    room=st.integers(-10, 1140),
    days_limit=st.integers(0, 5),
    existing=st.dictionaries(days, st.tuples(st.sampled_from([60, 165, 300]), st.integers(1, 3)), max_size=3),
    used_besides=st.sets(days, max_size=2),
    minutes_a_day=st.sampled_from([180, 240, 330]),
    sessions_a_day=st.integers(1, 3),
)
def test_agrees_with_trying_every_set(
    options: list[SessionOption],
    room: int,
    days_limit: int,
    existing: dict[int, tuple[int, int]],
    used_besides: set[int],
    minutes_a_day: int,
    sessions_a_day: int,
) -> None:
    existing_by_day = {MONDAY + timedelta(days=day): DayLoad(*load) for day, load in existing.items()}
    days_used = frozenset(existing_by_day) | {MONDAY + timedelta(days=day) for day in used_besides}
    found = bookable_minutes(
        options,
        room_minutes=room,
        days_limit=days_limit,
        days_used=days_used,
        existing_by_day=existing_by_day,
        minutes_a_day=minutes_a_day,
        sessions_a_day=sessions_a_day,
    )
    assert found == every_set(
        options,
        room_minutes=room,
        days_limit=days_limit,
        days_used=days_used,
        existing_by_day=existing_by_day,
        minutes_a_day=minutes_a_day,
        sessions_a_day=sessions_a_day,
    )


def test_agrees_on_twelve_sessions() -> None:
    options = [
        option(day, start, 180, clinical=clinical)
        for day, clinical in ((0, 165), (1, 170), (2, 175), (4, 50))
        for start in (540, 700, 1080)
    ]
    found = bookable_minutes(options, room_minutes=800, days_limit=3, minutes_a_day=360, sessions_a_day=2)
    expected = every_set(
        options,
        room_minutes=800,
        days_limit=3,
        days_used=frozenset(),
        existing_by_day={},
        minutes_a_day=360,
        sessions_a_day=2,
    )
    # Two a day on the two best days, and two short ones: a third good day would take more than the room.
    assert (found, expected) == (790, 790)


@pytest.mark.parametrize(
    ("options", "room", "days_limit", "expected"),
    [
        ([], 1140, 3, 0),
        ([option(0, 1080, 180)], 1140, 3, 180),
        ([option(0, 1080, 180)], 179, 3, 0),
        ([option(0, 1080, 180), option(0, 1080, 180, number=1)], 1140, 3, 180),
        ([option(day, 1080, 180) for day in range(5)], 1140, 3, 540),
        ([option(day, 1080, 180) for day in range(5)], 1140, 0, 0),
        ([option(0, 1080, 180), option(0, 1260, 60)], 1140, 3, 240),
        ([option(0, 1080, 180), option(0, 1260, 61)], 1140, 3, 180),
        ([option(0, start, 60) for start in (540, 600, 660)], 1140, 3, 120),
        ([option(0, 1380, 120), option(1, 30, 120)], 1140, 3, 120),
        ([option(0, 1380, 120), option(1, 60, 120)], 1140, 3, 240),
    ],
    ids=[
        "nothing on",
        "one session",
        "no room for it",
        "two at the same time",
        "three days of five",
        "no day left",
        "two on a day",
        "past the day's minutes",
        "past the day's sessions",
        "overlap across midnight",
        "side by side across midnight",
    ],
)
def test_week(options: list[SessionOption], room: int, days_limit: int, expected: int) -> None:
    assert bookable_minutes(options, room_minutes=room, days_limit=days_limit) == expected


def test_day_in_use_costs_no_new_day_and_counts_what_it_holds() -> None:
    options = [option(0, 1080, 60), option(1, 1080, 180)]
    assert (
        bookable_minutes(
            options,
            room_minutes=1140,
            days_limit=1,
            days_used=frozenset({MONDAY}),
            existing_by_day={MONDAY: DayLoad(165, 1)},
        )
        == 60
    )


def test_what_exists_beyond_a_limit_keeps_only_its_own_day_from_gaining() -> None:
    options = [option(0, 1080, 60), option(1, 1080, 180)]
    assert (
        bookable_minutes(
            options,
            room_minutes=1140,
            days_limit=3,
            days_used=frozenset({MONDAY}),
            existing_by_day={MONDAY: DayLoad(400, 3)},
        )
        == 180
    )


@given(weeks())
@settings(max_examples=150, deadline=None)
def test_agrees_with_trying_every_set_where_there_is_a_way_between_sites(
    week: tuple[list[SessionOption], WeekAsk],
) -> None:
    options, ask = week
    most = max((sum(one.clinical_minutes for one in chosen) for chosen in choices(options, ask.limits)), default=0)
    assert ask.limits.bookable(options) == most
