"""Whom a report is about: the weeks that an account answers for, and the people in them, by name."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Max, Q, QuerySet, Value, When

from attendance.domain.reports import ReportAsked
from attendance.models import TreatmentWeek
from attendance.queries.weeks import touching
from people.models import Patient, Program, User

CHUNK = 200
"""People read at once: what bounds memory."""


def weeks_asked(user: User, asked: ReportAsked) -> QuerySet[TreatmentWeek]:
    """The weeks that hold one of the dates, of the sites that one sees as a whole and of one's own caseload."""
    return TreatmentWeek.objects.on_board_of(user).filter(_within(asked)).order_by()


def people_asked(user: User, asked: ReportAsked) -> list[int]:
    """The ids of everybody who has such a week, in the order of their names; one query."""
    weeks = weeks_asked(user, asked)
    return list(
        Patient.objects.filter(pk__in=weeks.values("patient_id")).order_by("name", "pk").values_list("pk", flat=True)
    )


def admissions_asked(user: User, asked: ReportAsked) -> set[int]:
    """The ids of the admissions whose weeks the report holds; one query."""
    return set(weeks_asked(user, asked).values_list("admission_id", flat=True).distinct())


def admissions_of_each(user: User, reports: Collection[ReportAsked]) -> dict[ReportAsked, set[int]]:
    """The same for each of several reports; one query."""
    listed = list(dict.fromkeys(reports))
    if not listed:
        return {}
    holds = {
        f"holds_{number}": Max(Case(When(_within(asked), then=Value(1)), default=Value(0), output_field=IntegerField()))
        for number, asked in enumerate(listed)
    }
    any_of_them = Q()
    for asked in listed:
        any_of_them |= _within(asked)
    weeks = TreatmentWeek.objects.on_board_of(user).filter(any_of_them).order_by().values("admission_id")
    rows = list(weeks.annotate(**holds).values_list("admission_id", *holds))
    return {asked: {row[0] for row in rows if row[number]} for number, asked in enumerate(listed, start=1)}


def may_be_told(user: User, asked: ReportAsked) -> bool:
    """Whether the account still works, sees the place and the program asked about, and answers for everybody named."""
    return asked in told_of(user, [asked])


def told_of(user: User, reports: Collection[ReportAsked]) -> set[ReportAsked]:
    """Those of the reports that the account may be told; two queries at most, however many there are."""
    if not (user.is_active and user.scope.answers_for_anybody):
        return set()
    programs = {one.program_id for one in reports if one.program_id is not None}
    people = {pk for one in reports for pk in one.patient_ids}
    seen = set(Program.objects.visible_to(user).filter(pk__in=programs).values_list("pk", flat=True))
    reported = set(_reported_on(user, people).values_list("patient_id", flat=True))
    return {
        one
        for one in reports
        if (one.site_id is None or one.site_id in user.scope.staff_site_ids)
        and (one.program_id is None or one.program_id in seen)
        and reported.issuperset(one.patient_ids)
    }


def chunks_of(ids: Sequence[int], size: int = CHUNK) -> Iterator[Sequence[int]]:
    """The ids, so many at a time."""
    return (ids[at : at + size] for at in range(0, len(ids), size))


def units(user: User, asked: ReportAsked) -> int:
    """How many patient-weeks the report holds: what it costs to make. One query."""
    return weeks_asked(user, asked).count()


def people_count(user: User, asked: ReportAsked) -> int:
    """How many people the report is about; one query."""
    return weeks_asked(user, asked).values("patient_id").distinct().count()


def people_within(user: User, patient_ids: Sequence[int]) -> int:
    """How many of these people the account may report on, as `attendance.report_on` says of each; one query."""
    return _reported_on(user, patient_ids).count()


def _reported_on(user: User, patient_ids: Collection[int]) -> QuerySet[TreatmentWeek, Any]:
    weeks = TreatmentWeek.objects.on_board_of(user).filter(patient_id__in=patient_ids)
    return weeks.order_by().values("patient_id").distinct()


def _within(asked: ReportAsked) -> Q:
    """The weeks that a report asks for, whoever asks."""
    weeks = touching(asked.first, asked.last)
    if asked.program_id is not None:
        weeks &= Q(program_id=asked.program_id)
    if asked.site_id is not None:
        weeks &= Q(site_id=asked.site_id)
    if asked.patient_ids:
        weeks &= Q(patient_id__in=asked.patient_ids)
    return weeks
