"""The rows of a board's page, with all that is read for them: one constant number of queries for any number of rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attendance.enums import WeekState
from attendance.models import TreatmentWeek
from attendance.queries import trends
from attendance.queries.outreach import last_contacts
from people.models import Admission, User
from scheduling.services.repairs import WeekRepair, repairs_for
from web.rows.board import PersonRow, person_row

SHORT = (WeekState.BELOW, WeekState.AT_RISK)
A_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class BoardDay:
    """Who reads the board, and when: `today` is the date at home, `usual` the first date of most of its weeks."""

    user: User
    now: dt.datetime
    today: dt.date
    usual: dt.date
    query: str = ""


@dataclass(frozen=True)
class JustBooked:
    """Bookings that were just made from the board, by the week's id: their rows keep their place, and offer Undo."""

    by_week: Mapping[int, Sequence[int]] = field(default_factory=dict)


def rows_of(weeks: Sequence[TreatmentWeek], day: BoardDay, *, just: JustBooked | None = None) -> list[PersonRow]:
    """The rows, in the order of the weeks (with patient, program, site, and the admission's counselor)."""
    if not weeks:
        return []
    trend = trends(weeks)
    contacts = last_contacts((week.patient_id for week in weeks), since=min(week.starts_at for week in weeks))
    repairs = repairs_of(weeks, day)
    managed = day.user.scope.managed_site_ids
    booked = just.by_week if just else {}
    return [
        person_row(
            week,
            trend=trend[week.pk],
            today=day.today,
            usual=day.usual,
            found=repairs.get(week.pk),
            contact=contacts.get(week.patient_id),
            may_book=week.site_id in managed,
            query=day.query,
            undo=booked.get(week.pk, ()),
            chip=week.pk in booked,
        )
        for week in weeks
    ]


def repairs_of(weeks: Sequence[TreatmentWeek], day: BoardDay) -> dict[int, WeekRepair]:
    """What would repair the weeks that are short and not over, by the week's id."""
    short = [week for week in weeks if week.status in SHORT and week.closed_at is None and week.ends_at > day.now]
    found: dict[int, WeekRepair] = {}
    for on in sorted({week.week for week in short}):
        of_date = [week for week in short if week.week == on]
        repairs = repairs_for([_admission(week) for week in of_date], on, now=day.now)
        found.update({week.pk: repairs[week.admission_id] for week in of_date})
    return found


def _admission(week: TreatmentWeek) -> Admission:
    """The week's admission, with the program and site that the week has read already."""
    admission: Admission = week.admission
    admission.program = week.program
    if admission.site_id == week.site_id:
        admission.site = week.site
    return admission
