"""What stands behind a miss on a roster: the row that it belongs to, and who is to call about it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from attendance.domain.absences import COUNTED, misses_in_a_row
from attendance.enums import ABSENCE_KINDS, CONTACT
from attendance.models import AttendanceRecord, Flag, Outreach
from people.models import User
from scheduling.models import Session


@dataclass(frozen=True)
class Miss:
    """How many unexcused absences in a row this one makes, and on whose list the call about them is, if on anybody's.

    A call that was made since the flag was raised is on nobody's list any more, nor is one about a row that is over.
    """

    in_a_row: int
    caller: User | None = None


def misses_of(session: Session, admission_ids: Collection[int]) -> dict[int, Miss]:
    """For each of the admissions, which all missed the session; two queries, and none where nobody did."""
    if not admission_ids:
        return {}
    marks: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    rows = AttendanceRecord.objects.filter(booking__admission__in=admission_ids, status__in=COUNTED)
    for admission_id, status, starts_at in rows.order_by("starts_at", "pk").values_list(
        "booking__admission_id", "status", "starts_at"
    ):
        marks[admission_id].append((status, starts_at <= session.starts_at))
    callers = _callers(admission_ids)
    found = {}
    for admission_id in admission_ids:
        so_far = [status for status, until_now in marks[admission_id] if until_now]
        since = [status for status, until_now in marks[admission_id] if not until_now]
        still = misses_in_a_row([*so_far, *since]) > len(since)
        found[admission_id] = Miss(misses_in_a_row(so_far), callers.get(admission_id) if still else None)
    return found


def _callers(admission_ids: Collection[int]) -> dict[int, User]:
    """Who has the flag about each one's absences, still works, and has not spoken to them since it was raised."""
    spoken = Outreach.objects.filter(patient=OuterRef("patient"), kind__in=CONTACT, at__gte=OuterRef("raised_at"))
    flags = (
        Flag.objects.active()
        .filter(admission__in=admission_ids, kind__in=ABSENCE_KINDS, assigned_to__is_active=True)
        .exclude(Exists(spoken))
    )
    return {
        flag.admission_id: flag.assigned_to
        for flag in flags.select_related("assigned_to").order_by("raised_at", "pk")
        if flag.admission_id is not None and flag.assigned_to is not None
    }
