"""Many at once on PostgreSQL: one signature, no lost mark, no deadlock between bookings, marks and recounts."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from django.db import connection

from attendance.models import AttendanceRecord, RecountMark, Roster, TreatmentWeek
from attendance.services.amending import amend
from attendance.services.closing import close_due_weeks
from attendance.services.marking import take_up_marks
from attendance.services.roster import RosterRow, mark_all_present, save_rows, sign_roster
from attendance.services.weeks import ensure_weeks, recount, recount_patient, recount_stale
from people.errors import Refusal
from people.models import TrailEntry, User
from scheduling.models import Session
from scheduling.services.booking import book, cancel
from tests.cast import NOW, Cast, at

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]

BEFORE = at("2026-11-14 12:00")
AFTER = at("2026-11-16 21:00")


def at_once(*tasks: Callable[[], object]) -> list[str]:
    """Run the tasks at the same moment, each on a connection of its own; "done", the refusal's code, or the error."""
    outcomes = [""] * len(tasks)
    barrier = threading.Barrier(len(tasks))

    def run(position: int) -> None:
        try:
            barrier.wait(timeout=30)
            tasks[position]()
            outcomes[position] = "done"
        except Refusal as refusal:
            outcomes[position] = refusal.code
        except Exception as error:
            outcomes[position] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def monday_group(cast: Cast, people: int) -> Session:
    session = cast.session("2026-11-16 18:00", capacity=people, room=False, now=BEFORE)
    for _ in range(people):
        cast.booked(cast.patient(), session, now=BEFORE)
    return session


def test_a_roster_signed_by_ten_at_once_is_signed_once() -> None:
    cast = Cast()
    session = monday_group(cast, 4)
    mark_all_present(session, actor=cast.dana, now=AFTER)
    signers = [cast.user(f"signer{number}") for number in range(10)]

    def sign(actor: User) -> Callable[[], object]:
        return lambda: sign_roster(session, actor=actor, now=AFTER)

    assert Counter(at_once(*map(sign, signers))) == {"done": 10}
    assert Roster.objects.get().version == 2
    assert TrailEntry.objects.filter(action="roster_signed").count() == 1


def test_two_first_marks_with_the_same_version_leave_one_writer_told() -> None:
    cast = Cast()
    session = monday_group(cast, 2)
    first, second = session.bookings.order_by("pk")
    dana = cast.dana

    def save(booking_id: int) -> Callable[[], object]:
        row = RosterRow(booking_id, "present")
        return lambda: save_rows(session, [row], actor=dana, now=AFTER, expected_version=0)

    assert sorted(at_once(save(first.pk), save(second.pk))) == ["done", "stale"]
    assert (Roster.objects.get().version, AttendanceRecord.objects.count()) == (1, 1)


def test_marks_of_different_rows_at_once_are_all_kept() -> None:
    cast = Cast()
    session = monday_group(cast, 8)
    dana = cast.dana

    def save(booking_id: int) -> Callable[[], object]:
        return lambda: save_rows(session, [RosterRow(booking_id, "no_show")], actor=dana, now=AFTER)

    bookings = session.bookings.values_list("pk", flat=True)
    assert Counter(at_once(*map(save, bookings))) == {"done": 8}
    assert (Roster.objects.get().version, AttendanceRecord.objects.count()) == (8, 8)


def test_bookings_marks_and_recounts_at_once_never_deadlock_and_end_right() -> None:
    cast = Cast()
    patients = [cast.patient() for _ in range(6)]
    sessions = [cast.session(f"2026-11-{day} 18:00", capacity=3, counselor=False) for day in (18, 19, 20, 24, 25)]
    ensure_weeks(now=NOW)
    ids = list(TreatmentWeek.objects.values_list("pk", flat=True))

    def books(number: int) -> Callable[[], object]:
        def task() -> None:
            ordered: Sequence[Session] = sessions if number % 2 else sessions[::-1]
            for session in ordered:
                try:
                    cancel(book(patients[number], session, actor=None, now=NOW), actor=None, now=NOW)
                    book(patients[number], session, actor=None, now=NOW)
                except Refusal:
                    continue

        return task

    def recounts(backwards: bool) -> Callable[[], object]:
        def task() -> None:
            for _ in range(6):
                recount(ids[::-1] if backwards else ids, now=NOW)
                take_up_marks(now=NOW)
                recount_stale(now=NOW)
                recount_patient(patients[0].pk, now=NOW)

        return task

    outcomes = at_once(*(books(number) for number in range(6)), recounts(False), recounts(True))
    assert Counter(outcomes) == {"done": 8}
    take_up_marks(now=NOW)
    recount_stale(now=NOW + timedelta(minutes=6))
    assert not TreatmentWeek.objects.filter(stale_at__isnull=False).exists()
    assert not RecountMark.objects.exists()
    swept = dict(TreatmentWeek.objects.values_list("pk", "booked_minutes"))
    bookable = dict(TreatmentWeek.objects.values_list("pk", "bookable_minutes"))
    TreatmentWeek.objects.update(booked_minutes=0, bookable_minutes=0)
    recount(ids, now=NOW)
    assert dict(TreatmentWeek.objects.values_list("pk", "booked_minutes")) == swept
    assert dict(TreatmentWeek.objects.values_list("pk", "bookable_minutes")) == bookable
    assert sum(swept.values()) == 180 * sum(Session.objects.values_list("seats_taken", flat=True))


def test_a_week_that_two_workers_close_while_its_roster_is_signed_is_closed_once_with_what_was_signed() -> None:
    """Whoever comes first: the close waits for the signature or makes do with the marks, and loses neither."""
    cast = Cast()
    session = monday_group(cast, 3)
    mark_all_present(session, actor=cast.dana, now=AFTER)
    ensure_weeks(now=AFTER)
    late = at("2026-11-25 08:00")
    outcomes = at_once(
        lambda: close_due_weeks(now=late),
        lambda: sign_roster(session, actor=cast.dana, now=late),
        lambda: close_due_weeks(now=late),
        lambda: close_due_weeks(now=late),
    )
    assert Counter(outcomes) == {"done": 4}
    weeks = TreatmentWeek.objects.filter(week=date(2026, 11, 16))
    assert [(week.credited_minutes, week.closed_at) for week in weeks] == [(180, late)] * 3
    for week in weeks:
        numbers = list(week.revisions.order_by("number").values_list("number", "figures__credited_minutes"))
        assert numbers in ([(1, 180)], [(1, 180), (2, 180)])
        assert week.revision == len(numbers)


def test_an_amendment_while_the_week_closes_is_in_the_close_or_after_it() -> None:
    cast = Cast()
    session = monday_group(cast, 1)
    mark_all_present(session, actor=cast.dana, now=AFTER)
    sign_roster(session, actor=cast.dana, now=AFTER)
    ensure_weeks(now=AFTER)
    record = AttendanceRecord.objects.get()
    late = at("2026-11-25 08:00")
    row = RosterRow(record.booking_id, "no_show")
    outcomes = at_once(
        lambda: close_due_weeks(now=late),
        lambda: amend(record, row, "Somebody else", actor=cast.dana, now=late),
    )
    assert outcomes == ["done", "done"]
    week = TreatmentWeek.objects.get(week=date(2026, 11, 16))
    latest = week.revisions.order_by("-number")[0]
    assert (week.credited_minutes, latest.figures["credited_minutes"], latest.number) == (0, 0, week.revision)
