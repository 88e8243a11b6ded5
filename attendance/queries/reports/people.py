"""Whom a report is about: the weeks that an account answers for, and the people in them, by name."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from attendance.domain.reports import ReportAsked
from attendance.models import TreatmentWeek
from attendance.queries.weeks import touching
from people.models import Patient, Program, User

CHUNK = 200
"""People read at once: what bounds memory."""


def weeks_asked(user: User, asked: ReportAsked) -> QuerySet[TreatmentWeek]:
    """The weeks that hold one of the dates, of the sites that one sees as a whole and of one's own caseload."""
    weeks = TreatmentWeek.objects.on_board_of(user).filter(touching(asked.first, asked.last))
    if asked.program_id is not None:
        weeks = weeks.filter(program_id=asked.program_id)
    if asked.site_id is not None:
        weeks = weeks.filter(site_id=asked.site_id)
    if asked.patient_ids:
        weeks = weeks.filter(patient_id__in=asked.patient_ids)
    return weeks.order_by()


def people_asked(user: User, asked: ReportAsked) -> list[int]:
    """The ids of everybody who has such a week, in the order of their names; one query."""
    weeks = weeks_asked(user, asked)
    return list(
        Patient.objects.filter(pk__in=weeks.values("patient_id")).order_by("name", "pk").values_list("pk", flat=True)
    )


def admissions_asked(user: User, asked: ReportAsked) -> set[int]:
    """The ids of the admissions whose weeks the report holds; one query."""
    return set(weeks_asked(user, asked).values_list("admission_id", flat=True).distinct())


def may_be_told(user: User, asked: ReportAsked) -> bool:
    """Whether the account still works, sees the place and the program asked about, and answers for everybody named."""
    places = {asked.site_id} if asked.site_id is not None else set()
    programs = {asked.program_id} if asked.program_id is not None else set()
    return (
        user.is_active
        and user.scope.answers_for_anybody
        and places <= user.scope.staff_site_ids
        and Program.objects.visible_to(user).filter(pk__in=programs).count() == len(programs)
        and people_within(user, asked.patient_ids) == len(asked.patient_ids)
    )


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
    weeks = TreatmentWeek.objects.on_board_of(user).filter(patient_id__in=patient_ids)
    return weeks.order_by().values("patient_id").distinct().count()
