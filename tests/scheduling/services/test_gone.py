"""What somebody takes away between a look and an act is gone: the ordinary 404, and nothing is written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import Model

from people.domain.plan_templates import Step
from people.errors import NotThere
from people.models import TrailEntry
from people.services.plan_templates import change_template, make_template, remove_template
from people.services.plans import add_leave, change_leave, remove_leave
from scheduling.models import WorkHours
from scheduling.services.counselor_times import (
    AvailabilityFields,
    add_availability,
    add_time_off,
    change_availability,
    change_time_off,
    remove_availability,
    remove_time_off,
)
from scheduling.services.work_hours import WorkHoursFields, change_work_hours, remove_work_hours
from tests.cast import NOW, Cast, at

pytestmark = pytest.mark.django_db

BY: dict[str, Any] = {"actor": None, "now": NOW}
DAYS: dict[str, Any] = {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 24), "reason": ""}
OFF: dict[str, Any] = {"starts_at": at("2026-11-24 08:00"), "ends_at": at("2026-11-24 18:00"), "reason": ""}


def hours(cast: Cast) -> AvailabilityFields:
    return AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T18:00", "FREQ=WEEKLY;BYDAY=MO")


def work(cast: Cast) -> WorkHours:
    return cast.work_of(cast.ana)


def template(cast: Cast) -> Any:
    return make_template(cast.program, name="Nine hours", steps=[Step(None, 540, 1140)], **BY)


MADE: dict[str, Callable[[Cast], Any]] = {
    "hours": lambda cast: add_availability(cast.dana_counselor, hours(cast), **BY),
    "time off": lambda cast: add_time_off(cast.dana_counselor, **OFF, **BY),
    "work": work,
    "leave": lambda cast: add_leave(cast.admission_of(cast.ana), **DAYS, **BY),
    "template": template,
}
ACTS: list[tuple[str, Callable[[Cast, Any], Any]]] = [
    ("hours", lambda cast, row: change_availability(row, hours(cast), **BY)),
    ("hours", lambda cast, row: remove_availability(row, **BY)),
    ("time off", lambda cast, row: change_time_off(row, **OFF, **BY)),
    ("time off", lambda cast, row: remove_time_off(row, **BY)),
    (
        "work",
        lambda cast, row: change_work_hours(
            row, WorkHoursFields("2026-11-16T08:00", "2026-11-16T12:00", "America/Denver"), **BY
        ),
    ),
    ("work", lambda cast, row: remove_work_hours(row, **BY)),
    ("leave", lambda cast, row: change_leave(row, **DAYS, **BY)),
    ("leave", lambda cast, row: remove_leave(row, **BY)),
    ("template", lambda cast, row: change_template(row, name="Other", steps=[Step(None, 540, 1140)], **BY)),
    ("template", lambda cast, row: remove_template(row, **BY)),
]


@pytest.mark.parametrize(("what", "act"), ACTS)
def test_a_row_that_is_gone_is_not_there(cast: Cast, what: str, act: Callable[[Cast, Any], Any]) -> None:
    row: Model = MADE[what](cast)
    type(row)._default_manager.filter(pk=row.pk).delete()
    before = TrailEntry.objects.count()
    with pytest.raises(NotThere):
        act(cast, row)
    assert TrailEntry.objects.count() == before
    assert not type(row)._default_manager.filter(pk=row.pk).exists()
