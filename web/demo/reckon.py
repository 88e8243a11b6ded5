"""The demo's weeks and flags: those that are over as evidence, the others by the services that keep everybody's."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.db.models import Min

from attendance.enums import RevisionCause
from attendance.models import TreatmentWeek, WeekRevision
from attendance.queries import unsigned_sessions
from attendance.services import flags, plan_suggestions, weeks
from attendance.services.figures import Figures
from attendance.services.freezing import final_figures, records_of
from people.models import Admission
from scheduling.enums import SessionState
from scheduling.models import Booking, Session
from web.demo.contacts import put_down_contacts
from web.demo.everyday import correct_a_closed_week
from web.demo.sheets import Sheet, as_json, reset_sequences

SWEEP = timedelta(minutes=10)
"""Weeks whose rosters are signed close with the next sweep after their end; others after the program's grace."""

AT_ONCE = 500
A_WEEK = timedelta(days=7)
FIGURES = [field.name for field in fields(Figures)]
JSON_FIGURES = {name for name in FIGURES if isinstance(TreatmentWeek._meta.get_field(name), models.JSONField)}
COPIED = ("admission_id", "patient_id", "site_id", "program_id", "week", "starts_at", "ends_at", "closed_at")

Say = Callable[[str], None]


def reckon(*, now: datetime, say: Say) -> None:
    """Close what is over, with the figures that a recount would find; then recount what is open, and raise flags."""
    say("Counting the weeks ...")
    with transaction.atomic():
        _close_history(now)
        put_down_contacts(now=now)
        correct_a_closed_week(now=now)
    weeks.ensure_weeks(now=now)
    dates = TreatmentWeek.objects.open().order_by("week").values_list("week", flat=True).distinct()
    for week in list(dates):
        ids = TreatmentWeek.objects.open().filter(week=week).values_list("pk", flat=True)
        weeks.recount(list(ids), now=now)
    flags.evaluate(now=now)
    plan_suggestions.suggest(now=now)


def _close_history(now: datetime) -> None:
    """Write the weeks that would have been closed by now, some hundred admissions at a time."""
    sheet = Sheet(TreatmentWeek, *COPIED, "computed_at", *FIGURES)
    frozen = Sheet(WeekRevision, "week_id", "number", "at", "cause", "figures", "records", "unsigned")
    unsigned = _unsigned(now)
    opened = Session.objects.aggregate(first=Min("starts_at"))["first"]
    admissions = Admission.objects.select_related("site", "program").filter(admitted_on__lte=now.date()).order_by("pk")
    last = admissions.last()
    chunk: list[TreatmentWeek] = []
    for admission in admissions.iterator(AT_ONCE):
        chunk += _ended_weeks(admission, unsigned, since=opened - timedelta(days=1), now=now)
        if len(chunk) >= 8 * AT_ONCE or admission == last:
            _put_down(sheet, frozen, chunk, now=now)
            sheet.write()
            frozen.write()
            chunk = []
    reset_sequences([TreatmentWeek, WeekRevision])


def _put_down(sheet: Sheet, frozen: Sheet, chunk: list[TreatmentWeek], *, now: datetime) -> None:
    """The weeks, and what was put down at each one's close."""
    if not chunk:
        return
    for week in chunk:
        week.pk = sheet.key()
    found = final_figures(chunk, now=now)
    records, unsigned = records_of(chunk), unsigned_sessions(chunk, now=now)
    for week in chunk:
        copied = [getattr(week, name) for name in COPIED]
        figures = asdict(found[week.pk])
        shown = [as_json(value) if name in JSON_FIGURES else value for name, value in figures.items()]
        sheet.add(*copied, week.closed_at, *shown, key=week.pk)
        texts = (as_json(figures), as_json(records[week.pk]), as_json(unsigned[week.pk]))
        frozen.add(week.pk, 1, week.closed_at, RevisionCause.CLOSED.value, *texts)


def _unsigned(now: datetime) -> set[tuple[int, date]]:
    """The weeks, by admission and first date, that hold a roster that nobody has signed."""
    waiting = Booking.objects.live().filter(ends_at__lte=now, session__state=SessionState.SCHEDULED)
    return set(waiting.order_by().values_list("admission_id", "week").distinct())


def _ended_weeks(
    admission: Admission, unsigned: set[tuple[int, date]], *, since: datetime, now: datetime
) -> Iterator[TreatmentWeek]:
    """The weeks of the admission, from the beginning of the history on, that have closed by now."""
    week = admission.week_containing(admission.admitted_on)
    while week.ends_at <= now and (admission.discharged_on is None or week.starts_on <= admission.discharged_on):
        grace = timedelta(minutes=admission.program.close_grace_minutes)
        closed_at = week.ends_at + (grace if (admission.pk, week.starts_on) in unsigned else SWEEP)
        if week.starts_at >= since and closed_at <= now:
            yield TreatmentWeek(
                admission_id=admission.pk,
                patient_id=admission.patient_id,
                site_id=admission.site_id,
                program_id=admission.program_id,
                week=week.starts_on,
                starts_at=week.starts_at,
                ends_at=week.ends_at,
                closed_at=closed_at,
            )
        week = admission.week_containing(week.starts_on + A_WEEK)
