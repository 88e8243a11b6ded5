"""Closing weeks and revising what is closed (rule 6)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from attendance.enums import FlagKind, FlagState
from attendance.errors import RosterIncomplete, TooEarly, WeekClosed, WeekOpen
from attendance.models import AttendanceRecord, Flag, TreatmentWeek, WeekRevision
from attendance.services import flags
from attendance.services.amending import amend
from attendance.services.closing import close_due_weeks, close_week, revise_week
from attendance.services.requirements import RequirementFields, add_requirement, change_requirement
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.weeks import ensure_weeks, recount, recount_patient
from people.errors import InvalidInput
from people.models import TrailEntry
from people.services.admissions import admit
from people.services.plans import PhaseFields, add_phase
from scheduling.models import Booking, Session
from scheduling.services.absences import add_leave, discharge
from scheduling.services.booking import cancel
from scheduling.services.excusing import excuse
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import change_session
from tests.cast import NOW, Cast, at

EVENING = at("2026-11-18 21:05")
OVER = at("2026-11-23 00:00")
"""The moment at which Ana's week ends in Denver."""


def _attended(cast: Cast, start: str, *, signed: bool = True, status: str = "present", now: datetime = NOW) -> Booking:
    session = cast.session(start, now=now)
    booking = cast.booked(cast.ana, session, now=now)
    after = session.ends_at + timedelta(minutes=5)
    save_rows(session, [RosterRow(booking.pk, status)], actor=cast.dana, now=after)
    if signed:
        sign_roster(session, actor=cast.dana, now=after)
    return booking


def _week(cast: Cast) -> TreatmentWeek:
    return TreatmentWeek.objects.get(patient=cast.ana, week=date(2026, 11, 16))


def _counted(cast: Cast, now: datetime = EVENING) -> TreatmentWeek:
    recount_patient(cast.ana.pk, now=now)
    return _week(cast)


