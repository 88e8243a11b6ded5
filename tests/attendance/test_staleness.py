"""Whatever bears on a week marks it for a recount, in the transaction of the change; and nothing else is marked."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction

from attendance.models import RecountMark, TreatmentWeek
from attendance.services.figures import figures_of
from attendance.services.marking import mark_what_time_changed, take_up_marks
from attendance.services.roster import RosterRow, mark_all_present, save_rows, sign_roster
from attendance.services.weeks import ensure_weeks, recount, recount_stale
from attendance.tasks import recount_weeks
from people.models import Patient
from people.services.admissions import discharge
from people.services.plans import PhaseFields, add_leave, add_phase
from scheduling.models import Booking, Session
from scheduling.services.booking import cancel, move
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.sessions import cancel_session, change_session
from scheduling.services.work_hours import WorkHoursFields, add_work_hours, remove_work_hours
from tests.cast import NOW, WEEK, Cast, at
from tests.scheduling.services.test_sessions import fields_of

LATER = NOW + timedelta(minutes=5)
LAST, THIS, NEXT = WEEK - timedelta(days=7), WEEK, WEEK + timedelta(days=7)


class Clinic:
    """Ana, booked on Thursday's group and on Tuesday's of last week, and Ben; everything counted, nothing stale."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.ana, self.ben = cast.ana, cast.ben
        self.thursday = cast.session("2026-11-19 18:00")
        self.saturday = cast.session("2026-11-21 09:00", capacity=1)
        self.next_week = cast.session("2026-11-24 18:00")
        self.tuesday = cast.session("2026-11-10 18:00", now=at("2026-11-09 12:00"))
        self.past = cast.booked(self.ana, self.tuesday, now=at("2026-11-09 12:00"))
        self.booking = cast.booked(self.ana, self.thursday)
        ensure_weeks(now=NOW)
        RecountMark.objects.all().delete()
        recount_stale(now=NOW)
        assert self.stale() == set()

    def stale(self) -> set[tuple[str, date]]:
        """Whose weeks are behind, once the marks are taken up."""
        take_up_marks(now=LATER)
        rows = TreatmentWeek.objects.filter(stale_at__isnull=False)
        return set(rows.values_list("patient__name", "week"))


@pytest.fixture
def clinic(cast: Cast) -> Clinic:
    return Clinic(cast)


ANA, BEN = "Ana Reyes", "Ben Carter"
Change = Callable[[Clinic], object]

