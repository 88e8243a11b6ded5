"""Reminders are queued once, when their time has come, and stay true until they are sent."""

from datetime import UTC, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from notifications.enums import MessageState
from notifications.models import Message, NotificationPreference, Reminder
from notifications.services.preferences import change_preference
from notifications.services.reminders import queue_due
from people.models import TrailEntry
from scheduling.models import Booking
from scheduling.services.booking import cancel, move
from scheduling.services.sessions import cancel_session, change_session
from tests.cast import NOW, Cast, at
from tests.notifications.builders import account_of, fields_of
from tests.notifications.test_texts import FORBIDDEN

EVE = at("2026-11-18 18:00")
"""A day before the evening of 19 November."""


def booked(cast: Cast, starts: str = "2026-11-19 18:00", *, now: datetime = NOW) -> Booking:
    return cast.booked(cast.ana, cast.session(starts, now=now), now=now)


def states() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("state", "last_error"))


def test_a_due_reminder_is_a_row_and_a_message(cast: Cast) -> None:
    booking = booked(cast)
    assert queue_due(now=EVE) == 1
    reminder, message = Reminder.objects.get(), Message.objects.get()
    assert (reminder.subject_type, reminder.subject_id, reminder.kind) == ("booking", booking.pk, "appointment")
    assert (reminder.occasion, reminder.channel, reminder.recipient) == ("1440", "email", f"patient:{cast.ana.pk}")
    shown = Message.objects.values().get()
    assert {name: value for name, value in shown.items() if name not in {"id", "body", "message_id"}} == {
        "reminder_id": reminder.pk,
        "patient_id": cast.ana.pk,
        "user_id": None,
        "kind": "appointment",
        "channel": "email",
        "contact": cast.ana.email,
        "sender_name": "Maple Street",
        "language": "en",
        "subject": "Your appointment on Thu 19 Nov, 6:00 pm",
        "state": "pending",
        "due_at": EVE,
        "attempts": 0,
        "claimed_by": "",
        "lease_until": None,
        "provider_id": "",
        "last_error": "",
        "created_at": EVE,
        "sent_at": None,
    }
    assert message.body.startswith("You have an appointment on Thu 19 Nov, 6:00 pm.\n\n")
    assert message.message_id.startswith("<")
    assert message.message_id.endswith("@localhost>")


def test_twice_changes_nothing(cast: Cast) -> None:
    booked(cast)
    assert [queue_due(now=EVE), queue_due(now=EVE), queue_due(now=EVE + timedelta(hours=3))] == [1, 0, 0]
    assert (Reminder.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("now", "queued"),
    [
        (EVE - timedelta(seconds=1), 0),
        (EVE, 1),
        (EVE + timedelta(minutes=7, seconds=13), 1),
        (at("2026-11-19 17:59"), 1),
        (at("2026-11-19 18:00"), 0),
    ],
)
def test_due_from_a_day_before_until_the_start(cast: Cast, now: datetime, queued: int) -> None:
    booked(cast)
    assert queue_due(now=now) == queued


def test_quiet_hours_move_it_to_the_morning(cast: Cast) -> None:
    booked(cast)
    queue_due(now=at("2026-11-18 21:30"))
    assert Message.objects.get().due_at == at("2026-11-19 08:00")


def test_ones_own_quiet_hours(cast: Cast) -> None:
    booked(cast)
    change_preference(
        cast.ana, email_enabled=True, quiet_from=time(17), quiet_until=time(19, 30), actor=cast.ana.user, now=NOW
    )
    queue_due(now=EVE)
    assert Message.objects.get().due_at == at("2026-11-18 19:30")


def test_one_who_wants_none_gets_none(cast: Cast) -> None:
    booked(cast)
    change_preference(
        cast.ana, email_enabled=False, quiet_from=time(21), quiet_until=time(8), actor=cast.ana.user, now=NOW
    )
    assert queue_due(now=EVE) == 0
    entry = TrailEntry.objects.get(action="preference_changed")
    assert (entry.patient_id, entry.after) == (
        cast.ana.pk,
        {"email_enabled": "False", "quiet_from": "21:00:00", "quiet_until": "08:00:00"},
    )


