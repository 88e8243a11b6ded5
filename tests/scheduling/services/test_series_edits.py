"""Edits of "this", "this and following" and "all": ids stay, seats stay where they fit, nobody is lost unsaid."""

from datetime import date
from typing import Any

import pytest

from people.errors import InvalidInput, Refusal
from people.models import TrailEntry
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.series import extend_horizon
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_pauses import pause_edit, resume_edit
from scheduling.services.series_preview import preview_edit
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import change, seen, series_of

pytestmark = pytest.mark.django_db


def at_local(series: Any, local: str) -> Session:
    found: Session = series.sessions.get(occurrence_local=local)
    return found


def test_a_new_time_for_all_keeps_every_id_and_moves_only_what_is_to_come(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    done = change(series, starts_at_local="2026-11-16T17:30")
    after = seen(series)
    assert list(after) == list(before)
    assert [start for start, _ in after.values()] == [
        "11-16 18:00",  # Monday of this week is over
        *(f"{day} 17:30" for day in ("11-18", "11-23", "11-25", "11-30", "12-02", "12-07", "12-09", "12-14", "12-16")),
    ]
    assert (len(done.of("moved")), len(done.of("added")), len(done.of("removed"))) == (9, 0, 0)
    assert set(SessionCounselor.objects.filter(session__starts_at__gt=NOW).values_list("starts_at", flat=True)) == set(
        Session.objects.filter(starts_at__gt=NOW).values_list("starts_at", flat=True)
    )


def test_other_days_are_paired_by_the_week(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    change(series, rrule="FREQ=WEEKLY;BYDAY=TU,TH")
    after = seen(series)
    days = {start[:5]: pk for pk, (start, _) in before.items()}
    # This week's Monday is over and stands for its Tuesday; Wednesday becomes Thursday, and so on.
    assert {start[:5]: pk for pk, (start, _) in after.items()} == {
        "11-16": days["11-16"],
        "11-19": days["11-18"],
        "11-24": days["11-23"],
        "11-26": days["11-25"],
        "12-01": days["11-30"],
        "12-03": days["12-02"],
        "12-08": days["12-07"],
        "12-10": days["12-09"],
        "12-15": days["12-14"],
        "12-17": days["12-16"],
    }


def test_a_day_more_adds_and_a_day_less_cancels(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    change(series, rrule="FREQ=WEEKLY;BYDAY=MO,WE,FR")
    more = seen(series)
    assert before.items() <= more.items()
    assert sorted(start for pk, (start, _) in more.items() if pk not in before) == [
        "11-20 18:00",
        "11-27 18:00",
        "12-04 18:00",
        "12-11 18:00",
    ]
    change(series, rrule="FREQ=WEEKLY;BYDAY=MO,WE")
    assert {pk: state for pk, (_, state) in seen(series).items() if pk not in before} == dict.fromkeys(
        set(more) - set(before), "cancelled"
    )
    change(series, rrule="FREQ=WEEKLY;BYDAY=MO,WE,FR")
    assert seen(series) == more  # they come back under their ids


def test_this_and_following_leaves_the_earlier_ones_and_one_series(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    change(series, "following", "2026-12-02T18:00", starts_at_local="2026-12-02T17:00", capacity=8)
    series.refresh_from_db()
    after = seen(series)
    assert list(after) == list(before)
    assert [start for start, _ in after.values()] == [
        *(f"{day} 18:00" for day in ("11-16", "11-18", "11-23", "11-25", "11-30")),
        *(f"{day} 17:00" for day in ("12-02", "12-07", "12-09", "12-14", "12-16")),
    ]
    assert [row.capacity for row in series.sessions.order_by("starts_at")] == [12] * 5 + [8] * 5
    assert series.earlier == [
        {
            "rrule": "FREQ=WEEKLY;BYDAY=MO,WE",
            "starts_at_local": "2026-11-16T18:00",
            "duration_minutes": 180,
            "until_local": "2026-12-02T17:00",
        }
    ]
    extend_horizon(now=NOW, weeks=5)
    assert list(seen(series).values())[-2:] == [("12-21 17:00", "scheduled"), ("12-23 17:00", "scheduled")]


def test_an_edit_of_all_reaches_over_a_split(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    change(series, "following", "2026-12-02T18:00", starts_at_local="2026-12-02T17:00")
    series.refresh_from_db()
    change(series, starts_at_local="2026-11-16T19:00", title="Evening group")
    after = seen(series)
    assert list(after) == list(before)
    assert {start[6:] for start, _ in list(after.values())[1:]} == {"19:00"}
    assert set(series.sessions.filter(starts_at__gt=NOW).values_list("title", flat=True)) == {"Evening group"}


def test_an_exception_survives_later_edits_unless_they_touch_the_same(cast: Cast) -> None:
    series = series_of(cast)
    other = cast.room.site.rooms.create(name="Room 2", seats=14)
    change(series, "this", "2026-11-25T18:00", room=other)
    change(series, "this", "2026-11-30T18:00", starts_at_local="2026-12-01T10:00")
    change(series, title="Evening group", capacity=10)
    assert at_local(series, "2026-11-25T18:00").room == other
    assert at_local(series, "2026-11-30T18:00").starts_at == at("2026-12-01 10:00")
    assert at_local(series, "2026-11-30T18:00").title == "Evening group"
    change(series, duration_minutes=120)
    moved = at_local(series, "2026-11-30T18:00")
    assert (moved.starts_at, moved.ends_at) == (at("2026-12-01 10:00"), at("2026-12-01 12:00"))
    change(series, starts_at_local="2026-11-16T17:00", room=None)
    assert at_local(series, "2026-11-30T17:00").starts_at == at("2026-11-30 17:00")
    assert at_local(series, "2026-11-25T17:00").room is None


def test_a_cancelled_occurrence_stays_cancelled_when_the_series_moves(cast: Cast) -> None:
    series = series_of(cast)
    gone = at_local(series, "2026-11-25T18:00")
    edit = SeriesEdit(Scope.THIS, occurrence="2026-11-25T18:00", cancel=True, reason="holiday")
    edit_series(series, edit, actor=None, now=NOW)
    change(series, rrule="FREQ=WEEKLY;BYDAY=TU,TH", starts_at_local="2026-11-16T17:00")
    gone.refresh_from_db()
    assert (gone.state, gone.occurrence_local, gone.off_series) == ("cancelled", "2026-11-26T17:00", False)
    extend_horizon(now=NOW, weeks=6)
    assert series.sessions.filter(occurrence_local="2026-11-26T17:00").count() == 1


def test_a_pause_cancels_and_its_end_brings_back(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    booking = cast.booked(cast.patient(), at_local(series, "2026-11-25T18:00"))
    edit = pause_edit(series, starts_on=date(2026, 11, 23), ends_on=date(2026, 11, 27), reason="Thanksgiving")
    shown = preview_edit(series, edit, now=NOW)
    assert ([fate.booking for fate in shown.lost], [fate.codes for fate in shown.lost]) == (
        [booking],
        [("session_cancelled",)],
    )
    with pytest.raises(Refusal) as refused:
        edit_series(series, edit, actor=cast.cory, now=NOW)
    assert (refused.value.code, refused.value.data["lost"]) == ("stale", [str(booking.pk)])
    assert seen(series) == before
    edit_series(series, edit, actor=cast.cory, now=NOW, confirmed_lost=[booking.pk])
    assert [start for start, state in seen(series).values() if state == "cancelled"] == ["11-23 18:00", "11-25 18:00"]
    booking.refresh_from_db()
    assert (booking.status, booking.late, booking.cancelled_by) == ("cancelled", False, cast.cory)
    (pause,) = series.pauses.all()
    assert (pause.reason, pause.created_by) == ("Thanksgiving", cast.cory)
    edit_series(series, resume_edit(series, pause), actor=cast.cory, now=NOW)
    assert seen(series) == before
    assert not series.pauses.exists()


def test_the_horizon_goes_on_only_up_to_the_end_and_not_in_a_pause(cast: Cast) -> None:
    series = series_of(cast, weeks=1)
    edit_series(series, pause_edit(series, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 8)), actor=None, now=NOW)
    edit_series(series, SeriesEdit(Scope.ALL, {"ends_on": date(2026, 12, 14)}), actor=None, now=NOW)
    extend_horizon(now=NOW, weeks=8)
    assert [start for start, _ in seen(series).values()] == [
        f"{day} 18:00" for day in ("11-16", "11-18", "11-23", "11-25", "11-30", "12-09", "12-14")
    ]


def test_bookings_follow_where_they_fit_and_the_others_are_named_first(cast: Cast) -> None:
    """Ana works until half past four and needs half an hour: five o'clock suits her, four does not."""
    series = series_of(cast)
    session = at_local(series, "2026-11-23T18:00")
    ana, ben = cast.booked(cast.ana, session), cast.booked(cast.patient(), session)
    shown = preview_edit(series, SeriesEdit(Scope.ALL, {"starts_at_local": "2026-11-16T16:00"}), now=NOW)
    assert [(fate.booking, fate.codes) for fate in shown.lost] == [(ana, ("overlaps_work",))]
    assert [fate.booking for fate in shown.carried] == [ben]
    change(series, starts_at_local="2026-11-16T16:00", confirmed=[ana.pk])
    ana.refresh_from_db()
    ben.refresh_from_db()
    session.refresh_from_db()
    assert (ana.status, ana.live, ana.cancel_reason) == ("cancelled", False, "session moved")
    assert (ben.status, ben.starts_at, ben.sequence) == ("booked", at("2026-11-23 16:00"), 1)
    assert (session.seats_taken, session.starts_at) == (1, at("2026-11-23 16:00"))
    change(series, starts_at_local="2026-11-16T17:00")
    assert Booking.objects.get(pk=ben.pk).starts_at == at("2026-11-23 17:00")


def test_a_series_moves_past_itself_with_its_bookings(cast: Cast) -> None:
    """Each evening takes the place of the one before it: neither room, counselor nor patient is in two places."""
    series = series_of(cast, rrule="FREQ=DAILY", starts_at_local="2026-11-19T18:00", weeks=1)
    patient = cast.patient()
    for row in series.sessions.order_by("starts_at")[:3]:
        cast.booked(patient, row)
    change(series, starts_at_local="2026-11-19T16:30")
    assert sorted(Booking.objects.values_list("starts_at", flat=True)) == [
        at(f"2026-11-{day} 16:30") for day in (19, 20, 21)
    ]


def test_fewer_seats_than_people_is_refused_by_name(cast: Cast) -> None:
    series = series_of(cast)
    session = at_local(series, "2026-11-23T18:00")
    for _ in range(2):
        cast.booked(cast.patient(), session)
    with pytest.raises(Refusal) as refused:
        change(series, capacity=1)
    assert refused.value.code == "session_full"
    assert [one["session"] for one in refused.value.data["sessions"]] == [str(session.pk)]
    change(series, capacity=2)
    assert at_local(series, "2026-11-23T18:00").capacity == 2


def test_a_counselor_elsewhere_is_a_refusal_or_left_out(cast: Cast) -> None:
    series = series_of(cast)
    other = cast.session("2026-11-25 14:00", room=False)
    with pytest.raises(Refusal) as refused:
        change(series, starts_at_local="2026-11-16T15:00")
    assert (refused.value.code, refused.value.data["sessions"]) == ("counselor_busy", [str(other.pk)])
    edit = SeriesEdit(Scope.ALL, {"starts_at_local": "2026-11-16T15:00"}, without_clashing=True)
    done = edit_series(series, edit, actor=None, now=NOW)
    assert [(clash.what, clash.who, clash.other) for clash in done.clashes] == [
        ("counselor", cast.dana_counselor.pk, other.pk)
    ]
    assert not at_local(series, "2026-11-25T15:00").counselors.exists()
    assert at_local(series, "2026-11-30T15:00").counselors.exists()


def test_what_is_over_signed_or_cancelled_is_left(cast: Cast) -> None:
    series = series_of(cast)
    for local, code in (("2026-11-16T18:00", "session_started"),):
        with pytest.raises(Refusal) as refused:
            change(series, "this", local, title="Other")
        assert refused.value.code == code
    with pytest.raises(InvalidInput) as invalid:
        change(series, "this", "2026-11-17T18:00", title="Other")
    assert list(invalid.value.errors) == ["occurrence"]
    with pytest.raises(InvalidInput) as invalid:
        change(series, "this", "2026-11-23T18:00", rrule="FREQ=DAILY")
    assert list(invalid.value.errors) == ["rrule"]


def test_the_trail_says_who_and_what(cast: Cast) -> None:
    series = series_of(cast, weeks=1)
    edit = SeriesEdit(Scope.ALL, {"capacity": 10}, reason="smaller room")
    edit_series(series, edit, actor=cast.cory, now=NOW)
    entries = TrailEntry.objects.filter(actor_id=cast.cory.pk).order_by("pk")
    assert [(one.action, one.subject_type) for one in entries] == [
        ("series_changed", "sessionseries"),
        *[("session_changed", "session")] * 3,
    ]
    first = entries[0]
    assert first.before is not None
    assert first.after is not None
    assert (first.before["capacity"], first.after["capacity"], first.reason) == (12, 10, "smaller room")


def test_what_was_paused_comes_back_under_its_id_at_the_time_that_the_series_has_by_then(cast: Cast) -> None:
    series = series_of(cast)
    before = seen(series)
    pause = pause_edit(series, starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 6))
    edit_series(series, pause, actor=None, now=NOW)
    change(series, starts_at_local="2026-11-16T17:00")
    edit_series(series, resume_edit(series, series.pauses.get()), actor=None, now=NOW)
    after = seen(series)
    assert list(after) == list(before)
    assert [after[pk] for pk, (start, _) in before.items() if start in {"11-30 18:00", "12-02 18:00"}] == [
        ("11-30 17:00", "scheduled"),
        ("12-02 17:00", "scheduled"),
    ]


def test_from_the_middle_of_a_week_on_the_days_before_take_none_of_the_new_ones(cast: Cast) -> None:
    """From Wednesday on it is on Fridays: this week's Wednesday becomes its Friday, though its Monday was first."""
    series = series_of(cast)
    wednesday = at_local(series, "2026-11-25T18:00")
    booking = cast.booked(cast.ana, wednesday)
    before = seen(series)
    done = change(series, "following", "2026-11-25T18:00", rrule="FREQ=WEEKLY;BYDAY=FR", confirmed=None)
    days = {start[:5]: pk for pk, (start, state) in seen(series).items() if state == "scheduled"}
    assert days["11-27"] == wednesday.pk
    assert [day for day in days if day >= "11-23"] == ["11-23", "11-27", "12-04", "12-11", "12-18"]
    assert Booking.objects.get(pk=booking.pk).status == "booked"
    assert done.lost == []
    assert before[days["11-23"]] == ("11-23 18:00", "scheduled")


def test_from_the_middle_of_a_week_on_nothing_is_put_before_it(cast: Cast) -> None:
    """Mondays, Tuesdays and Thursdays from Wednesday on: Wednesday becomes Thursday, not the day before."""
    series = series_of(cast)
    wednesday = at_local(series, "2026-11-25T18:00")
    change(series, "following", "2026-11-25T18:00", rrule="FREQ=WEEKLY;BYDAY=MO,TU,TH")
    days = [(start[:5], pk) for pk, (start, _) in seen(series).items() if "11-23" <= start[:5] <= "11-29"]
    assert [day for day, _ in days] == ["11-23", "11-26"]
    assert days[1][1] == wednesday.pk


@pytest.mark.parametrize(
    ("rule", "occurrence", "to", "rule_then", "days"),
    [
        ("SU", "2026-11-29", "2026-11-30", "MO", ["11-22", "11-30", "12-07", "12-14"]),
        ("WE", "2026-11-25", "2026-11-30", "MO", ["11-18", "11-30", "12-07", "12-14"]),
        ("MO", "2026-11-30", "2026-11-29", "SU", ["11-16", "11-23", "11-29", "12-06", "12-13"]),
    ],
)
def test_a_day_moved_into_another_week_takes_those_that_follow_along(
    cast: Cast, rule: str, occurrence: str, to: str, rule_then: str, days: list[str]
) -> None:
    series = series_of(cast, rrule=f"FREQ=WEEKLY;BYDAY={rule}")
    before = list(seen(series))
    said = {"rrule": f"FREQ=WEEKLY;BYDAY={rule_then}", "starts_at_local": f"{to}T18:00"}
    done = change(series, "following", f"{occurrence}T18:00", **said)
    after = {pk: start[:5] for pk, (start, state) in seen(series).items() if state == "scheduled"}
    assert list(after.values())[: len(days)] == days
    assert list(after)[: len(days)] == before[: len(days)]
    assert done.of("removed") == [] or done.of("removed")[-1].row.pk == before[-1]


def test_what_is_over_takes_no_day_from_what_is_still_to_come(cast: Cast) -> None:
    """It is Wednesday morning, and Monday is over: from now on on Fridays alone, tonight becomes Friday."""
    series = series_of(cast)
    tonight = at_local(series, "2026-11-18T18:00")
    cast.booked(cast.ana, tonight)
    done = change(series, rrule="FREQ=WEEKLY;BYDAY=FR", confirmed=None)
    days = {start[:5]: pk for pk, (start, state) in seen(series).items() if state == "scheduled"}
    assert days["11-20"] == tonight.pk
    assert done.lost == []
    assert [day for day in days if day < "11-28"] == ["11-16", "11-20", "11-27"]


def test_a_time_of_day_that_the_rule_names_itself_is_not_changed_in_vain(cast: Cast) -> None:
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=MO;BYHOUR=9,18", duration_minutes=60, breaks=())
    before = seen(series)
    for scope, occurrence in (("all", None), ("following", "2026-11-23T18:00")):
        with pytest.raises(InvalidInput) as refused:
            change(series, scope, occurrence, starts_at_local=f"{(occurrence or '2026-11-16')[:10]}T20:00")
        assert list(refused.value.errors) == ["starts_at_local"]
    assert seen(series) == before
    change(series, "this", "2026-11-23T18:00", starts_at_local="2026-11-23T20:00")
