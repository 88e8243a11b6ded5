"""One-to-one sessions from a counselor's hours."""

from datetime import date

import pytest

from people.errors import InvalidInput
from scheduling.models import Session
from scheduling.queries import sessions_with_fit
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from scheduling.services.sessions import cancel_session
from scheduling.services.slots import Slot, SlotWish, make_slots
from tests.cast import NOW, Cast, at

pytestmark = pytest.mark.django_db

THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture
def wish(cast: Cast) -> SlotWish:
    """An hour each with a quarter between, on Thursday and Friday; Dana is there from one to six."""
    hours = AvailabilityFields(
        cast.site, "2026-11-16T13:00", "2026-11-16T18:00", "FREQ=WEEKLY;BYDAY=TH,FR", date(2026, 11, 16)
    )
    add_availability(cast.dana_counselor, hours, actor=None, now=NOW)
    return SlotWish(cast.program, cast.site, THURSDAY, FRIDAY, minutes=60, pause_minutes=15)


def made(cast: Cast, wish: SlotWish, **options: bool) -> list[Slot]:
    return make_slots(cast.dana_counselor, wish, actor=cast.dana, now=NOW, **options)


def told(slots: list[Slot]) -> list[tuple[str, str]]:
    return [(one.interval.start.isoformat()[5:16], one.why_not) for one in slots]


def test_the_hours_become_sessions_of_one_seat_that_patients_can_book(cast: Cast, wish: SlotWish) -> None:
    slots = made(cast, wish)
    assert told(slots) == [
        (f"11-{day}T{time}", "") for day in (19, 20) for time in ("20:00", "21:15", "22:30", "23:45")
    ]
    rows = Session.objects.order_by("starts_at")
    assert {(one.kind, one.capacity, one.counselors.get(), one.clinical_minutes) for one in rows} == {
        ("individual", 1, cast.dana_counselor, 60)
    }
    fits = sessions_with_fit(rows.select_related("program", "site"), cast.patient().pk, now=NOW)
    assert [one.fits for one in fits] == [True] * 8


def test_run_twice_it_makes_none_twice_not_even_what_was_called_off(cast: Cast, wish: SlotWish) -> None:
    made(cast, wish)
    cancel_session(Session.objects.earliest("starts_at"), actor=None, now=NOW)
    again = made(cast, wish)
    assert {one.why_not for one in again} == {"made_already"}
    assert Session.objects.count() == 8
    later = SlotWish(**{**wish.__dict__, "first": FRIDAY, "last": date(2026, 11, 26)})
    assert [one.why_not for one in made(cast, later)] == ["made_already"] * 4 + [""] * 4


def test_what_clashes_is_left_out_and_says_why(cast: Cast, wish: SlotWish) -> None:
    cast.session("2026-11-19 14:30", minutes=30, room=False)
    add_time_off(
        cast.dana_counselor, starts_at=at("2026-11-20 17:00"), ends_at=at("2026-11-21 00:00"), actor=None, now=NOW
    )
    other = cast.session("2026-11-20 13:00", minutes=60, counselor=False)
    with_room = SlotWish(**{**wish.__dict__, "room": other.room})
    assert told(made(cast, with_room)) == [
        ("11-19T20:00", ""),
        ("11-19T21:15", "counselor_busy"),
        ("11-19T22:30", ""),
        ("11-19T23:45", ""),
        ("11-20T20:00", "room_busy"),
        ("11-20T21:15", ""),
        ("11-20T22:30", ""),
        ("11-20T23:45", "counselor_time_off"),
    ]


def test_a_preview_answers_the_same_and_leaves_nothing(cast: Cast, wish: SlotWish) -> None:
    preview = made(cast, wish, preview=True)
    assert Session.objects.count() == 0
    assert told(preview) == told(made(cast, wish))


def test_what_is_over_is_left_out(cast: Cast, wish: SlotWish) -> None:
    slots = make_slots(cast.dana_counselor, wish, actor=None, now=at("2026-11-19 14:15"))
    assert [one.why_not for one in slots][:3] == ["session_started", "session_started", ""]


def test_without_hours_nothing_can_be_cut(cast: Cast) -> None:
    wish = SlotWish(cast.program, cast.site, THURSDAY, FRIDAY, minutes=60)
    with pytest.raises(InvalidInput) as refused:
        made(cast, wish)
    assert list(refused.value.errors) == ["counselor"]


def test_what_cannot_be_meant_is_named(cast: Cast, wish: SlotWish) -> None:
    for changes, field in (
        ({"minutes": 0}, "minutes"),
        ({"pause_minutes": -1}, "pause_minutes"),
        ({"last": date(2026, 11, 18)}, "ends_on"),
        ({"last": date(2027, 3, 1)}, "ends_on"),
        ({"first": date(2026, 11, 1), "last": date(2026, 11, 2)}, "ends_on"),
        ({"site": cast.other_site}, "site"),
        ({"title": " "}, "title"),
    ):
        with pytest.raises(InvalidInput) as refused:
            made(cast, SlotWish(**{**wish.__dict__, **changes}))
        assert list(refused.value.errors) == [field]
    assert Session.objects.count() == 0
