"""A report in the trail: who had it made, over which dates, and about whom."""

from collections.abc import Sequence
from datetime import datetime

from attendance.domain.reports import ReportAsked
from people.enums import Look
from people.models import User
from people.services.looks import record_look
from people.services.trail import record_all, trail_entry

AS_PAGE = "page"


def report_opened(asked: ReportAsked, *, form: str, actor: User, now: datetime, run_id: int | None = None) -> None:
    """One entry for the report as a whole; `form` is how it was given: page, csv or xlsx."""
    record_look(Look.REPORT, ("report", run_id), actor=actor, now=now, asked={**asked.as_json(), "form": form})


def people_reported(patient_ids: Sequence[int], asked: ReportAsked, *, actor: User, now: datetime) -> None:
    """One entry for each of the people whom a chunk of rows is about, in one statement."""
    about = {"report": asked.kind, "from": asked.first.isoformat(), "to": asked.last.isoformat()}
    record_all(
        trail_entry(Look.REPORT, ("patient", pk), actor=actor, now=now, patient_id=pk, after=about)
        for pk in patient_ids
    )
