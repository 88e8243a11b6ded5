"""Coordinators who give away the same counselor at the same moment (rule 2)."""

from collections import Counter

import pytest
from django.db import connection

from people.models import Counselor
from scheduling.models import SessionCounselor
from tests.cast import NOW, Cast
from tests.races.crowd import Attempt, book_at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def _substitute(cast: Cast) -> Counselor:
    row = Counselor.objects.create(name="Marco Lenz")
    row.sites.add(cast.site)
    return row


def test_the_same_substitute_goes_to_one_of_two_overlapping_sessions() -> None:
    cast = Cast()
    marco = _substitute(cast)
    for day in range(19, 24):
        pair = [
            cast.session(f"2026-11-{day} 18:00", counselor=False),
            cast.session(f"2026-11-{day} 20:00", counselor=False, room=False),
        ]
        outcomes = book_at_once([Attempt(0, one.pk, NOW, substitute_id=marco.pk) for one in pair])
        assert Counter(outcomes) == {"covered": 1, "counselor_busy": 1}
    assert SessionCounselor.objects.filter(counselor=marco).count() == 5
    assert _at_two_places() == 0


def test_an_uncovered_session_gets_a_substitute_once() -> None:
    cast = Cast()
    marco, session = _substitute(cast), cast.session("2026-11-19 18:00", counselor=False)
    outcomes = book_at_once([Attempt(0, session.pk, NOW, substitute_id=marco.pk) for _ in range(6)])
    assert Counter(outcomes) == {"covered": 1, "stale": 5}
    assert SessionCounselor.objects.filter(session=session).count() == 1


def _at_two_places() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM scheduling_sessioncounselor a JOIN scheduling_sessioncounselor b ON a.id < b.id "
            "AND a.counselor_id = b.counselor_id AND a.live AND b.live "
            "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        (count,) = cursor.fetchone()
    return int(count)
