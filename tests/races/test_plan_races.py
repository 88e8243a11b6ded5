"""Several people change one plan at the same moment (rule 4: phases never share a day)."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from people.domain.plan_templates import USUAL_STEPS
from people.models import PlanPhase, TrailEntry
from people.services.plan_changes import preview_plan
from people.services.plan_templates import following, make_template
from tests.cast import NOW, Cast
from tests.races.crowd import Attempt, book_at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]
MONDAY = date(2026, 11, 23)


def test_what_was_shown_to_six_is_done_once() -> None:
    cast = Cast()
    admission = cast.admission_of(cast.ana)
    template = make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)
    token = preview_plan(admission, following(template, starts_on=MONDAY), now=NOW).token
    outcomes = book_at_once([Attempt(0, 0, NOW, plan=(admission.pk, template.pk, MONDAY, token)) for _ in range(6)])
    assert Counter(outcomes) == {"followed": 1, "stale": 5}
    assert PlanPhase.objects.count() == 5
    assert TrailEntry.objects.filter(action="template_applied").count() == 1


def test_the_last_of_many_changes_stands_whole() -> None:
    """Without a token each takes its turn; what is left is one plan without a gap, whoever came last."""
    cast = Cast()
    admission = cast.admission_of(cast.ana)
    template = make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)
    days = [MONDAY + timedelta(days=number) for number in range(8)]
    outcomes = book_at_once([Attempt(0, 0, NOW, plan=(admission.pk, template.pk, day, "")) for day in days])
    assert Counter(outcomes) == {"followed": 8}
    rows = list(PlanPhase.objects.order_by("starts_on"))
    assert [row.min_minutes for row in rows] == [540, 900, 720, 540, 360]
    assert all(row.ends_on == after.starts_on - timedelta(days=1) for row, after in pairwise(rows))
    assert rows[1].starts_on in days
