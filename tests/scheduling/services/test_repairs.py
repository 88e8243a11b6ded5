"""What repairs many weeks at once: the same as for one alone, in a constant number of queries."""

from typing import Any

import pytest

from scheduling.models import Session
from scheduling.services.outlook import week_outlook
from scheduling.services.repairs import repairs_for
from tests.cast import NOW, WEEK, Cast

pytestmark = pytest.mark.django_db


def evening(cast: Cast, day: int, **fields: Any) -> Session:
    return cast.session(f"2026-11-{day} 18:00", counselor=False, room=False, **fields)


def test_each_gets_what_they_would_get_alone(cast: Cast) -> None:
    for day in (18, 19, 20, 21):
        evening(cast, day)
    cast.session("2026-11-20 10:00", counselor=False, room=False)
    full = evening(cast, 22, capacity=1)
    cast.booked(cast.patient(), full)
    people = [cast.ana, cast.ben, cast.patient("Wen Zhao"), cast.cleo]
    admissions = [cast.admission_of(person) for person in people]
    found = repairs_for(admissions, WEEK, now=NOW)
    for admission in admissions:
        alone = week_outlook(admission, admission.week_containing(WEEK), now=NOW)
        one = found[admission.pk]
        assert (one.repair, one.why_not, one.counted_minutes) == (alone.repair, alone.why_not, alone.counted_minutes)
    ana = found[admissions[0].pk]
    assert ana.repair is not None
    assert (len(ana.repair.added), ana.repair.reaches, ana.total_minutes) == (3, True, 540)


def test_nobody_costs_nothing(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert repairs_for([], WEEK, now=NOW) == {}


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(cast: Cast, django_assert_num_queries: Any, count: int) -> None:
    for day in (19, 20, 21):
        evening(cast, day)
    admissions = [cast.admission_of(cast.patient()) for _ in range(count)]
    with django_assert_num_queries(6):
        assert len(repairs_for(admissions, WEEK, now=NOW)) == count
