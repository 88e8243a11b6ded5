"""Several sessions together: all or none, each in the trail, and taken back together."""

from datetime import timedelta
from typing import Any

import pytest

from people.errors import InvalidInput
from people.models import TrailEntry
from scheduling.errors import SessionFull
from scheduling.models import Booking, Session
from scheduling.services.book_all import book_all, take_back
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def evening(cast: Cast, day: int, **fields: Any) -> Session:
    return cast.session(f"2026-11-{day} 18:00", counselor=False, room=False, **fields)


def test_all_are_booked_in_order_of_time_each_in_the_trail(cast: Cast) -> None:
    later, sooner = evening(cast, 21), evening(cast, 19)
    booked = book_all(cast.ana, [later.pk, sooner.pk], actor=cast.cory, now=NOW)
    assert [one.session_id for one in booked] == [sooner.pk, later.pk]
    entries = TrailEntry.objects.filter(action="booked", patient_id=cast.ana.pk).order_by("pk")
    assert [(entry.subject_id, entry.actor_id) for entry in entries] == [(one.pk, cast.cory.pk) for one in booked]
    assert [Session.objects.get(pk=one.pk).seats_taken for one in (later, sooner)] == [1, 1]


def test_one_refusal_leaves_nothing_booked(cast: Cast) -> None:
    free, full = evening(cast, 19), evening(cast, 21, capacity=1)
    cast.booked(cast.patient(), full)
    with pytest.raises(SessionFull) as refused:
        book_all(cast.ana, [free.pk, full.pk], actor=None, now=NOW)
    assert refused.value.data["session"] == str(full.pk)
    assert not Booking.objects.filter(patient=cast.ana).exists()
    assert Session.objects.get(pk=free.pk).seats_taken == 0


def test_what_does_not_exist_is_named(cast: Cast) -> None:
    free = evening(cast, 19)
    for ids in ([free.pk, 999_999], [], list(range(30))):
        with pytest.raises(InvalidInput) as refused:
            book_all(cast.ana, ids, actor=None, now=NOW)
        assert set(refused.value.errors) == {"sessions"}
    assert not Booking.objects.filter(patient=cast.ana).exists()


def test_taken_back_at_once_is_not_late_and_later_it_is(cast: Cast) -> None:
    today, thursday = evening(cast, 18), evening(cast, 19)
    booked = book_all(cast.ana, [today.pk, thursday.pk], actor=cast.cory, now=NOW)
    take_back(booked, actor=cast.cory, now=NOW + timedelta(minutes=5))
    assert list(Booking.objects.order_by("starts_at").values_list("status", "late")) == [("cancelled", False)] * 2
    again = book_all(cast.ana, [today.pk], actor=cast.cory, now=NOW)
    take_back(again, actor=cast.cory, now=NOW + timedelta(minutes=20))
    assert list(Booking.objects.filter(pk=again[0].pk).values_list("status", "late")) == [("cancelled", True)]