CHANGES: dict[str, tuple[Change, set[tuple[str, date]]]] = {
    "a booking": (lambda c: c.cast.booked(c.ben, c.next_week, now=LATER), {(BEN, NEXT)}),
    "the last seat taken": (
        lambda c: c.cast.booked(c.ben, c.saturday, now=LATER, accept_work_overlap=True),
        {(ANA, THIS), (BEN, THIS)},
    ),
    "a cancellation": (lambda c: cancel(c.booking, actor=None, now=LATER), {(ANA, THIS)}),
    "a move to another week": (
        lambda c: move(c.booking, c.next_week, actor=None, now=LATER),
        {(ANA, THIS), (ANA, NEXT)},
    ),
    "a mark": (
        lambda c: save_rows(c.tuesday, [RosterRow(c.past.pk, "present")], actor=c.cast.dana, now=LATER),
        {(ANA, LAST)},
    ),
    "work hours added": (
        lambda c: add_work_hours(
            c.ben, WorkHoursFields("2026-11-19T18:00", "2026-11-19T20:00", "America/Denver"), actor=None, now=LATER
        ),
        {(BEN, THIS), (BEN, NEXT)},
    ),
    "work hours removed": (
        lambda c: remove_work_hours(c.cast.work_of(c.ben), actor=None, now=LATER),
        {(BEN, THIS), (BEN, NEXT)},
    ),
    "leave": (
        lambda c: add_leave(c.cast.admission_of(c.ben), starts_on=THIS, ends_on=THIS, actor=None, now=LATER),
        {(BEN, LAST), (BEN, THIS), (BEN, NEXT)},
    ),
    "a phase": (
        lambda c: add_phase(c.cast.admission_of(c.ben), PhaseFields(NEXT, None, 600, 1140), actor=None, now=LATER),
        {(BEN, LAST), (BEN, THIS), (BEN, NEXT)},
    ),
    "a discharge": (
        lambda c: discharge(c.cast.admission_of(c.ben), discharged_on=THIS, actor=None, now=LATER),
        {(BEN, LAST), (BEN, THIS), (BEN, NEXT)},
    ),
    "a new session": (
        lambda c: c.cast.session("2026-11-28 09:00", now=LATER),
        {(ANA, NEXT), (BEN, NEXT)},
    ),
    "a session called off": (
        lambda c: cancel_session(c.saturday, actor=None, now=LATER),
        {(ANA, THIS), (BEN, THIS)},
    ),
    "a session moved to another week": (
        lambda c: change_session(
            c.saturday,
            fields_of(c.saturday, c.cast, starts_at=at("2026-11-28 09:00"), ends_at=at("2026-11-28 12:00")),
            actor=None,
            now=LATER,
        ),
        {(ANA, THIS), (BEN, THIS), (ANA, NEXT), (BEN, NEXT)},
    ),
    "a series": (
        lambda c: create_series(
            SeriesFields(
                program=c.cast.program,
                site=c.cast.site,
                kind="group",
                title="Evening",
                rrule="FREQ=WEEKLY;COUNT=1",
                starts_at_local="2026-11-27T18:00",
                duration_minutes=60,
                capacity=12,
            ),
            actor=None,
            now=LATER,
        ),
        {(ANA, NEXT), (BEN, NEXT)},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_marks_the_weeks_that_it_touches(clinic: Clinic, name: str) -> None:
    change, touched = CHANGES[name]
    change(clinic)
    assert clinic.stale() == touched
    assert RecountMark.objects.count() == 0


def test_a_week_is_behind_since_the_first_change(clinic: Clinic) -> None:
    cancel(clinic.booking, actor=None, now=LATER)
    take_up_marks(now=LATER)
    remove_work_hours(clinic.cast.work_of(clinic.ana), actor=None, now=LATER)
    take_up_marks(now=LATER + timedelta(minutes=1))
    row = TreatmentWeek.objects.get(patient=clinic.ana, week=THIS)
    assert (row.stale_at, row.change_count) == (LATER, 2)


def test_what_is_rolled_back_marks_nothing(clinic: Clinic) -> None:
    with transaction.atomic():
        cancel(clinic.booking, actor=None, now=LATER)
        transaction.set_rollback(True)
    assert clinic.stale() == set()


def test_signing_what_is_marked_already_marks_nothing_more(clinic: Clinic) -> None:
    mark_all_present(clinic.tuesday, actor=clinic.cast.dana, now=LATER)
    RecountMark.objects.all().delete()
    sign_roster(clinic.tuesday, actor=clinic.cast.dana, now=LATER)
    assert clinic.stale() == set()


def test_a_change_during_a_recount_stays_marked(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The booking lands after the figures were read; they are not written, and the next sweep counts again."""
    original = figures_of

    def slowly(*args: object, **kwargs: object) -> object:
        found = original(*args, **kwargs)  # type: ignore[arg-type]
        cancel(Booking.objects.get(pk=clinic.booking.pk), actor=None, now=LATER)
        take_up_marks(now=LATER)
        return found

    monkeypatch.setattr("attendance.services.weeks.figures_of", slowly)
    row = TreatmentWeek.objects.get(patient=clinic.ana, week=THIS)
    assert recount([row.pk], now=LATER) == 0
    monkeypatch.setattr("attendance.services.weeks.figures_of", original)
    row.refresh_from_db()
    assert (row.stale_at, row.computed_at, row.booked_minutes) == (LATER, NOW, 180)
    assert recount_stale(now=LATER) == 1
    row.refresh_from_db()
    assert (row.stale_at, row.computed_at, row.booked_minutes) == (None, LATER, 0)


def test_closed_weeks_are_never_marked(clinic: Clinic) -> None:
    TreatmentWeek.objects.filter(patient=clinic.ana, week=THIS).update(closed_at=NOW)
    cancel(clinic.booking, actor=None, now=LATER)
    assert clinic.stale() == set()


def test_a_session_that_begins_takes_its_minutes_out_of_what_can_be_booked(clinic: Clinic) -> None:
    def bookable(patient: Patient) -> int:
        return TreatmentWeek.objects.get(patient=patient, week=THIS).bookable_minutes

    assert (bookable(clinic.ana), mark_what_time_changed(now=at("2026-11-18 20:00"))) == (180, 0)
    just_before, begun = at("2026-11-21 08:59"), at("2026-11-21 09:00")
    recount(TreatmentWeek.objects.values_list("pk", flat=True), now=just_before)
    assert (bookable(clinic.ana), mark_what_time_changed(now=just_before)) == (180, 0)
    mark_what_time_changed(now=begun + timedelta(seconds=1))
    assert {(ANA, THIS)} <= clinic.stale()
    recount_stale(now=begun + timedelta(seconds=1))
    assert (bookable(clinic.ana), mark_what_time_changed(now=begun + timedelta(seconds=2))) == (0, 0)


def test_figures_a_day_old_are_counted_again(clinic: Clinic) -> None:
    Session.objects.exclude(pk=clinic.tuesday.pk).update(state="cancelled")
    assert mark_what_time_changed(now=NOW + timedelta(hours=24)) == 0
    assert mark_what_time_changed(now=NOW + timedelta(hours=24, seconds=1)) == 4  # this week and the next of both


def test_the_oldest_are_counted_first_and_a_claim_is_left_to_its_worker(clinic: Clinic) -> None:
    rows = list(TreatmentWeek.objects.order_by("pk"))
    TreatmentWeek.objects.update(stale_at=LATER)
    TreatmentWeek.objects.filter(pk=rows[3].pk).update(stale_at=NOW)
    TreatmentWeek.objects.filter(pk=rows[0].pk).update(claimed_until=LATER + timedelta(minutes=1))
    assert recount_stale(now=LATER) == len(rows) - 1
    assert list(TreatmentWeek.objects.filter(stale_at__isnull=False)) == [rows[0]]
    assert recount_stale(now=LATER + timedelta(minutes=1)) == 1


def test_the_sweep_makes_marks_and_recounts_in_one_go(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    recount_weeks()
    recount_weeks()
    assert not TreatmentWeek.objects.filter(stale_at__isnull=False).exists()
    assert not TreatmentWeek.objects.filter(computed_at=None).exists()
    assert not RecountMark.objects.exists()
