"""Another evening, against looking at each one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from people.domain.time import Interval
from scheduling.domain.replacement import best_replacement

START = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)

intervals = st.builds(
    lambda start, length: Interval(START + start * HOUR, START + (start + length) * HOUR),
    st.integers(0, 40),
    st.integers(1, 8),
)


@given(
    st.lists(intervals, max_size=7),
    st.lists(intervals, max_size=4),
    st.dictionaries(st.integers(1, 6), st.lists(intervals, max_size=3), max_size=6),
)
def test_most_people_then_earliest(
    times: list[Interval], blocked: list[Interval], people: dict[int, list[Interval]]
) -> None:
    found = best_replacement(times, blocked=blocked, people=people)  # type: ignore[arg-type]
    free = {
        time: {who for who, busy in people.items() if not any(time.overlaps(one) for one in busy)}
        for time in times
        if not any(time.overlaps(one) for one in blocked)
    }
    most = max((len(who) for who in free.values()), default=0)
    if not most:
        assert found is None
    else:
        first = min(time for time, who in free.items() if len(who) == most)
        assert found is not None
        assert (found.interval, set(found.free)) == (first, free[first])
