"""Who touched somebody's weeks: every look and change that the trail holds of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from attendance.models import TreatmentWeek
from people.models import TrailEntry, User
from scheduling.models import Booking

MOST = 200


@dataclass(frozen=True)
class Touch:
    """One entry of the trail, with the name of who did it (without one, the system), and which week it was about, if
    one alone.
    """

    entry: TrailEntry
    by: str
    week: date | None = None

    @property
    def at(self) -> datetime:
        """When."""
        return self.entry.at


def touches_of(week: TreatmentWeek) -> list[Touch]:
    """What was done to the week; the latest first, at most 200. Constant queries."""
    return touched([week], most=MOST)


def touched(weeks: Sequence[TreatmentWeek], *, most: int) -> list[Touch]:
    """What was done to one person's weeks, their bookings, marks and rosters, and who opened the record since the first
    of them began; the latest first, so many at most. Constant queries.
    """
    if not weeks:
        return []
    about: dict[tuple[str, int], date] = {("treatmentweek", week.pk): week.week for week in weeks}
    bookings = Booking.objects.filter(
        admission_id__in={week.admission_id for week in weeks}, week__in={week.week for week in weeks}
    )
    for week_on, booking_id, session_id, record_id in bookings.order_by().values_list(
        "week", "pk", "session_id", "attendance__pk"
    ):
        about["booking", booking_id] = about["session", session_id] = week_on
        if record_id is not None:
            about["attendancerecord", record_id] = week_on
    looks = Q(subject_type="patient", subject_id=weeks[0].patient_id, at__gte=min(week.starts_at for week in weeks))
    entries = list(TrailEntry.objects.filter(_any_of(about) | looks).order_by("-at", "-pk")[:most])
    names = dict(User.objects.filter(pk__in={entry.actor_id for entry in entries}).values_list("pk", "name"))
    return [
        Touch(
            entry,
            names.get(entry.actor_id, "") if entry.actor_id else "",
            about.get((entry.subject_type, entry.subject_id or 0)),
        )
        for entry in entries
    ]


def _any_of(about: Mapping[tuple[str, int], date]) -> Q:
    """Whatever was done to these; of a session only its signature."""
    ids: dict[str, list[int]] = {}
    for kind, pk in about:
        ids.setdefault(kind, []).append(pk)
    found = Q()
    for kind, some in ids.items():
        one = Q(subject_type=kind, subject_id__in=some)
        found |= one & Q(action="roster_signed") if kind == "session" else one
    return found
