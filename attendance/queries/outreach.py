"""Reading what was done about people and their flags."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attendance.enums import CONTACT
from attendance.models import Outreach, TreatmentWeek


def last_contacts(patient_ids: Iterable[int], *, since: datetime) -> dict[int, Outreach]:
    """When somebody last spoke to each of them since then, by patient id; those without contact are left out. One
    query, with who it was.
    """
    rows = (
        Outreach.objects.filter(patient__in=set(patient_ids), kind__in=CONTACT, at__gte=since)
        .select_related("by")
        .order_by("at", "pk")
    )
    return {row.patient_id: row for row in rows if row.patient_id is not None}


def what_was_done(weeks: Sequence[TreatmentWeek]) -> dict[int, list[Outreach]]:
    """Each step taken about one person's weeks, by the week's id, oldest first: what an auditor asks of a short week.

    A step about a flag belongs to the flag's week, any other to the week in which it was taken; of two stays in it, to
    the later one. One query.
    """
    done: dict[int, list[Outreach]] = {week.pk: [] for week in weeks}
    by_flag = {(week.admission_id, week.week): week.pk for week in weeks}
    latest_stay = sorted(weeks, key=lambda week: week.admission_id, reverse=True)
    rows = Outreach.objects.filter(patient__in={week.patient_id for week in weeks})
    for row in rows.select_related("by", "assignee", "flag").order_by("at", "pk"):
        if row.flag is not None:
            key = by_flag.get((row.flag.admission_id or 0, row.flag.week))
        else:
            key = next((week.pk for week in latest_stay if week.starts_at <= row.at < week.ends_at), None)
        if key is not None:
            done[key].append(row)
    return done
