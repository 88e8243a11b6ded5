"""Standing bookings beside a plan, phase by phase."""

from datetime import date
from typing import Any

import pytest

from people.domain.targets import Phase
from scheduling.models import StandingBooking
from scheduling.services.plan_fits import plan_fits
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast
from tests.scheduling.services.test_tracks import FIRST, evening, track

TODAY = date(2026, 11, 18)
NINE = Phase(date(2026, 10, 5), date(2026, 11, 29), 490, 1140, 3)
SIX = Phase(date(2026, 11, 30), date(2026, 12, 13), 300, 600, 2)
FIT_QUERIES = 2


def test_each_phase_is_judged_by_the_evenings_in_it(cast: Cast) -> None:
    rows = join_track(cast.ana, TrackWish(track(cast), FIRST), actor=None, now=NOW)
    nine, six = plan_fits(cast.admission_of(cast.ana), [NINE, SIX], today=TODAY)
    assert (nine.fits, nine.found.least_minutes, nine.held, nine.give_up) == (True, 495, tuple(rows), ())
    assert (six.fits, six.found.warnings, six.held, six.give_up) == (False, ("over_days",), tuple(rows), tuple(rows))


def test_an_evening_counts_on_the_days_of_its_membership(cast: Cast) -> None:
    monday, wednesday, thursday = track(cast)
    join_track(cast.ana, TrackWish((monday, wednesday), FIRST), actor=None, now=NOW)
    join_track(cast.ana, TrackWish((thursday,), FIRST, date(2026, 11, 29)), actor=None, now=NOW)
    nine, six = plan_fits(cast.admission_of(cast.ana), [NINE, SIX], today=TODAY)
    assert (nine.found.most_days, len(nine.held)) == (3, 3)
    assert (six.fits, six.found.most_days, len(six.held)) == (True, 2, 2)


def test_what_is_over_or_held_by_nobody_is_no_row(cast: Cast) -> None:
    admission = cast.admission_of(cast.ana)
    assert plan_fits(admission, [NINE, SIX], today=TODAY) == []
    (row,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    over = Phase(date(2026, 10, 1), date(2026, 11, 17), 540, 600)
    assert plan_fits(admission, [over], today=TODAY) == []
    StandingBooking.objects.filter(pk=row.pk).update(withdrawn_at=NOW)
    assert plan_fits(admission, [NINE, SIX], today=TODAY) == []


@pytest.mark.parametrize("number", [1, 6])
def test_any_number_costs_the_same(number: int, cast: Cast, django_assert_num_queries: Any) -> None:
    for hour in range(number):
        series = evening(cast, "MO", weeks=1, clock=f"{8 + hour:02}:00")
        StandingBooking.objects.create(
            patient=cast.ana, admission=cast.admission_of(cast.ana), series=series, starts_on=FIRST, created_at=NOW
        )
    admission = cast.admission_of(cast.ana)
    with django_assert_num_queries(FIT_QUERIES):
        assert len(plan_fits(admission, [NINE, SIX] * 3, today=TODAY)) == 6
