"""Somebody in line is told once that a time has opened, is theirs or was passed on: when, and nothing else."""

import logging
import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from config.logs import without_secrets
from notifications.models import Message, Reminder
from notifications.receivers import follow_waitlist
from notifications.services.delivery import deliver_due
from notifications.services.preferences import change_preference
from notifications.services.waitlist import url_of
from people.models import Patient
from scheduling.enums import WaitlistEvent
from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.offer_links import offer_token
from scheduling.services.seat_offers import accept, decline, expire_offers
from scheduling.services.sessions import change_session
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
BETRAYING = ("group", "treatment", "program", "evening track", "ana", "reyes", "dana", "process", "waitlist")


def in_line(cast: Cast, policy: str, *, now: datetime = NOW, language: str = "en", starts: str = "21 09:00") -> Booking:
    """Ana waits for a seat, which has just been given back."""
    cast.program.waitlist_policy = policy
    cast.program.save()
    Patient.objects.filter(pk=cast.ana.pk).update(language=language)
    session = cast.session(f"2026-11-{starts}", capacity=1)
    holder = cast.booked(cast.patient(), session, now=now)
    waiting = cast.booked(cast.ana, session, waitlist=True, now=now)
    cancel(holder, actor=None, now=now)
    promote_all(now=now)
    return Booking.objects.get(pk=waiting.pk)


def deliver(now: datetime = NOW) -> list[tuple[str, str]]:
    """Subject and text of what was sent now."""
    before = len(mail.outbox)
    deliver_due(clock=lambda: now)
    return [(str(sent.subject), str(sent.body)) for sent in mail.outbox[before:]]


def states() -> list[tuple[str, str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "state", "last_error"))


ENDING = (
    "Questions, or something came up? Call +1 303-555-0100.\n\n"
    "To stop these messages, change your preferences at http://127.0.0.1:8000/preferences/ or tell us when you call."
    "\n\n"
    "Maple Street\n"
)


def test_an_offer_says_when_until_when_and_where_to_answer(cast: Cast) -> None:
    booking = in_line(cast, "offer")
    [(subject, body)] = deliver()
    assert subject == "A time has opened on Sat 21 Nov, 9:00 am"
    assert body == (
        "A time has opened on Sat 21 Nov, 9:00 am – 12:00 pm.\n\n"
        "It is held for you until Wed 18 Nov, 10:02 am. Yes or no? Please answer here: "
        f"{url_of(booking)}\n\n" + ENDING
    )
    said = f"{subject} {body.replace(url_of(booking), '')}".lower()
    assert [word for word in BETRAYING if re.search(rf"\b{word}\b", said)] == []
    assert deliver() == []


def test_the_link_of_an_offer_lies_in_no_table(cast: Cast) -> None:
    """Whoever reads what was sent, an auditor too, could answer by it for somebody else."""
    booking = in_line(cast, "offer")
    token = offer_token(booking)
    waiting = Message.objects.get(kind="offer").body
    [(_subject, body)] = deliver()
    sent = Message.objects.get(kind="offer", state="sent").body
    assert (token in body, token in waiting, token in sent) == (True, False, False)
    assert waiting == sent == body.replace(token, "…")


def test_by_the_policy_book_they_are_told_that_it_is_theirs(cast: Cast) -> None:
    in_line(cast, "book")
    assert deliver() == [
        (
            "Your appointment on Sat 21 Nov, 9:00 am",
            "The time that you waited for is yours: Sat 21 Nov, 9:00 am – 12:00 pm.\n\n"
            "If you cannot come, please give it back at http://127.0.0.1:8000/week/.\n\n" + ENDING,
        )
    ]


def test_an_offer_that_ran_out_is_told(cast: Cast) -> None:
    in_line(cast, "offer")
    deliver()
    expire_offers(now=NOW + 2 * HOUR)
    assert deliver(NOW + 2 * HOUR) == [
        (
            "The time on Sat 21 Nov, 9:00 am",
            "The time on Sat 21 Nov, 9:00 am – 12:00 pm was held for you until Wed 18 Nov, 10:02 am and has been "
            "passed on.\n\nYou no longer wait for it. You can ask for it again at http://127.0.0.1:8000/book/.\n\n"
            + ENDING,
        )
    ]


