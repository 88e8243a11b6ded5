"""A closure says what it would call off, calls it off whole, and may be lifted again."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from notifications.models import Change
from people.enums import ClosureKind, ClosureState
from people.errors import InvalidInput, Refusal
from people.models import Site, SiteClosure
from people.queries import closures_in
from people.services.closures import ClosureFields, import_holidays
from scheduling.enums import SessionState
from scheduling.errors import PreviewOutdated
from scheduling.models import Booking, Session
from scheduling.services.closure_preview import preview_closure
from scheduling.services.closures import close_site, lift_closure
from scheduling.services.opening import change_opening_hours
from scheduling.services.series import extend_horizon
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import change, series_of

pytestmark = pytest.mark.django_db

THANKSGIVING = date(2026, 11, 26)


def days(first: date, last: date | None = None, **fields: Any) -> ClosureFields:
    return ClosureFields(first, last or first, fields.pop("reason", "Thanksgiving"), **fields)


def states(*sessions: Session) -> list[str]:
    found = dict(Session.objects.values_list("pk", "state"))
    return [found[one.pk] for one in sessions]


def test_what_it_would_do_is_said_and_nothing_written(cast: Cast) -> None:
    hit = cast.session("2026-11-26 18:00")
    cast.session("2026-11-25 18:00")
    cast.session("2026-11-26 22:00", minutes=60, mode="telehealth", room=False, counselor=False)
    booking = cast.booked(cast.ana, hit)
    line = cast.booked(cast.patient("Wen Zhao"), hit)
    preview = preview_closure(cast.site, days(THANKSGIVING), now=NOW)
    assert preview.sessions == (hit,)
    assert [row.pk for row in preview.bookings] == [booking.pk, line.pk]
    assert [
        (one.patient.name, one.week, one.left_minutes, one.minimum_minutes, one.falls) for one in preview.short
    ] == [
        ("Ana Reyes", date(2026, 11, 23), 0, 540, False),
        ("Wen Zhao", date(2026, 11, 23), 0, 540, False),
    ]
    # Wednesday's evening has the room and Dana; on Monday both people are free.
    assert [(one.interval.start, one.free, one.of) for one in preview.suggestions] == [(at("2026-11-23 18:00"), 2, 2)]
    assert SiteClosure.objects.count() == 0


def test_it_calls_everything_off_in_one_go(cast: Cast) -> None:
    hit, other = cast.session("2026-11-26 18:00"), cast.session("2026-11-27 18:00")
    by_video = cast.session("2026-11-26 22:00", minutes=60, mode="telehealth", room=False, counselor=False)
    booking = cast.booked(cast.ana, hit)
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    assert states(hit, other, by_video) == ["cancelled", "scheduled", "scheduled"]
    booking.refresh_from_db()
    assert (booking.status, booking.live, booking.late, booking.cancelled_by_id) == (
        "cancelled",
        False,
        False,
        cast.cory.pk,
    )
    hit.refresh_from_db()
    assert (hit.closed_by, hit.seats_taken) == (closure, 0)
    assert set(Change.objects.values_list("recipient", flat=True)) == {
        f"patient:{cast.ana.pk}",
        f"user:{cast.dana.pk}",
    }
    whole = days(THANKSGIVING, by_video_too=True)
    close_site(cast.site, whole, actor=cast.cory, now=NOW, closure=closure)
    assert states(by_video) == ["cancelled"]


def test_who_was_not_shown_is_not_cancelled(cast: Cast) -> None:
    hit = cast.session("2026-11-26 18:00")
    booking = cast.booked(cast.ana, hit)
    shown = {row.pk for row in preview_closure(cast.site, days(THANKSGIVING), now=NOW).bookings}
    late = cast.booked(cast.patient("Wen Zhao"), hit)
    with pytest.raises(PreviewOutdated) as refused:
        close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW, confirmed=shown)
    assert refused.value.data["lost"] == [str(late.pk)]
    assert [row.pk for row in refused.value.data["preview"].bookings] == [booking.pk, late.pk]
    assert (states(hit), SiteClosure.objects.count()) == (["scheduled"], 0)
    close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW, confirmed={booking.pk, late.pk})
    assert states(hit) == ["cancelled"]


def test_hours_of_a_day_close_what_they_meet(cast: Cast) -> None:
    morning, evening = cast.session("2026-11-25 09:00"), cast.session("2026-11-25 18:00")
    storm = days(date(2026, 11, 25), reason="Storm", starts_at=time(17), ends_at=time(23))
    close_site(cast.site, storm, actor=cast.cory, now=NOW)
    assert states(morning, evening) == ["scheduled", "cancelled"]
    with pytest.raises(Refusal, match="site_closed") as refused:
        cast.session("2026-11-25 21:00")
    assert [(one["what"], one["reason"]) for one in refused.value.data["conflicts"]] == [("closure", "Storm")]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (days(THANKSGIVING, date(2026, 11, 25)), "ends_on"),
        (days(THANKSGIVING, reason=" "), "reason"),
        (days(THANKSGIVING, starts_at=time(9)), "ends_at"),
        (days(THANKSGIVING, starts_at=time(9), ends_at=time(9)), "ends_at"),
        (days(THANKSGIVING, date(2026, 11, 27), starts_at=time(9), ends_at=time(10)), "ends_at"),
        (days(THANKSGIVING, date(2027, 12, 26)), "ends_on"),
    ],
)
def test_what_cannot_be_names_its_field(cast: Cast, fields: ClosureFields, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        close_site(cast.site, fields, actor=None, now=NOW)
    assert (list(refused.value.errors), SiteClosure.objects.count()) == ([field], 0)


def test_later_occurrences_are_made_as_called_off_and_given_back_when_it_is_lifted(cast: Cast) -> None:
    series = series_of(cast, weeks=2)
    (member,) = join_track(cast.ana, TrackWish((series,), date(2026, 11, 23)), actor=None, now=NOW)
    christmas = days(date(2026, 12, 21), date(2026, 12, 25), reason="Christmas")
    closure, _preview = close_site(cast.site, christmas, actor=cast.cory, now=NOW)
    extend_horizon(now=NOW, weeks=6)
    closed = series.sessions.filter(closed_by=closure).order_by("starts_at")
    assert [(row.occurrence_local, row.state) for row in closed] == [
        ("2026-12-21T18:00", "cancelled"),
        ("2026-12-23T18:00", "cancelled"),
    ]
    live = Booking.objects.filter(standing_booking=member, live=True)
    assert not live.filter(session__in=closed).exists()
    assert live.filter(session__occurrence_local="2026-12-28T18:00").exists()
    change(series, starts_at_local="2026-11-16T18:30", confirmed=None)  # an edit brings nothing back
    assert set(closed.values_list("state", flat=True)) == {"cancelled"}
    back = lift_closure(closure, actor=cast.cory, now=NOW, restore=True)
    assert [(row.state, [lead.live for lead in row.leads.all()]) for row in back] == [("scheduled", [True])] * 2
    assert live.filter(session__in=back).count() == 2
    closure.refresh_from_db()
    assert closure.state == ClosureState.LIFTED
    assert lift_closure(closure, actor=cast.cory, now=NOW, restore=True) == []


def test_lifted_without_asking_for_them_the_sessions_stay_called_off(cast: Cast) -> None:
    hit = cast.session("2026-11-26 18:00")
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    assert lift_closure(closure, actor=cast.cory, now=NOW) == []
    assert states(hit) == ["cancelled"]
    assert cast.session("2026-11-26 18:00").pk


def test_what_another_closure_covers_stays_called_off_until_that_one_is_lifted_too(cast: Cast) -> None:
    both, friday = cast.session("2026-11-26 18:00"), cast.session("2026-11-27 18:00")
    holiday, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    storm, _preview = close_site(
        cast.site, days(THANKSGIVING, date(2026, 11, 27), reason="Storm"), actor=cast.cory, now=NOW
    )
    assert lift_closure(holiday, actor=cast.cory, now=NOW, restore=True) == []
    assert states(both, friday) == ["cancelled", "cancelled"]
    assert lift_closure(storm, actor=cast.cory, now=NOW, restore=True) == [both, friday]
    assert states(both, friday) == ["scheduled", "scheduled"]


def test_what_lies_outside_the_hours_by_now_waits_for_them(cast: Cast) -> None:
    late, early = cast.session("2026-11-26 19:00"), cast.session("2026-11-26 15:00")
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    change_opening_hours(cast.site, {"3": [["08:00", "20:00"]]}, actor=cast.cory, now=NOW)
    assert lift_closure(closure, actor=cast.cory, now=NOW, restore=True) == [early]
    assert states(late, early) == ["cancelled", "scheduled"]
    _site, back = change_opening_hours(cast.site, {"3": [["08:00", "22:00"]]}, actor=cast.cory, now=NOW)
    assert (back, states(late)) == ([late], ["scheduled"])


def test_drawn_in_it_gives_back_what_it_no_longer_covers(cast: Cast) -> None:
    series = series_of(cast)
    (member,) = join_track(cast.ana, TrackWish((series,), date(2026, 11, 23)), actor=None, now=NOW)
    evening = series.sessions.get(occurrence_local="2026-11-25T18:00")
    holiday, storm_day = cast.session("2026-11-26 18:00"), cast.session("2026-11-27 18:00")
    wide = days(date(2026, 11, 25), date(2026, 11, 27))
    closure, _preview = close_site(cast.site, wide, actor=cast.cory, now=NOW)
    storm, _preview = close_site(cast.site, days(date(2026, 11, 27), reason="Storm"), actor=cast.cory, now=NOW)
    assert states(evening, holiday, storm_day) == ["cancelled"] * 3
    narrow = days(THANKSGIVING)
    assert preview_closure(cast.site, narrow, now=NOW, closure=closure).restored == (evening,)
    close_site(cast.site, narrow, actor=cast.cory, now=NOW, closure=closure, confirmed=())
    assert states(evening, holiday, storm_day) == ["scheduled", "cancelled", "cancelled"]
    (booking,) = Booking.objects.filter(session=evening, live=True)
    assert (booking.standing_booking_id, booking.patient) == (member.pk, cast.ana)
    storm_day.refresh_from_db()
    assert storm_day.closed_by == storm
    closure.refresh_from_db()
    later = days(date(2026, 11, 27), reason="Later")
    close_site(cast.site, later, actor=cast.cory, now=NOW, closure=closure)
    assert states(evening, holiday, storm_day) == ["scheduled", "scheduled", "cancelled"]


def suggested(cast: Cast, fields: ClosureFields, closure: SiteClosure | None = None) -> list[datetime]:
    return [one.interval.start for one in preview_closure(cast.site, fields, now=NOW, closure=closure).suggestions]


def test_days_that_are_opened_again_are_days_to_make_it_up(cast: Cast) -> None:
    hit = cast.session("2026-11-26 18:00")
    cast.booked(cast.ana, hit)
    for busy in (23, 24, 27, 28, 29):
        cast.session(f"2026-11-{busy} 18:00")
    open_day = cast.session("2026-11-25 18:00")
    wednesday = days(date(2026, 11, 25))
    closure, _preview = close_site(cast.site, wednesday, actor=cast.cory, now=NOW)
    moved = days(THANKSGIVING)
    assert suggested(cast, moved, closure) == []  # what comes back has the room and Dana
    Session.objects.filter(pk=open_day.pk).update(closed_by=None)
    assert suggested(cast, moved, closure) == [at("2026-11-25 18:00")]
    assert suggested(cast, moved) == []
    assert suggested(cast, days(date(2026, 11, 25), THANKSGIVING), closure) == []


def test_given_back_without_whoever_and_whatever_is_taken_by_now(cast: Cast) -> None:
    hit = cast.session("2026-11-26 18:00")
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    SiteClosure.objects.update(state=ClosureState.PROPOSED)
    cast.session("2026-11-26 19:00")  # takes Dana and the room
    SiteClosure.objects.update(state=ClosureState.IN_FORCE)
    (back,) = lift_closure(closure, actor=cast.cory, now=NOW, restore=True)
    assert (back.pk, back.room, list(back.leads.all())) == (hit.pk, None, [])


def test_a_series_moved_onto_a_closed_day_lists_who_would_lose_that_evening(cast: Cast) -> None:
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=WE")
    booking = cast.booked(cast.ana, series.sessions.get(occurrence_local="2026-11-25T18:00"))
    close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    moved = change(series, rrule="FREQ=WEEKLY;BYDAY=TH", confirmed=None)
    assert [(one.booking.pk, one.codes) for one in moved.lost] == [(booking.pk, ("session_cancelled",))]
    assert not series.sessions.live().filter(occurrence_local__startswith="2026-11-26").exists()


def test_an_edit_puts_an_evening_on_a_closed_day_and_the_day_gives_it_back(cast: Cast) -> None:
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=WE")
    (member,) = join_track(cast.ana, TrackWish((series,), date(2026, 11, 23)), actor=None, now=NOW)
    evening = series.sessions.get(occurrence_local="2026-11-25T18:00")
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    change(series, rrule="FREQ=WEEKLY;BYDAY=TH", confirmed=None)
    evening.refresh_from_db()
    assert (evening.state, evening.closed_by, evening.occurrence_local, evening.starts_at) == (
        "cancelled",
        closure,
        "2026-11-26T18:00",
        at("2026-11-26 18:00"),
    )
    assert [lead.live for lead in evening.leads.all()] == [False]
    assert lift_closure(closure, actor=cast.cory, now=NOW, restore=True) == [evening]
    (booking,) = Booking.objects.filter(session=evening, live=True)
    assert (booking.standing_booking_id, booking.starts_at) == (member.pk, at("2026-11-26 18:00"))


def test_an_edit_that_adds_a_closed_day_has_its_evening_when_the_day_is_open_again(cast: Cast) -> None:
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=WE")
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    done = change(series, rrule="FREQ=WEEKLY;BYDAY=WE,TH")
    assert THANKSGIVING not in [one.starts_at.date() for one in done.of("added")]
    shut = series.sessions.get(occurrence_local="2026-11-26T18:00")
    assert (shut.state, shut.closed_by, shut.off_series) == ("cancelled", closure, False)
    assert lift_closure(closure, actor=cast.cory, now=NOW, restore=True) == [shut]


def test_an_edit_that_leaves_the_closed_day_holds_the_evening_again(cast: Cast) -> None:
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=TH", starts_at_local="2026-11-19T18:00")
    evening = series.sessions.get(occurrence_local="2026-11-26T18:00")
    close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    change(series, rrule="FREQ=WEEKLY;BYDAY=TU")
    evening.refresh_from_db()
    assert (evening.state, evening.closed_by, evening.starts_at) == ("scheduled", None, at("2026-11-24 18:00"))
    assert [lead.live for lead in evening.leads.all()] == [True]


def test_while_the_site_is_closed_an_evening_follows_its_series(cast: Cast) -> None:
    series = series_of(cast, rrule="FREQ=WEEKLY;BYDAY=TH", starts_at_local="2026-11-19T18:00")
    evening = series.sessions.get(occurrence_local="2026-11-26T18:00")
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW)
    done = change(series, capacity=6, starts_at_local="2026-11-19T17:00")
    assert [one.session for one in done.targets if one.is_quiet] == [evening]
    assert not [one for one in done.told if one.session == evening]
    (back,) = lift_closure(closure, actor=cast.cory, now=NOW, restore=True)
    assert (back.pk, back.capacity, back.starts_at) == (evening.pk, 6, at("2026-11-26 17:00"))


def test_an_edit_gives_nothing_back_where_it_was(cast: Cast) -> None:
    """A closure was drawn in without it; whoever opens the site decides on the evening, not who renames the series."""
    series = series_of(cast)
    evening = series.sessions.get(occurrence_local="2026-11-25T18:00")
    wide = days(date(2026, 11, 25), THANKSGIVING)
    closure, _preview = close_site(cast.site, wide, actor=cast.cory, now=NOW)
    close_site(cast.site, days(THANKSGIVING), actor=cast.cory, now=NOW, closure=closure, restore=False)
    change(series, title="Another name")
    evening.refresh_from_db()
    assert (evening.state, evening.title) == ("cancelled", "Another name")
    change(series, mode="telehealth", room=None)  # by video it needs no door
    assert states(evening) == ["scheduled"]


def test_a_closed_day_of_which_the_series_takes_its_leave_gives_nothing_back(cast: Cast) -> None:
    series = series_of(cast)
    evening = series.sessions.get(occurrence_local="2026-11-25T18:00")
    closure, _preview = close_site(cast.site, days(date(2026, 11, 25)), actor=cast.cory, now=NOW)
    change(series, rrule="FREQ=WEEKLY;BYDAY=MO")
    assert lift_closure(closure, actor=cast.cory, now=NOW, restore=True) == []
    change(series, rrule="FREQ=WEEKLY;BYDAY=MO,WE")
    assert states(evening) == ["scheduled"]


def test_holidays_are_proposed_once_and_close_nothing_by_themselves(cast: Cast) -> None:
    hit = cast.session("2026-11-26 18:00")
    assert import_holidays(cast.site, year=2026, actor=cast.cory, now=NOW) == 2
    rows = SiteClosure.objects.values_list("reason", "starts_on", "state", "kind")
    assert list(rows) == [
        ("Thanksgiving Day", THANKSGIVING, "proposed", "holiday"),
        ("Christmas Day", date(2026, 12, 25), "proposed", "holiday"),
    ]
    assert states(hit) == [SessionState.SCHEDULED]
    lift_closure(SiteClosure.objects.get(starts_on=THANKSGIVING), actor=cast.cory, now=NOW)
    christmas = SiteClosure.objects.get(starts_on=date(2026, 12, 25))
    eve = ClosureFields(date(2026, 12, 24), date(2026, 12, 25), "Christmas", kind=ClosureKind.HOLIDAY)
    close_site(cast.site, eve, actor=cast.cory, now=NOW, closure=christmas)
    assert import_holidays(cast.site, year=2026, actor=cast.cory, now=NOW) == 0
    assert list(SiteClosure.objects.values_list("reason", "starts_on", "state")) == [
        ("Thanksgiving Day", THANKSGIVING, "lifted"),
        ("Christmas", date(2026, 12, 24), "in_force"),
    ]


def test_a_country_that_nobody_knows_is_refused_by_its_field(cast: Cast) -> None:
    Site.objects.filter(pk=cast.site.pk).update(subdivision="QQ")
    cast.site.refresh_from_db()
    with pytest.raises(InvalidInput) as refused:
        import_holidays(cast.site, year=2026, actor=None, now=NOW)
    assert list(refused.value.errors) == ["country"]


def test_the_cause_beside_a_week(cast: Cast) -> None:
    closure, _preview = close_site(cast.site, days(THANKSGIVING), actor=None, now=NOW)
    week = cast.admission_of(cast.patient()).week_of(at("2026-11-26 12:00"))
    assert closures_in(cast.site, week.interval) == [closure]
    before = cast.admission_of(cast.patient()).week_of(at("2026-11-19 12:00"))
    assert closures_in(cast.site, before.interval) == []


def test_the_whole_of_a_day_is_its_own_however_long(cast: Cast) -> None:
    """The day on which the clocks go back has twenty-five hours."""
    closure, _preview = close_site(cast.site, days(date(2027, 11, 7)), actor=None, now=NOW)
    whole = closure.interval
    assert (whole.start, whole.duration) == (datetime.fromisoformat("2027-11-07T06:00+00:00"), timedelta(hours=25))
