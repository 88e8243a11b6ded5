"""What is new to somebody about an appointment, by pure comparison."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.changes import BY_VIDEO, News, Standing, Told, difference, exchanged

NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIX = Standing(True, NOW + 10 * HOUR, NOW + 13 * HOUR, site=1, room=4, mode="in_person")

standings = st.builds(
    lambda live, start, length, site, room, mode: Standing(
        live, NOW + start * HOUR, NOW + (start + length) * HOUR, site, room, mode
    ),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from([None, 4, 5]),
    st.sampled_from(["in_person", BY_VIDEO, "either"]),
)


@given(standings)
def test_what_stays_as_it_is_is_no_news(one: Standing) -> None:
    assert difference(one, one, now=NOW) is None
    assert Standing.from_json(one.as_json()) == one


@given(standings, standings)
def test_there_is_news_both_ways_or_neither(one: Standing, other: Standing) -> None:
    assert (difference(one, other, now=NOW) is None) == (difference(other, one, now=NOW) is None)


@given(standings, standings)
def test_nothing_is_said_of_what_has_begun(one: Standing, other: Standing) -> None:
    told = difference(one, other, now=NOW)
    assert told is None or any(side.live and side.starts_at > NOW for side in (one, other))


def test_each_thing_that_is_new_is_named_once() -> None:
    changes: list[tuple[Standing, tuple[News, ...] | None]] = [
        (replace(SIX, live=False), (News.CANCELLED,)),
        (replace(SIX, starts_at=SIX.starts_at + HOUR, ends_at=SIX.ends_at + HOUR), (News.MOVED,)),
        (replace(SIX, ends_at=SIX.ends_at + HOUR), (News.ENDS,)),
        (replace(SIX, room=5), (News.OTHER_ROOM,)),
        (replace(SIX, site=2, room=9), (News.OTHER_SITE,)),
        (replace(SIX, mode=BY_VIDEO, room=None), (News.BY_VIDEO,)),
        (replace(SIX, mode="either"), None),
        (replace(SIX, starts_at=SIX.starts_at + HOUR, room=5), (News.MOVED, News.OTHER_ROOM)),
    ]
    for after, news in changes:
        told = difference(SIX, after, now=NOW)
        assert (told.news if told else None) == news


def test_one_exchanged_for_another_has_moved() -> None:
    later = replace(SIX, starts_at=SIX.starts_at + 24 * HOUR, ends_at=SIX.ends_at + 24 * HOUR)
    gone = Told((News.CANCELLED,), SIX, replace(SIX, live=False))
    new = Told((News.ADDED,), replace(later, live=False), later)
    assert exchanged([new, gone], [gone]) == [Told((News.MOVED,), SIX, later)]
    assert exchanged([new, gone], []) == [gone, new]
    other = Told((News.CANCELLED,), later, replace(later, live=False))
    assert exchanged([gone, other, new], [gone, other]) == [gone, new, other]  # nobody can say which became which