def test_it_goes_out_in_their_language(cast: Cast) -> None:
    booking = in_line(cast, "offer", language="es")
    [(subject, body)] = deliver()
    assert subject == "Quedó libre una hora el sáb 21 nov, 09:00"
    assert body.startswith(
        "Quedó libre una hora el sáb 21 nov, 09:00 – 12:00.\n\nEstá guardada para usted hasta el mié 18 nov, 10:02. "
        f"¿Sí o no? Responda aquí, por favor: {url_of(booking)}\n\n"
    )


@pytest.mark.parametrize("answer", [accept, decline])
def test_what_was_answered_meanwhile_is_not_sent(cast: Cast, answer: object) -> None:
    booking = in_line(cast, "offer")
    answer(booking, actor=cast.ana.user, now=NOW)  # type: ignore[operator]
    assert deliver() == []
    assert states() == [("offer", "dropped", "cancelled")]


def test_an_offer_is_not_sent_once_it_has_run_out(cast: Cast) -> None:
    in_line(cast, "offer")
    assert deliver(NOW + 2 * HOUR) == []
    assert states() == [("offer", "dropped", "too_late")]


def test_who_waits_for_it_again_is_not_told_that_it_was_passed_on(cast: Cast) -> None:
    booking = in_line(cast, "offer")
    expire_offers(now=NOW + 2 * HOUR)
    promote_all(now=NOW + 2 * HOUR)
    cast.booked(cast.ana, booking.session, now=NOW + 2 * HOUR)
    assert deliver(NOW + 2 * HOUR) == []
    assert states() == [("offer", "dropped", "cancelled"), ("offer_ended", "dropped", "cancelled")]


def test_an_offer_whose_session_moves_says_the_new_time(cast: Cast) -> None:
    booking = in_line(cast, "offer")
    session = booking.session
    later = fields_of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    change_session(session, later, actor=None, now=NOW)
    [(subject, _body)] = deliver()
    assert subject == "A time has opened on Sat 21 Nov, 10:00 am"


def test_who_wants_no_mail_gets_none(cast: Cast) -> None:
    quiet = {"quiet_from": at("2026-11-18 21:00").time(), "quiet_until": at("2026-11-18 08:00").time()}
    change_preference(cast.ana, email_enabled=False, **quiet, actor=None, now=NOW)
    in_line(cast, "offer")
    assert not Message.objects.exists()


def test_who_turned_mail_off_since_gets_none_either(cast: Cast) -> None:
    in_line(cast, "offer")
    quiet = {"quiet_from": at("2026-11-18 21:00").time(), "quiet_until": at("2026-11-18 08:00").time()}
    change_preference(cast.ana, email_enabled=False, **quiet, actor=None, now=NOW)
    assert deliver() == []
    assert states() == [("offer", "dropped", "unwanted")]


@pytest.mark.parametrize(
    ("made", "starts", "due"),
    [
        ("2026-11-18 23:00", "21 09:00", "2026-11-19 08:00"),  # quiet hours wait for the morning
        ("2026-11-20 23:00", "21 09:00", "2026-11-20 23:00"),  # by the morning it would have run out
    ],
)
def test_quiet_hours_hold_it_back_unless_it_would_be_too_late(cast: Cast, made: str, starts: str, due: str) -> None:
    booking = in_line(cast, "offer", now=at(made), starts=starts)
    assert booking.status == "offered"
    assert Message.objects.get().due_at == at(due)


def test_the_same_thing_is_told_once(cast: Cast) -> None:
    booking = in_line(cast, "offer")
    follow_waitlist(None, booking_id=booking.pk, what=WaitlistEvent.OFFERED, now=NOW)
    assert (Reminder.objects.count(), Message.objects.count()) == (1, 1)


def test_no_log_line_holds_the_secret(cast: Cast, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    booking = in_line(cast, "offer")
    path = url_of(booking).removeprefix("http://127.0.0.1:8000")
    with caplog.at_level(logging.DEBUG):
        client.get(f"{path}x/")
        client.get(path)
    written = [without_secrets(None, "", {"logger": one.name, "event": one.getMessage()}) for one in caplog.records]
    assert any("/offers/..." in str(line["event"]) for line in written)
    assert not any(path.split("/")[2] in str(line["event"]) for line in written)
