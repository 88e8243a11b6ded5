"""Reading what was done about people and their flags."""

from collections.abc import Iterable
from datetime import date, datetime

from attendance.enums import CONTACT
from attendance.models import Outreach, TreatmentWeek
from attendance.queries.weeks import touching


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


def what_was_done(patient_id: int, *, first: date, last: date) -> dict[date, list[Outreach]]:
    """Each step taken about one person's weeks, by the week's first date, oldest first: what an auditor asks of a
    short week. A step about a flag belongs to the flag's week, any other to the week in which it was taken.

    Two queries.
    """
    weeks = list(
        TreatmentWeek.objects.filter(touching(first, last), patient_id=patient_id).values_list(
            "week", "starts_at", "ends_at"
        )
    )
    done: dict[date, list[Outreach]] = {week: [] for week, _, _ in weeks}
    rows = Outreach.objects.filter(patient_id=patient_id).select_related("by", "assignee", "flag").order_by("at", "pk")
    for row in rows:
        if row.flag is not None:
            if row.flag.week in done:
                done[row.flag.week].append(row)
            continue
        for week, starts_at, ends_at in weeks:
            if starts_at <= row.at < ends_at:
                done[week].append(row)
    return done
