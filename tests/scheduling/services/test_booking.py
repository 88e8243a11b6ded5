"""Booking and cancelling: every rule, its code, and that nothing is written where it refuses."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from people.errors import Refusal
from people.models import TrailEntry
from people.services.admissions import discharge
from people.services.plans import add_leave
from scheduling.enums import BookingStatus
from scheduling.errors import OverWeeklyMaximum, RosterSigned, SessionStarted
from scheduling.models import Booking, Session
from scheduling.services.booking import book, cancel, move
from scheduling.services.sessions import cancel_session
from scheduling.services.waitlist import place_in_line, promote, promote_all
from tests.cast import NOW, WEEK, Cast, at


def refused(cast: Cast, patient: object, session: Session, code: str, **options: object) -> Refusal:
    """Book, expect the code, and see that nothing was written."""
    before = (Booking.objects.count(), TrailEntry.objects.count(), Session.objects.get(pk=session.pk).seats_taken)
    with pytest.raises(Refusal) as caught, transaction.atomic():
        cast.booked(patient, session, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert before == (
        Booking.objects.count(),
        TrailEntry.objects.count(),
        Session.objects.get(pk=session.pk).seats_taken,
    )
    return caught.value


def test_booking_takes_a_seat_and_counts_the_clinical_minutes(cast: Cast) -> None:
    breaks = ((at("2026-11-18 19:30"), at("2026-11-18 19:45")),)
    session = cast.session("2026-11-18 18:00", breaks=breaks)
    booking = cast.booked(cast.ana, session)
    session.refresh_from_db()
    assert (session.seats_taken, session.clinical_minutes) == (1, 165)
    assert (booking.status, booking.live, booking.counted_minutes, booking.week) == ("booked", True, 165, WEEK)
    assert (booking.starts_at, booking.ends_at) == (session.starts_at, session.ends_at)
    entry = TrailEntry.objects.get(action="booked")
    assert (entry.subject_id, entry.patient_id) == (booking.pk, cast.ana.pk)


def test_a_full_session_is_refused(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", capacity=1)
    cast.booked(cast.patient(), session)
    refused(cast, cast.ana, session, "session_full")


def test_the_same_session_twice_is_refused(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    cast.booked(cast.ana, session)
    refused(cast, cast.ana, session, "already_booked")


def test_two_sessions_at_once_are_refused_and_touching_ones_are_not(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    refused(
        cast, cast.ana, cast.session("2026-11-18 20:59", minutes=60, counselor=False, room=False), "overlaps_booking"
    )
    after = cast.session("2026-11-18 21:00", minutes=60, counselor=False, room=False)
    assert cast.booked(cast.ana, after).status == "booked"


def test_work_and_the_way_from_it_are_refused_unless_accepted(cast: Cast) -> None:
    session = cast.session("2026-11-18 16:45", minutes=60)
    refused(cast, cast.ana, session, "overlaps_work")
    booking = cast.booked(cast.ana, session, accept_work_overlap=True)
    assert booking.work_overlap_accepted


def test_a_video_session_needs_no_travel(cast: Cast) -> None:
    session = cast.session("2026-11-18 16:45", minutes=60, mode="telehealth")
    assert cast.booked(cast.ana, session).status == "booked"


def test_alternating_shifts_bar_one_week_and_not_the_next(cast: Cast) -> None:
    refused(cast, cast.ben, cast.session("2026-11-18 18:00"), "overlaps_work")
    assert cast.booked(cast.ben, cast.session("2026-11-25 18:00")).status == "booked"


def test_the_weekly_maximum_holds(cast: Cast) -> None:
    session = cast.session("2026-11-22 10:00", minutes=61)
    refused(cast, cast.cleo, session, "over_weekly_maximum")
    exact = cast.session("2026-11-22 12:00", minutes=60, counselor=False, room=False)
    assert cast.booked(cast.cleo, exact).status == "booked"


def test_outside_the_admission_is_refused(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    refused(cast, cast.patient(admitted=False), session, "not_enrolled")
    discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 17), actor=None, now=NOW)
    refused(cast, cast.ana, session, "not_enrolled")


def test_a_day_of_leave_is_refused(cast: Cast) -> None:
    add_leave(
        cast.admission_of(cast.ana), starts_on=date(2026, 11, 18), ends_on=date(2026, 11, 18), actor=None, now=NOW
    )
    refused(cast, cast.ana, cast.session("2026-11-18 18:00"), "on_leave")


def test_a_session_that_began_is_refused(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    refused(cast, cast.ana, session, "session_started", now=session.starts_at)


def test_past_the_cutoff_booking_is_closed(cast: Cast) -> None:
    cast.program.booking_cutoff_minutes = 60
    cast.program.save()
    session = cast.session("2026-11-18 18:00")
    refused(cast, cast.ana, session, "past_cutoff", now=session.starts_at - timedelta(minutes=60))
    assert cast.booked(cast.ana, session, now=session.starts_at - timedelta(minutes=61)).status == "booked"


def test_a_cancelled_session_is_refused(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    cancel_session(session, actor=None, now=NOW)
    refused(cast, cast.ana, session, "session_cancelled")


def test_staff_lift_what_may_be_lifted_with_a_reason(cast: Cast) -> None:
    session = cast.session("2026-11-18 15:00", minutes=60)
    booking = book(cast.ana, session, actor=cast.cory, now=NOW, override_reason="agreed with her manager")
    assert (booking.status, booking.override_reason) == ("booked", "agreed with her manager")
    over = cast.session("2026-11-22 10:00", minutes=120)
    assert book(cast.cleo, over, actor=cast.cory, now=NOW, override_reason="make-up").live


def test_no_reason_lifts_a_full_session(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", capacity=1)
    cast.booked(cast.patient(), session)
    refused(cast, cast.ana, session, "session_full", override_reason="please")


def test_cancelling_gives_the_seat_back_and_counts_nothing(cast: Cast) -> None:
    session = cast.session("2026-11-21 09:00")
    booking = cast.booked(cast.ana, session)
    cancelled = cancel(booking, actor=cast.ana.user, now=NOW, reason="ill")
    session.refresh_from_db()
    assert session.seats_taken == 0
    assert (cancelled.status, cancelled.live, cancelled.counted_minutes, cancelled.late) == (
        "cancelled",
        False,
        0,
        False,
    )
    again = cancel(booking, actor=cast.ana.user, now=NOW + timedelta(hours=1))
    assert (again.cancelled_at, again.sequence) == (NOW, cancelled.sequence)


def test_cancelling_past_the_cutoff_is_late(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    assert cancel(booking, actor=cast.ana.user, now=NOW).late


def test_nobody_cancels_what_has_begun_but_staff_with_a_reason(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    booking = cast.booked(cast.ana, session)
    with pytest.raises(SessionStarted):
        cancel(booking, actor=cast.ana.user, now=session.starts_at, reason="ill")
    assert cancel(booking, actor=cast.cory, now=session.starts_at, reason="booked by mistake").status == "cancelled"


def test_a_marked_booking_cannot_be_cancelled(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    Booking.objects.filter(pk=booking.pk).update(marked_at=NOW)
    with pytest.raises(RosterSigned):
        cancel(booking, actor=cast.ana.user, now=NOW)


def test_booking_again_keeps_the_uid_and_raises_the_sequence(cast: Cast) -> None:
    session = cast.session("2026-11-21 09:00")
    first = cast.booked(cast.ana, session)
    cancelled = cancel(first, actor=None, now=NOW)
    again = cast.booked(cast.ana, session)
    assert again.pk != first.pk
    assert (again.uid, again.sequence) == (first.uid, cancelled.sequence + 1)


def test_moving_exchanges_the_seats(cast: Cast) -> None:
    old, new = cast.session("2026-11-21 09:00"), cast.session("2026-11-22 09:00")
    booking = cast.booked(cast.ana, old)
    moved = move(booking, new, actor=cast.ana.user, now=NOW)
    old.refresh_from_db()
    new.refresh_from_db()
    booking.refresh_from_db()
    assert (old.seats_taken, new.seats_taken, booking.status, moved.session_id) == (0, 1, "cancelled", new.pk)


def test_a_refused_move_keeps_the_old_seat(cast: Cast) -> None:
    old, new = cast.session("2026-11-21 09:00"), cast.session("2026-11-22 09:00", capacity=1)
    cast.booked(cast.patient(), new)
    booking = cast.booked(cast.ana, old)
    with pytest.raises(Refusal) as caught, transaction.atomic():
        move(booking, new, actor=cast.ana.user, now=NOW)
    old.refresh_from_db()
    booking.refresh_from_db()
    assert (caught.value.code, old.seats_taken, booking.status) == ("session_full", 1, "booked")


def test_the_waitlist_keeps_its_order_and_holds_a_freed_seat(
    cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    session = cast.session("2026-11-21 09:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    first = cast.booked(cast.patient(), session, waitlist=True)
    second = cast.booked(cast.patient(), session, waitlist=True, now=NOW + timedelta(seconds=1))
    assert [first.status, place_in_line(first), place_in_line(second)] == [BookingStatus.WAITLISTED, 1, 2]
    cancel(holder, actor=None, now=NOW)
    session.refresh_from_db()
    assert (session.seats_taken, session.seats_held, session.seats_left) == (0, 1, 0)
    refused(cast, cast.ana, session, "session_full")
    assert promote_all(now=NOW) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    session.refresh_from_db()
    assert (first.status, first.counted_minutes, second.status) == ("booked", 180, "waitlisted")
    assert (session.seats_taken, session.seats_held, place_in_line(second)) == (1, 0, 1)
    assert promote_all(now=NOW) == 0


def test_somebody_for_whom_the_seat_does_not_fit_is_passed_over_not_dropped(cast: Cast) -> None:
    session = cast.session("2026-11-21 09:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    first, second = (cast.booked(cast.patient(), session, waitlist=True) for _ in range(2))
    cast.booked(first.patient, cast.session("2026-11-21 10:00", counselor=False, room=False))
    cancel(holder, actor=None, now=NOW)
    assert [booking.pk for booking in promote(session.pk, now=NOW)] == [second.pk]
    first.refresh_from_db()
    assert (first.status, place_in_line(first)) == ("waitlisted", 1)


def test_a_held_seat_that_nobody_can_use_is_free_again(cast: Cast) -> None:
    session = cast.session("2026-11-21 09:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    waiting = cast.booked(cast.patient(), session, waitlist=True)
    cast.booked(waiting.patient, cast.session("2026-11-21 10:00", counselor=False, room=False))
    cancel(holder, actor=None, now=NOW)
    assert promote_all(now=NOW) == 0
    assert cast.booked(cast.ana, session).status == "booked"


def test_every_reason_is_listed_with_the_refusal(cast: Cast) -> None:
    session = cast.session("2026-11-18 15:00", minutes=60, capacity=1)
    cast.booked(cast.patient(), session)
    refusal = refused(cast, cast.ana, session, "overlaps_work")
    assert refusal.data["codes"] == ["overlaps_work", "session_full"]


def test_the_maximum_counts_what_is_credited_once_marked(cast: Cast) -> None:
    from scheduling.services.counting import mark_counted

    cleo, session = cast.cleo, cast.session("2026-11-22 10:00", minutes=120)
    with pytest.raises(OverWeeklyMaximum), transaction.atomic():
        cast.booked(cleo, session)
    early = Booking.objects.filter(patient=cleo).order_by("starts_at")[0]
    mark_counted({early.pk: 100}, now=NOW)
    assert cast.booked(cleo, session).counted_minutes == 120