def test_one_without_an_address_is_left_out_and_an_account_lends_its_own(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    nowhere, lent = cast.patient(), cast.ana
    for patient in (nowhere, lent):
        patient.email = ""
        patient.save()
        cast.booked(patient, session)
    assert queue_due(now=EVE) == 1
    assert Message.objects.get().contact == "ana@example.org"


def test_booked_a_moment_ago_is_not_reminded_of(cast: Cast) -> None:
    booked(cast, now=at("2026-11-19 10:00"))
    assert queue_due(now=at("2026-11-19 11:59")) == 0
    assert queue_due(now=at("2026-11-19 12:00")) == 1


def test_only_live_bookings(cast: Cast) -> None:
    full = cast.session("2026-11-19 18:00", capacity=1)
    kept = cast.booked(cast.patient(), full)
    cast.booked(cast.ana, full, waitlist=True)
    cancel(booked(cast, "2026-11-19 21:30"), actor=None, now=NOW)
    cancel_session(cast.booked(cast.ben, cast.session("2026-11-19 07:00", room=False)).session, actor=None, now=NOW)
    queue_due(now=EVE)
    assert list(Reminder.objects.values_list("subject_id", flat=True)) == [kept.pk]


def test_a_cancelled_booking_drops_what_waits(cast: Cast) -> None:
    booking = booked(cast)
    queue_due(now=EVE)
    cancel(booking, actor=None, now=EVE)
    assert states() == [("dropped", "cancelled")]


def test_a_move_drops_the_old_and_tells_the_new(cast: Cast) -> None:
    booking = booked(cast)
    queue_due(now=EVE)
    moved = move(booking, cast.session("2026-11-20 18:00"), actor=None, now=EVE)
    assert queue_due(now=EVE + timedelta(days=1)) == 1
    assert states() == [("dropped", "cancelled"), ("pending", "")]
    assert list(Reminder.objects.order_by("pk").values_list("subject_id", flat=True)) == [booking.pk, moved.pk]


@pytest.mark.parametrize("sent", [False, True])
def test_a_session_with_a_new_time_is_told_anew(cast: Cast, sent: bool) -> None:
    booking = booked(cast)
    queue_due(now=EVE)
    if sent:
        Message.objects.update(state=MessageState.SENT, sent_at=EVE)
    shifted = fields_of(booking.session, starts_at=at("2026-11-19 18:30"), ends_at=at("2026-11-19 21:30"))
    change_session(booking.session, shifted, actor=None, now=EVE + timedelta(minutes=40))
    assert states() == [("sent", "") if sent else ("dropped", "moved")]
    assert queue_due(now=EVE + timedelta(minutes=41)) == 1
    assert queue_due(now=EVE + timedelta(minutes=42)) == 0
    assert Message.objects.latest("pk").subject == "Your appointment on Thu 19 Nov, 6:30 pm"


def test_another_title_tells_nothing_anew(cast: Cast) -> None:
    booking = booked(cast)
    queue_due(now=EVE)
    change_session(booking.session, fields_of(booking.session, title="Other"), actor=None, now=EVE)
    assert (queue_due(now=EVE), states()) == (0, [("pending", "")])


def test_one_site_in_disorder_stops_nobody_elses(cast: Cast) -> None:
    booked(cast)
    other = cast.booked(cast.patient(), cast.session("2026-11-19 18:15", room=False, counselor=False))
    site = cast.other_site
    site.time_zone = "Nowhere/Nothing"
    site.save()
    other.session.site = site
    other.session.save()
    assert queue_due(now=EVE) == 1
    assert Message.objects.get().patient_id == cast.ana.pk


@pytest.mark.parametrize("count", [1, 30])
def test_a_sweep_costs_the_same_however_many_are_due(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    for _ in range(count):
        cast.booked(cast.patient(), session)
    with django_assert_num_queries(7):
        assert queue_due(now=EVE) == count


def test_chunks_leave_nobody_out(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.services.reminders.CHUNK", 3)
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    for _ in range(8):
        cast.booked(cast.patient(), session)
    assert queue_due(now=EVE) == 8
    assert len(set(Message.objects.values_list("contact", flat=True))) == 8
    assert len(set(Message.objects.values_list("message_id", flat=True))) == 8


def test_texts_betray_nothing(cast: Cast) -> None:
    booked(cast)
    queue_due(now=EVE)
    message = Message.objects.get()
    said = f"{message.subject} {message.body} {message.sender_name}"
    assert FORBIDDEN.search(said) is None
    assert [word for word in ("Process", "Evening", "Dana", "Keller", "Ana", "Room 4", "Reyes") if word in said] == []


def test_messages_are_seen_by_their_person_and_by_those_who_see_the_site(cast: Cast) -> None:
    booked(cast)
    queue_due(now=EVE)
    people = (account_of(cast.ana), cast.cory, cast.dirk, cast.ada, cast.dana, account_of(cast.ben), cast.stranger)
    expected = [True, True, True, True, False, False, False]
    assert [Message.objects.visible_to(user).exists() for user in people] == expected
    assert [Reminder.objects.visible_to(user).exists() for user in people] == expected


def test_a_preference_is_seen_by_its_person_alone(cast: Cast) -> None:
    NotificationPreference.objects.create(patient=cast.ana, changed_at=NOW)
    NotificationPreference.objects.create(user=cast.cory, changed_at=NOW)
    people = (account_of(cast.ana), cast.cory, cast.dana, cast.stranger)
    assert [NotificationPreference.objects.visible_to(user).count() for user in people] == [1, 1, 0, 0]


def test_the_eve_is_a_day_before() -> None:
    assert datetime(2026, 11, 19, 1, tzinfo=UTC) == EVE
