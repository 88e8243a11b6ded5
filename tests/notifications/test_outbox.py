"""The development outbox: what the embedded mode writes to files can be read as mail."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from notifications.models import Message
from notifications.outbox import OutboxMail, read_outbox
from notifications.services.delivery import deliver_due
from notifications.services.reminders import queue_due
from tests.cast import Cast, at

EVE = at("2026-11-18 18:00")


@pytest.fixture
def outbox(tmp_path: Path, settings: Settings) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.OUTBOX_DIR = tmp_path / "outbox"
    return tmp_path / "outbox"


def test_nothing_was_ever_sent(outbox: Path) -> None:
    assert read_outbox() == []


def test_mails_as_they_would_have_gone_out_newest_first(cast: Cast, outbox: Path) -> None:
    cast.site.sender_name = "Señal de calle Maple"
    cast.site.save()
    session = cast.session("2026-11-19 18:00")
    patients = [cast.patient() for _ in range(2)]
    patients[1].language = "es"
    patients[1].save()
    for patient in patients:
        cast.booked(patient, session)
    queue_due(now=EVE)
    deliver_due(clock=lambda: EVE)
    newest, oldest = read_outbox()
    message = Message.objects.get(patient=patients[1])
    assert newest == OutboxMail(
        message_id=message.message_id,
        sender="Señal de calle Maple <appointments@localhost>",
        to=patients[1].email,
        subject="Su cita el jue 19 nov a las 18:00",
        date=newest.date,
        body=message.body,
    )
    assert oldest.to == patients[0].email
    assert newest.date is not None
    assert oldest.date is not None
    assert newest.date - oldest.date <= timedelta(minutes=1)
    assert read_outbox(limit=1) == [newest]


def test_a_later_connection_comes_first(cast: Cast, outbox: Path) -> None:
    for day in (19, 20):
        cast.booked(cast.patient(), cast.session(f"2026-11-{day} 18:00"))
        now = at(f"2026-11-{day - 1} 18:00")
        queue_due(now=now)
        deliver_due(clock=lambda now=now: now)  # type: ignore[misc]
    assert [mail.subject for mail in read_outbox()] == [
        "Your appointment on Fri 20 Nov, 6:00 pm",
        "Your appointment on Thu 19 Nov, 6:00 pm",
    ]
