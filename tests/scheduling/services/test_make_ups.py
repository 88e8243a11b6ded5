"""A make-up points to the one absence that it stands for, and changes no minutes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from attendance.services.amending import amend
from attendance.services.roster import RosterRow, save_rows, sign_roster
from people.models import Patient, TrailEntry
from people.services.admissions import discharge
from scheduling.errors import NothingToMakeUp
from scheduling.models import Booking, Session
from scheduling.services.book_all import book_all, take_back
from scheduling.services.booking import book, cancel, move
from scheduling.services.make_ups import open_absences
from scheduling.services.sessions import cancel_session
from scheduling.services.waitlist import promote
from tests.cast import NOW, Cast, at

BEFORE = at("2026-10-05 12:00")
THURSDAY = "2026-11-19 18:00"


def evening(cast: Cast, day: str, **fields: Any) -> Session:
    return cast.session(f"{day} 18:00", room=False, now=BEFORE, **fields)


def marked(cast: Cast, patient: Patient, day: str, status: str = "no_show") -> Booking:
    """Booked on an evening, and marked on its roster."""
    session = evening(cast, day)
    booking = cast.booked(patient, session, now=BEFORE)
    save_rows(session, [RosterRow(booking.pk, status)], actor=cast.dana, now=at(f"{day} 21:00"))
    return booking


def refused(cast: Cast, session: Session, absence: Booking, patient: Patient | None = None) -> str:
    with pytest.raises(NothingToMakeUp) as found:
        book(patient or cast.ana, session, actor=cast.cory, now=NOW, makes_up_for=absence.pk)
    assert not Booking.objects.filter(session=session).exists()
    return str(found.value.detail)


def test_staff_say_what_a_booking_makes_up_for_and_it_counts_as_any_other(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    assert (made.makes_up_for, made.counted_minutes, made.week) == (missed, 180, missed.week)
    entry = TrailEntry.objects.filter(action="booked", subject_id=made.pk).get()
    assert entry.after == {
        "session": made.session_id,
        "status": "booked",
        "counted_minutes": 180,
        "late": False,
        "makes_up_for": missed.pk,
    }
    assert open_absences(cast.ana.pk, now=NOW) == []


@pytest.mark.parametrize("status", ["no_show", "excused", "turned_away"])
def test_every_kind_of_absence_may_be_made_up_for(cast: Cast, status: str) -> None:
    assert open_absences(marked(cast, cast.ana, "2026-11-16", status).patient_id, now=NOW) == [Booking.objects.get()]


def test_what_was_given_up_late_or_called_off_by_the_clinic_too(cast: Cast) -> None:
    off, late, early = (cast.booked(cast.ana, evening(cast, f"2026-11-{day}"), now=BEFORE) for day in (20, 18, 21))
    wen = cast.patient("Wen Zhao")
    before_it = cast.booked(wen, off.session, now=BEFORE)
    cancel(late, actor=None, now=NOW)
    cancel(early, actor=None, now=NOW)
    cancel(before_it, actor=None, now=NOW)
    cancel_session(off.session, actor=cast.cory, now=NOW)
    assert open_absences(cast.ana.pk, now=NOW) == [off, late]
    assert open_absences(wen.pk, now=NOW) == []  # whoever had left before has lost nothing by it


def test_what_was_attended_is_over_or_is_somebody_elses_is_no_absence(cast: Cast) -> None:
    there, his = marked(cast, cast.ana, "2026-11-16", "present"), marked(cast, cast.patient("Wen Zhao"), "2026-11-17")
    coming = cast.booked(cast.ana, evening(cast, "2026-11-20"), now=BEFORE)
    session = cast.session(THURSDAY)
    for one in (there, his, coming):
        assert refused(cast, session, one) == "There is no absence that this could make up for"


def test_an_absence_is_made_up_for_once_until_its_make_up_is_given_back(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    first = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    saturday = evening(cast, "2026-11-21")
    refused(cast, saturday, missed)
    cancel(first, actor=cast.cory, now=NOW)
    again = book(cast.ana, saturday, actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    first.refresh_from_db()
    assert (again.makes_up_for, first.makes_up_for) == (missed, missed)


def test_within_the_programs_days_or_the_same_week(cast: Cast) -> None:
    old, monday = marked(cast, cast.ana, "2026-10-14"), marked(cast, cast.ana, "2026-11-16")
    session = cast.session(THURSDAY)
    assert open_absences(cast.ana.pk, now=at("2026-11-17 12:00")) == [monday, old]
    assert open_absences(cast.ana.pk, now=at("2026-11-19 12:00")) == [monday]
    assert refused(cast, session, old) == (
        "It is too long from what it would make up for: at most 35 days, or the same week"
    )
    cast.program.make_up_days = 0
    cast.program.save()
    assert book(cast.ana, session, actor=cast.cory, now=NOW, makes_up_for=monday.pk).makes_up_for == monday
    cast.program.make_up_days = 60
    cast.program.save()
    friday = evening(cast, "2026-11-20")
    assert book(cast.ana, friday, actor=cast.cory, now=NOW, makes_up_for=old.pk).makes_up_for == old


def test_what_brings_a_week_back_makes_up_for_what_was_missed_in_it_in_order(cast: Cast) -> None:
    marked(cast, cast.ana, "2026-11-11")  # another week's
    monday, tuesday = marked(cast, cast.ana, "2026-11-16"), marked(cast, cast.ana, "2026-11-17", "excused")
    ids = [evening(cast, f"2026-11-{day}").pk for day in (21, 19, 20)]
    booked = book_all(cast.ana, ids, actor=cast.cory, now=NOW)
    pairs = Booking.objects.filter(pk__in=[one.pk for one in booked]).order_by("starts_at")
    assert [one.makes_up_for for one in pairs] == [monday, tuesday, None]
    assert TrailEntry.objects.filter(action="made_up_for").count() == 2
    take_back(booked, actor=cast.cory, now=NOW)
    assert [one.pk for one in open_absences(cast.ana.pk, now=NOW)][:2] == [tuesday.pk, monday.pk]


def test_a_move_takes_along_what_it_makes_up_for_where_it_is_near_enough(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    cast.program.make_up_days = 10
    cast.program.save()
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    moved = move(made, evening(cast, "2026-11-26"), actor=cast.cory, now=NOW)
    assert Booking.objects.get(pk=moved.pk).makes_up_for == missed
    far = move(moved, evening(cast, "2026-11-27"), actor=cast.cory, now=NOW)
    assert Booking.objects.get(pk=far.pk).makes_up_for is None


def test_who_came_after_all_needs_no_make_up(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    after = at("2026-11-16 22:00")
    save_rows(missed.session, [RosterRow(missed.pk, "excused")], actor=cast.dana, now=after)
    assert Booking.objects.get(pk=made.pk).makes_up_for == missed
    sign_roster(missed.session, actor=cast.dana, now=after)
    row = RosterRow(missed.pk, "present", excuse_reason="")
    amend(missed.attendance, row, "She was there", actor=cast.dana, now=NOW)
    assert Booking.objects.get(pk=made.pk).makes_up_for is None
    entry = TrailEntry.objects.get(action="makes_up_no_more")
    assert (entry.subject_id, (entry.before or {})["makes_up_for"], entry.patient_id) == (
        made.pk,
        missed.pk,
        cast.ana.pk,
    )


@pytest.mark.parametrize("which", ["attended", "somebody else's", "itself", "taken"])
def test_the_database_refuses_what_no_service_would_write(cast: Cast, which: str) -> None:
    made = cast.booked(cast.ana, cast.session(THURSDAY), now=BEFORE)
    if which == "attended":
        target = marked(cast, cast.ana, "2026-11-16", "present").pk
    elif which == "somebody else's":
        target = marked(cast, cast.patient("Wen Zhao"), "2026-11-16").pk
    elif which == "itself":
        target = made.pk
    else:
        target = marked(cast, cast.ana, "2026-11-16").pk
        book(cast.ana, evening(cast, "2026-11-20"), actor=cast.cory, now=NOW, makes_up_for=target)
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=made.pk).update(makes_up_for=target)
    if which != "itself":  # a row that is not there yet has no id to point to
        Booking.objects.filter(pk=made.pk).delete()
        made.makes_up_for_id = target
        with pytest.raises(IntegrityError), transaction.atomic():
            made.save(force_insert=True)


def test_a_change_of_a_make_up_does_not_ask_again(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    Booking.objects.filter(pk=missed.pk).update(counted_minutes=90)
    given_back = cancel(made, actor=cast.cory, now=NOW + timedelta(hours=1))
    assert (given_back.status, given_back.makes_up_for) == ("cancelled", missed)


def given_up_and_back(cast: Cast) -> tuple[Booking, Booking, Booking]:
    """An evening given up late, what makes up for it, and the same evening booked once more."""
    gone = cast.booked(cast.ana, evening(cast, "2026-11-18"), now=BEFORE)
    cancel(gone, actor=None, now=NOW)
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=gone.pk)
    return gone, made, book(cast.ana, gone.session, actor=cast.cory, now=NOW, override_reason="Can come after all")


def test_who_is_back_on_what_was_given_up_has_nothing_to_make_up_for(cast: Cast) -> None:
    _gone, made, again = given_up_and_back(cast)
    assert Booking.objects.get(pk=made.pk).makes_up_for is None
    assert TrailEntry.objects.get(action="makes_up_no_more").subject_id == made.pk
    assert open_absences(cast.ana.pk, now=NOW) == []
    cancel(again, actor=None, now=NOW + timedelta(minutes=20))
    assert open_absences(cast.ana.pk, now=NOW + timedelta(hours=1)) == [again]  # once, though given up twice


def test_who_is_back_by_the_line_neither(cast: Cast) -> None:
    gone = cast.booked(cast.ana, evening(cast, "2026-11-18", capacity=1), now=BEFORE)
    cancel(gone, actor=None, now=NOW)
    other = cast.booked(cast.patient("Wen Zhao"), gone.session, now=NOW)
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=NOW, makes_up_for=gone.pk)
    waits = book(cast.ana, gone.session, actor=cast.cory, now=NOW, waitlist=True)
    assert (waits.status, Booking.objects.get(pk=made.pk).makes_up_for) == ("waitlisted", gone)
    cancel(other, actor=None, now=NOW)
    assert promote(gone.session_id, now=NOW) == [waits]
    assert Booking.objects.get(pk=made.pk).makes_up_for is None


def test_who_waited_in_vain_has_made_up_for_nothing(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    full = evening(cast, "2026-11-18", capacity=1)
    cast.booked(cast.patient("Wen Zhao"), full, now=BEFORE)
    waits = book(cast.ana, full, actor=cast.cory, now=NOW, waitlist=True, makes_up_for=missed.pk)
    assert open_absences(cast.ana.pk, now=NOW) == []
    later = at("2026-11-19 09:00")
    assert open_absences(cast.ana.pk, now=later) == [missed]
    made = book(cast.ana, cast.session(THURSDAY), actor=cast.cory, now=later, makes_up_for=missed.pk)
    waits.refresh_from_db()
    assert (made.makes_up_for, waits.makes_up_for) == (missed, None)


def test_a_make_up_given_up_late_leaves_one_absence_and_not_two(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    made = book(cast.ana, evening(cast, "2026-11-18"), actor=cast.cory, now=NOW, makes_up_for=missed.pk)
    assert cancel(made, actor=None, now=NOW).late
    assert open_absences(cast.ana.pk, now=NOW) == [missed]


def test_what_an_earlier_stay_missed_is_not_offered_in_the_next(cast: Cast) -> None:
    missed = marked(cast, cast.ana, "2026-11-16")
    assert open_absences(cast.ana.pk, now=NOW) == [missed]
    discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 17), actor=cast.cory, now=NOW)
    assert open_absences(cast.ana.pk, now=NOW) == []
    cast.admission(cast.ana, admitted_on=date(2026, 11, 18))
    assert open_absences(cast.ana.pk, now=NOW) == []
    refused(cast, cast.session(THURSDAY), missed)
