"""Outbox rows are handed over to a real mail server: once each, in order, one bad recipient stopping nobody else's."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from notifications import tasks
from notifications.enums import MessageState
from notifications.models import Message
from notifications.services.delivery import BACKOFF, LEASE, Delivered, claim, deliver_due
from notifications.services.preferences import change_preference
from notifications.services.reminders import queue_due
from people.models import Patient
from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.sessions import change_session
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of
from tests.notifications.mailserver import Post, free_port, mail_server, smtp_settings

EVE = at("2026-11-18 18:00")


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with mail_server() as server:
        for name, value in smtp_settings(server).items():
            setattr(settings, name, value)
        yield server


def standing_at(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def deliver(now: datetime = EVE) -> Delivered:
    return deliver_due(clock=standing_at(now))


def queue_for(cast: Cast, count: int) -> list[Patient]:
    """That many people who are to be told of one evening."""
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    patients = [cast.patient() for _ in range(count)]
    for patient in patients:
        cast.booked(patient, session)
    assert queue_due(now=EVE) == count
    return patients


def row_of(patient: Patient) -> Message:
    return Message.objects.get(patient=patient)


def test_a_message_as_it_arrives(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    message = row_of(patient)
    assert deliver() == Delivered(sent=1)
    (mail,) = post.mails
    headers = {
        name: str(value) for name, value in mail.items() if name not in {"Date", "X-Peer", "X-MailFrom", "X-RcptTo"}
    }
    assert headers == {
        "Content-Type": 'text/plain; charset="utf-8"',
        "MIME-Version": "1.0",
        "Content-Transfer-Encoding": headers["Content-Transfer-Encoding"],
        "Subject": "Your appointment on Thu 19 Nov, 6:00 pm",
        "From": "Maple Street <appointments@localhost>",
        "To": patient.email,
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
    }
    assert mail.get_content().replace("\r\n", "\n") == message.body
    done = row_of(patient)
    assert (done.state, done.sent_at, done.attempts, done.claimed_by, done.lease_until, done.last_error) == (
        "sent",
        EVE,
        1,
        "",
        None,
        "",
    )


def test_all_over_one_connection_and_nothing_twice(cast: Cast, post: Post) -> None:
    patients = queue_for(cast, 5)
    assert [deliver(), deliver()] == [Delivered(sent=5), Delivered()]
    assert sorted(post.recipients) == sorted(patient.email for patient in patients)
    assert post.connections == 1


def test_what_is_not_due_waits(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    Message.objects.update(due_at=EVE + timedelta(hours=1))
    assert deliver() == Delivered()
    assert deliver(EVE + timedelta(hours=1)) == Delivered(sent=1)
    assert post.recipients == [patient.email]


def test_one_bad_recipient_stops_nobody_elses(cast: Cast, post: Post) -> None:
    refused, deferred, broken, fine = queue_for(cast, 4)
    post.refused, post.deferred, post.breaks_off_for = {refused.email}, {deferred.email}, {broken.email}
    assert deliver() == Delivered(sent=1, failed=1, retried=2)
    assert post.recipients == [fine.email]
    rows = [row_of(patient) for patient in (refused, deferred, broken, fine)]
    assert [(row.state, row.last_error, row.due_at) for row in rows] == [
        ("failed", "refused_550", EVE),
        ("pending", "refused_451", EVE + BACKOFF[0]),
        ("pending", "SMTPServerDisconnected", EVE + BACKOFF[0]),
        ("sent", "", EVE),
    ]


def test_an_address_that_no_header_can_hold_fails_alone(cast: Cast, post: Post) -> None:
    bad, fine = queue_for(cast, 2)
    Patient.objects.filter(pk=bad.pk).update(email="a@example.org\nBcc: b@example.org")
    assert deliver() == Delivered(sent=1, failed=1)
    assert post.recipients == [fine.email]
    assert row_of(bad).last_error == "ValueError"


def test_failures_wait_longer_each_time_and_end(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    post.deferred = {patient.email}
    now, waited = EVE, []
    while row_of(patient).state == MessageState.PENDING:
        due_at = row_of(patient).due_at
        waited.append(due_at - now)
        now = due_at
        assert deliver(now - timedelta(seconds=1)) == Delivered()
        deliver(now)
    assert waited == [timedelta(), *BACKOFF]
    row = row_of(patient)
    assert (row.state, row.attempts, row.last_error) == ("failed", 5, "refused_451")


def test_a_recovered_recipient_gets_the_same_message_id(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    message_id = row_of(patient).message_id
    post.deferred = {patient.email}
    deliver()
    post.deferred = set()
    assert deliver(EVE + BACKOFF[0]) == Delivered(sent=1)
    assert post.message_ids == [message_id]


def test_without_a_server_nothing_is_claimed_and_nothing_lost(cast: Cast, settings: Settings) -> None:
    (patient,) = queue_for(cast, 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert deliver() == Delivered()
    row = row_of(patient)
    assert (row.state, row.attempts, row.due_at) == ("pending", 0, EVE)


def test_a_claim_is_one_workers_alone_until_its_lease_ends(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    pk = row_of(patient).pk
    first = claim(pk, now=EVE)
    assert first is not None
    assert claim(pk, now=EVE) is None
    assert claim(pk, now=EVE + LEASE - timedelta(seconds=1)) is None
    assert deliver(EVE + LEASE - timedelta(seconds=1)) == Delivered()
    second = claim(pk, now=EVE + LEASE)
    assert second is not None
    assert (second.claimed_by != first.claimed_by, second.message_id == first.message_id) == (True, True)


def test_one_who_lost_the_claim_marks_nothing(cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    (patient,) = queue_for(cast, 1)

    def taken_over(transport: object, message: Message) -> None:
        Message.objects.filter(pk=message.pk).update(claimed_by="somebody else")

    monkeypatch.setattr("notifications.channels.email.EmailTransport.send", taken_over)
    assert deliver() == Delivered()
    row = row_of(patient)
    assert (row.state, row.claimed_by, row.sent_at) == ("claimed", "somebody else", None)


@pytest.mark.parametrize("when", ["queued", "claimed before"])
def test_cancelled_meanwhile_is_not_told(cast: Cast, post: Post, when: str) -> None:
    (patient,) = queue_for(cast, 1)
    if when == "claimed before":
        claim(row_of(patient).pk, now=EVE)
    cancel(Booking.objects.get(patient=patient), actor=None, now=EVE)
    deliver(EVE + LEASE)
    assert post.mails == []
    row = row_of(patient)
    assert (row.state, row.last_error) == ("dropped", "cancelled")


def test_a_move_while_it_was_claimed_is_not_told_at_the_old_time(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    claim(row_of(patient).pk, now=EVE)
    session = Booking.objects.get(patient=patient).session
    shifted = fields_of(session, starts_at=at("2026-11-19 19:00"), ends_at=at("2026-11-19 22:00"))
    change_session(session, shifted, actor=None, now=EVE)
    assert queue_due(now=EVE + timedelta(hours=1)) == 1
    assert deliver(EVE + timedelta(hours=1)) == Delivered(sent=1, dropped=1)
    assert [mail["Subject"] for mail in post.mails] == ["Your appointment on Thu 19 Nov, 7:00 pm"]


def test_begun_meanwhile_is_not_told(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    assert deliver(at("2026-11-19 18:00")) == Delivered(dropped=1)
    assert row_of(patient).last_error == "too_late"


def test_quiet_hours_that_began_meanwhile_are_kept(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    assert deliver(at("2026-11-18 22:00")) == Delivered(postponed=1)
    row = row_of(patient)
    assert (row.state, row.due_at, row.attempts) == ("pending", at("2026-11-19 08:00"), 0)
    assert deliver(at("2026-11-19 08:00")) == Delivered(sent=1)


def test_unwanted_meanwhile_is_not_told(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    change_preference(patient, email_enabled=False, quiet_from=time(21), quiet_until=time(8), actor=None, now=NOW)
    assert deliver() == Delivered(dropped=1)
    assert (row_of(patient).last_error, post.mails) == ("unwanted", [])


def test_a_new_address_and_language_are_used(cast: Cast, post: Post) -> None:
    (patient,) = queue_for(cast, 1)
    patient.email, patient.language = "new@example.org", "es"
    patient.save()
    assert deliver() == Delivered(sent=1)
    assert [(mail["To"], mail["Subject"]) for mail in post.mails] == [
        ("new@example.org", "Su cita el jue 19 nov a las 18:00")
    ]
    row = row_of(patient)
    assert (row.contact, row.language, row.subject) == ("new@example.org", "es", "Su cita el jue 19 nov a las 18:00")


def test_a_site_in_disorder_stops_nobody_elses(cast: Cast, post: Post) -> None:
    bad, fine = queue_for(cast, 2)
    session = Booking.objects.get(patient=bad).session
    session.pk, session.site = None, cast.other_site
    session.save()
    cast.other_site.time_zone = "Nowhere/Nothing"
    cast.other_site.save()
    Booking.objects.filter(patient=bad).update(session=session)
    assert deliver() == Delivered(sent=1, retried=1)
    assert post.recipients == [fine.email]
    assert row_of(bad).last_error == "ZoneInfoNotFoundError"


def test_a_long_sweep_stops_in_time(cast: Cast, post: Post) -> None:
    queue_for(cast, 3)
    ticks = iter([EVE, EVE, EVE, EVE, EVE] + [EVE + timedelta(minutes=4)] * 20)
    assert deliver_due(clock=lambda: next(ticks)) == Delivered(sent=1)
    assert len(post.mails) == 1


def test_at_most_so_many_and_the_oldest_first(cast: Cast, post: Post) -> None:
    first, second = queue_for(cast, 2)
    Message.objects.filter(patient=second).update(due_at=EVE - timedelta(minutes=1))
    assert deliver_due(clock=standing_at(EVE), limit=1) == Delivered(sent=1)
    assert post.recipients == [second.email]
    assert row_of(first).state == "pending"


def test_logs_hold_ids_alone(cast: Cast, post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refused, fine = queue_for(cast, 2)
    post.refused = {refused.email}
    deliver()
    said = [record.getMessage() for record in caplog.records if record.name.startswith("notifications")]
    assert said == [f"message {row_of(refused).pk} was not taken: refused_550", f"message {row_of(fine).pk} sent"]


def test_the_tasks_are_known_by_the_names_that_beat_uses(cast: Cast) -> None:
    assert [task.name for task in (tasks.queue_reminders, tasks.deliver_messages)] == [
        "notifications.tasks.queue_reminders",
        "notifications.tasks.deliver_messages",
    ]
    tasks.queue_reminders()
    tasks.deliver_messages()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_everything_once(post: Post) -> None:
    patients = queue_for(Cast(), 20)
    swept: list[int] = []

    def work() -> None:
        try:
            swept.append(deliver().sent)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(swept) == 20
    assert sorted(post.recipients) == sorted(patient.email for patient in patients)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sweeps_side_by_side_queue_everything_once() -> None:
    cast = Cast()
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    for _ in range(30):
        cast.booked(cast.patient(), session)
    gate, queued = threading.Barrier(4), []

    def sweep() -> None:
        try:
            gate.wait()
            queued.append(queue_due(now=EVE))
        finally:
            connection.close()

    sweeps = [threading.Thread(target=sweep) for _ in range(4)]
    for each in sweeps:
        each.start()
    for each in sweeps:
        each.join()
    assert (sum(queued), Message.objects.count()) == (30, 30)
