"""The weekly hours of a whole network as a file, against the bare rows of the same statement."""

import resource
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from attendance.domain.reports import ReportAsked
from attendance.models import TreatmentWeek
from attendance.queries.reports import report
from attendance.services.report_files import file_of
from attendance.services.report_looks import people_reported
from bench.board import know_the_tables, network_director
from bench.clinic import BATCH, Clinic, clinic
from bench.figures import Figure, of_rates
from bench.sizes import Sizes
from bench.timing import in_turns
from people.domain.weeks import Weekday, week_start
from people.models import User

ROWS = """
SELECT patient.name, program.name, site.name, counselor.name, week.week, week.offered_minutes, week.scheduled_minutes,
       week.credited_minutes, week.booked_minutes, week.min_minutes, week.max_minutes, week.shortfall_minutes,
       week.billable_days, week.status, week.closed_at, week.revision
  FROM attendance_treatmentweek AS week
  JOIN people_patient AS patient ON patient.id = week.patient_id
  JOIN people_program AS program ON program.id = week.program_id
  JOIN people_site AS site ON site.id = week.site_id
  JOIN people_admission AS admission ON admission.id = week.admission_id
  LEFT JOIN people_counselor AS counselor ON counselor.id = admission.primary_counselor_id
 WHERE week.week BETWEEN %s AND %s
 ORDER BY patient.name, patient.id, week.week, week.id
"""
"""What the file holds, fetched and thrown away: no scope, no trail, no text."""

MOST_GROWTH_MB = 40
"""How much more memory all weeks of everybody may take than one week of them: more, and something is kept."""


def measure(sizes: Sizes) -> list[Figure]:
    """Rows a second for CSV and XLSX, the trail of everybody named included; memory must not grow with the rows."""
    now = timezone.now().replace(microsecond=0)
    last = week_start(now.date(), Weekday.MONDAY)
    first = last - timedelta(weeks=sizes.history_weeks - 1)
    rows = _weeks(clinic(patients=sizes.patients, now=now), first=first, last=last)
    know_the_tables()
    user = network_director()
    _drain(_file(user, last, last, "csv"))
    before = _peak_mb()
    figures = []
    for file_format in ("csv", "xlsx"):
        times = in_turns(
            lambda kind=file_format: _drain(_file(user, first, last, kind)),  # type: ignore[misc]
            lambda: _bare(first, last),
            rounds=sizes.rounds,
        )
        figures.append(of_rates(f"weekly hours as {file_format.upper()}", *times, each=rows, what="rows"))
    grown = _peak_mb() - before
    if grown > MOST_GROWTH_MB:
        raise AssertionError(f"the report took {grown} MB more for {rows:,} rows")
    return figures


def _weeks(place: Clinic, *, first: date, last: date) -> int:
    """A week for each admission and Monday; how many."""
    begins = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    made = 0
    for begin in begins:
        start = datetime.combine(begin, time.min, UTC)
        made += len(
            TreatmentWeek.objects.bulk_create(
                [
                    TreatmentWeek(
                        admission=admission,
                        patient_id=admission.patient_id,
                        site=place.site,
                        program=place.program,
                        week=begin,
                        starts_at=start,
                        ends_at=start + timedelta(days=7),
                        min_minutes=540,
                        max_minutes=1140,
                        credited_minutes=admission.pk % 700,
                    )
                    for admission in place.admissions
                ],
                BATCH,
            )
        )
    return made


def _file(user: User, first: date, last: date, file_format: str) -> Iterator[bytes]:
    now = timezone.now()
    asked = ReportAsked("hours", first, last)
    read = report(user, asked, now=now, told=lambda ids: people_reported(ids, asked, actor=user, now=now))
    return file_of(read, file_format, language="en")


def _drain(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def _bare(first: date, last: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [first - timedelta(days=6), last])
        while cursor.fetchmany(500):
            pass


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