def test_a_signed_week_closes_at_its_end_and_no_sooner(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    close_due_weeks(now=OVER - timedelta(seconds=1))
    assert _week(cast).closed_at is None
    close_due_weeks(now=OVER)
    week = _week(cast)
    revision = WeekRevision.objects.get(week=week)
    record = AttendanceRecord.objects.get(booking=booking)
    assert (week.closed_at, week.revision, week.status, week.credited_minutes) == (OVER, 1, "below", 180)
    assert (revision.number, revision.cause, revision.by, revision.unsigned) == (1, "closed", None, [])
    assert revision.records == [
        {
            "attendance": record.pk,
            "booking": booking.pk,
            "session": booking.session_id,
            "starts_at": booking.starts_at.isoformat(),
            "status": "present",
            "planned_minutes": 180,
            "deductions": [],
            "credited_minutes": 180,
        }
    ]
    assert {name: revision.figures[name] for name in ("min_minutes", "credited_minutes", "status")} == {
        "min_minutes": week.min_minutes,
        "credited_minutes": 180,
        "status": "below",
    }


def test_closing_twice_closes_once(cast: Cast) -> None:
    _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    assert close_due_weeks(now=OVER) > 0
    assert close_due_weeks(now=OVER + timedelta(hours=1)) == 0
    assert _week(cast).closed_at == OVER
    assert WeekRevision.objects.filter(week=_week(cast)).count() == 1
    assert TrailEntry.objects.filter(action="week_closed", subject_id=_week(cast).pk).count() == 1


def test_an_unsigned_roster_holds_the_week_open_until_the_grace_has_passed(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00", signed=False)
    _counted(cast)
    close_due_weeks(now=OVER)
    assert _week(cast).closed_at is None
    late = OVER + timedelta(hours=48)
    close_due_weeks(now=late)
    assert _week(cast).closed_at == late
    assert WeekRevision.objects.get(week=_week(cast)).unsigned == [booking.session_id]


def test_a_frozen_week_is_not_recounted_by_what_comes_later(cast: Cast) -> None:
    _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    close_due_weeks(now=OVER)
    before = _week(cast)
    later = OVER + timedelta(days=1)
    add_leave(
        cast.ana.admissions.get(), starts_on=date(2026, 11, 17), ends_on=date(2026, 11, 18), actor=cast.cory, now=later
    )
    recount_patient(cast.ana.pk, now=later)
    after = _week(cast)
    assert (after.min_minutes, after.revision, after.computed_at) == (before.min_minutes, 1, OVER)


def test_an_amendment_across_the_close_makes_a_revision_and_keeps_the_old(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00", status="no_show")
    _counted(cast)
    close_due_weeks(now=OVER)
    later = OVER + timedelta(days=3)
    record = AttendanceRecord.objects.get(booking=booking)
    amend(record, RosterRow(booking.pk, "present"), "She sat in the other room", actor=cast.dana, now=later)
    week = _week(cast)
    assert (week.revision, week.credited_minutes, week.closed_at) == (2, 180, OVER)
    kept = WeekRevision.objects.filter(week=week).order_by("number")
    assert [(one.number, one.cause, one.reason, one.figures["credited_minutes"]) for one in kept] == [
        (1, "closed", "", 0),
        (2, "amended", "She sat in the other room", 180),
    ]


def test_evidence_that_moves_no_figure_is_a_revision_too(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00", status="no_show")
    _counted(cast)
    close_due_weeks(now=OVER)
    record = AttendanceRecord.objects.get(booking=booking)
    row = RosterRow(booking.pk, "excused", excuse_reason="illness")
    amend(record, row, "A note came in the mail", actor=cast.dana, now=OVER + timedelta(days=1))
    assert list(WeekRevision.objects.filter(week=_week(cast)).order_by("number").values_list("records__0__status")) == [
        ("no_show",),
        ("excused",),
    ]


def test_an_amendment_keeps_the_target_that_the_week_was_closed_with(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    close_due_weeks(now=OVER)
    frozen = _week(cast).min_minutes
    later = OVER + timedelta(days=1)
    add_leave(
        cast.ana.admissions.get(), starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 20), actor=cast.cory, now=later
    )
    record = AttendanceRecord.objects.get(booking=booking)
    amend(record, RosterRow(booking.pk, "no_show"), "Mixed up", actor=cast.dana, now=later)
    assert (_week(cast).min_minutes, _week(cast).credited_minutes) == (frozen, 0)
    revise_week(_week(cast), "The hospital's letter", actor=cast.dirk, now=later)
    assert _week(cast).min_minutes < frozen
    assert list(WeekRevision.objects.filter(week=_week(cast)).order_by("number").values_list("cause", flat=True)) == [
        "closed",
        "amended",
        "revised",
    ]


def test_an_amendment_is_judged_by_what_was_asked_when_the_week_closed(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00", status="no_show")
    asked = RequirementFields("Payer", "payer", "days", "week", minimum=1, day_minimum_minutes=160)
    row = add_requirement(cast.program, asked, actor=cast.dirk, now=NOW)
    _counted(cast)
    close_due_weeks(now=OVER)
    later = OVER + timedelta(days=1)
    change_requirement(row, replace(asked, minimum=3, kinds=("family",)), actor=cast.dirk, now=later)
    total = RequirementFields("Court", "court", "minutes", "total", minimum=600)
    add_requirement(cast.admission_of(cast.ana), total, actor=cast.dirk, now=later)
    record = AttendanceRecord.objects.get(booking=booking)
    came = RosterRow(booking.pk, "present", arrived_at=at("2026-11-18 18:10"))
    amend(record, came, "She sat in the other room", actor=cast.dana, now=later)
    (standing,) = _week(cast).requirements
    assert (standing["minimum"], standing["value"], standing["met"]) == (1, 1, True)
    revise_week(_week(cast), "The payer asks for more", actor=cast.dirk, now=later)
    found = [(one["name"], one["minimum"], one["value"], one["met"]) for one in _week(cast).requirements]
    assert found == [("Court", 600, 170, False), ("Payer", 3, 0, False)]


def test_judging_again_needs_a_reason_and_a_closed_week(cast: Cast) -> None:
    _attended(cast, "2026-11-18 18:00")
    week = _counted(cast)
    with pytest.raises(WeekOpen):
        revise_week(week, "Too soon", actor=cast.dirk, now=EVENING)
    close_due_weeks(now=OVER)
    with pytest.raises(InvalidInput) as refused:
        revise_week(week, "  ", actor=cast.dirk, now=OVER)
    assert set(refused.value.errors) == {"reason"}
    revise_week(week, "Nothing differs", actor=cast.dirk, now=OVER)
    assert WeekRevision.objects.filter(week=week).count() == 1


def test_a_roster_signed_after_the_close_counts_in_a_new_revision(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00")
    booking = cast.booked(cast.ana, session)
    _counted(cast)
    late = OVER + timedelta(hours=48)
    close_due_weeks(now=late)
    assert (_week(cast).credited_minutes, _week(cast).booked_minutes) == (0, 0)
    save_rows(session, [RosterRow(booking.pk, "present")], actor=cast.dana, now=late)
    assert (_week(cast).credited_minutes, _week(cast).revision) == (0, 1)
    sign_roster(Session.objects.get(pk=session.pk), actor=cast.dana, now=late)
    assert (_week(cast).credited_minutes, _week(cast).revision) == (180, 2)
    latest = WeekRevision.objects.filter(week=_week(cast)).first()
    assert latest is not None
    assert (latest.cause, latest.unsigned, len(latest.records)) == ("signed_late", [], 1)


def test_the_flags_of_a_week_say_what_its_close_found(cast: Cast) -> None:
    _attended(cast, "2026-11-18 18:00")
    cast.session("2026-11-22 09:00")
    for hour in ("2026-11-20 18:00", "2026-11-21 09:00"):
        cast.session(hour)
    ensure_weeks(now=EVENING)
    recount(list(TreatmentWeek.objects.values_list("pk", flat=True)), now=EVENING)
    flags.evaluate(now=EVENING)
    about = Flag.objects.filter(patient=cast.ana, week=date(2026, 11, 16))
    assert set(about.filter(state=FlagState.OPEN).values_list("kind", flat=True)) == {FlagKind.AT_RISK}
    close_due_weeks(now=OVER)
    assert set(about.filter(state=FlagState.OPEN).values_list("kind", flat=True)) == {FlagKind.BELOW_MINIMUM}
    assert about.get(kind=FlagKind.AT_RISK).state == FlagState.RESOLVED


def test_a_coordinator_closes_a_week_by_hand_once_it_may_close(cast: Cast) -> None:
    _attended(cast, "2026-11-18 18:00", signed=False)
    week = _counted(cast)
    with pytest.raises(TooEarly):
        close_week(week, actor=cast.cory, now=EVENING)
    with pytest.raises(RosterIncomplete) as refused:
        close_week(week, actor=cast.cory, now=OVER)
    assert refused.value.data == {"unsigned": [str(Session.objects.get().pk)]}
    sign_roster(Session.objects.get(), actor=cast.dana, now=OVER)
    closed = close_week(week, actor=cast.cory, now=OVER)
    again = close_week(week, actor=cast.dirk, now=OVER + timedelta(hours=1))
    assert (closed.closed_at, again.closed_at, WeekRevision.objects.get(week=week).by) == (OVER, OVER, cast.cory)


def test_what_is_over_does_not_vanish_from_a_closed_week(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    _counted(cast)
    late = OVER + timedelta(hours=48)
    close_due_weeks(now=late)
    with pytest.raises(WeekClosed) as refused:
        cancel(booking, actor=cast.cory, now=late, reason="It was never meant")
    booking.refresh_from_db()
    assert (refused.value.data, booking.status) == ({"week": "2026-11-16"}, "booked")


def test_a_late_cancellation_is_excused_after_the_close_as_before_it(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-18 18:00"))
    cancel(booking, actor=cast.ana.user, now=at("2026-11-18 17:00"))
    _counted(cast)
    late = OVER + timedelta(hours=48)
    close_due_weeks(now=late)
    excuse(booking, reason="illness", actor=cast.cory, now=late)
    booking.refresh_from_db()
    assert (booking.late, booking.late_excused_at) == (True, late)
    assert (_week(cast).closed_at, _week(cast).revision) == (late, 1)


def test_no_session_carries_its_marks_out_of_a_closed_week(cast: Cast) -> None:
    booking = _attended(cast, "2026-11-18 18:00", signed=False)
    _counted(cast)
    late = OVER + timedelta(hours=48)
    close_due_weeks(now=late)
    session = Session.objects.get(pk=booking.session_id)
    with pytest.raises(WeekClosed) as refused:
        change_session(session, _shifted(session, timedelta(days=7)), actor=cast.cory, now=late)
    session.refresh_from_db()
    assert (refused.value.data, session.starts_at) == ({"week": "2026-11-16"}, booking.starts_at)
    change_session(session, _shifted(session, timedelta(minutes=30)), actor=cast.cory, now=late)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.week) == (session.starts_at + timedelta(minutes=30), date(2026, 11, 16))


def _shifted(session: Session, by: timedelta) -> SessionFields:
    return SessionFields(
        program=session.program,
        site=session.site,
        kind=session.kind,
        focus=session.focus,
        title=session.title,
        starts_at=session.starts_at + by,
        ends_at=session.ends_at + by,
        capacity=session.capacity,
        mode=session.mode,
    )


@pytest.mark.parametrize(
    ("sunday", "hours"), [("2026-11-01", 169), ("2027-03-14", 167)], ids=["clocks back", "clocks forward"]
)
def test_a_week_closes_at_its_own_midnight_when_the_clocks_change(cast: Cast, sunday: str, hours: int) -> None:
    """The night counts as long as it was: a group from one to four loses or gains an hour with the clock."""
    ana, before = cast.ana, at(f"{sunday} 01:00") - timedelta(days=1)
    night = cast.session(f"{sunday} 01:00", ends_at=at(f"{sunday} 04:00"), now=before)
    booking = cast.booked(ana, night, now=before)
    save_rows(night, [RosterRow(booking.pk, "present")], actor=cast.dana, now=night.ends_at)
    sign_roster(night, actor=cast.dana, now=night.ends_at)
    recount_patient(cast.ana.pk, now=night.ends_at)
    week = TreatmentWeek.objects.get(patient=cast.ana, week=booking.week)
    assert week.ends_at - week.starts_at == timedelta(hours=hours)
    close_due_weeks(now=week.ends_at - timedelta(seconds=1))
    assert not WeekRevision.objects.filter(week=week).exists()
    close_due_weeks(now=week.ends_at)
    assert WeekRevision.objects.get(week=week).figures["credited_minutes"] == (240 if hours == 169 else 120)


def test_a_week_of_two_admissions_closes_as_two(cast: Cast) -> None:
    """Discharged on Tuesday, back on Thursday: each episode has its own goal, and its own attendance."""
    first = _attended(cast, "2026-11-16 18:00", now=at("2026-11-15 12:00"))
    discharge(cast.admission_of(cast.ana), discharged_on=date(2026, 11, 17), actor=cast.cory, now=EVENING)
    again = admit(
        cast.ana, program=cast.program, site=cast.site, admitted_on=date(2026, 11, 19), actor=cast.cory, now=EVENING
    )
    add_phase(again, PhaseFields(date(2026, 11, 19), None, 540, 1140), actor=cast.cory, now=EVENING)
    second = _attended(cast, "2026-11-20 18:00", now=at("2026-11-19 12:00"))
    ensure_weeks(now=EVENING)
    close_due_weeks(now=OVER)
    weeks = TreatmentWeek.objects.filter(patient=cast.ana, week=date(2026, 11, 16)).order_by("admission_id")
    assert [(week.min_minutes, week.credited_minutes, week.closed_at) for week in weeks] == [
        (154, 180, OVER),
        (309, 180, OVER),
    ]
    assert [one["booking"] for week in weeks for one in week.revisions.get().records] == [first.pk, second.pk]


def test_a_week_of_two_phases_is_closed_by_the_days_of_each(cast: Cast) -> None:
    """Rule 4: three days of nine hours, four of twelve."""
    add_phase(cast.admission_of(cast.ana), PhaseFields(date(2026, 11, 19), None, 720, 1140), actor=None, now=EVENING)
    _attended(cast, "2026-11-18 18:00")
    _counted(cast)
    close_due_weeks(now=OVER)
    assert WeekRevision.objects.get(week=_week(cast)).figures["min_minutes"] == round(3 * 540 / 7 + 4 * 720 / 7)
