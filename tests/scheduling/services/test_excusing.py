"""A late cancellation is excused by staff for a reason from the program's list; it stays late all the same."""

from datetime import timedelta

import pytest

from people.errors import InvalidInput, Refusal
from people.models import TrailEntry
from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.excusing import excuse, take_excuse_back
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def cancelled(cast: Cast, starts: str) -> Booking:
    return cancel(cast.booked(cast.ana, cast.session(starts)), actor=cast.ana.user, now=NOW)


def how(booking: Booking) -> tuple[bool, str, bool, int | None]:
    booking.refresh_from_db()
    return (
        booking.late,
        booking.late_excuse_reason,
        booking.late_excused_at is not None,
        booking.late_excused_by_id,
    )


def test_a_late_cancellation_is_excused_and_the_excuse_taken_back(cast: Cast) -> None:
    booking = cancelled(cast, "2026-11-18 18:00")
    assert how(booking) == (True, "", False, None)
    excuse(booking, reason="illness", actor=cast.cory, now=NOW)
    excuse(booking, reason="illness", actor=cast.dana, now=NOW + timedelta(hours=1))
    assert how(booking) == (True, "illness", True, cast.cory.pk)
    take_excuse_back(booking, actor=cast.cory, now=NOW)
    take_excuse_back(booking, actor=cast.cory, now=NOW)
    assert how(booking) == (True, "", False, None)
    trail = TrailEntry.objects.filter(subject_type="booking", subject_id=booking.pk).order_by("pk")
    assert list(trail.values_list("action", "actor_id", "before", "after")[2:]) == [
        (
            "late_excused",
            cast.cory.pk,
            {"late": True, "excused": False, "reason": ""},
            {"late": True, "excused": True, "reason": "illness"},
        ),
        (
            "late_excuse_taken_back",
            cast.cory.pk,
            {"late": True, "excused": True, "reason": "illness"},
            {"late": True, "excused": False, "reason": ""},
        ),
    ]


def test_what_was_not_late_is_not_excused(cast: Cast) -> None:
    for booking in (cancelled(cast, "2026-11-20 18:00"), cast.booked(cast.ana, cast.session("2026-11-21 09:00"))):
        with pytest.raises(Refusal) as refusal:
            excuse(booking, reason="illness", actor=cast.cory, now=NOW)
        assert refusal.value.code == "not_late"


def test_only_a_reason_from_the_programs_list_excuses(cast: Cast) -> None:
    booking = cancelled(cast, "2026-11-18 18:00")
    cast.program.excuse_reasons = ["harvest"]
    cast.program.save()
    with pytest.raises(InvalidInput) as refusal:
        excuse(booking, reason="illness", actor=cast.cory, now=NOW)
    assert list(refusal.value.errors) == ["reason"]
    assert excuse(booking, reason="harvest", actor=cast.cory, now=NOW).late_excuse_reason == "harvest"
