"""An unsigned roster nudges who led it after an hour, the coordinators after a day; once each, true when it goes."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from attendance.services.roster import mark_all_present, sign_roster
from notifications.models import Message, NotificationPreference, Reminder
from notifications.services.delivery import deliver_due
from notifications.services.nudges import queue_nudges
from people.models import Membership
from scheduling.models import Session, SessionCounselor
from scheduling.services.sessions import cancel_session
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db

BEFORE = at("2026-11-17 12:00")
END = at("2026-11-18 21:00")
AN_HOUR, A_DAY = timedelta(minutes=60), timedelta(days=1)


@pytest.fixture
def group(cast: Cast) -> Session:
    """Ana's on Wednesday, 18:00 to 21:00, led by Dana; Cory coordinates, Stranger elsewhere."""
    assert cast.cory.is_active
    assert cast.stranger.is_active
    session = cast.session("2026-11-18 18:00", now=BEFORE)
    cast.booked(cast.ana, session, now=BEFORE)
    return session


def told() -> list[tuple[str, str, str]]:
    rows = Message.objects.order_by("pk").select_related("reminder")
    return [(row.contact, row.reminder.occasion if row.reminder else "", row.state) for row in rows]


@pytest.mark.parametrize(
    ("now", "contacts"),
    [
        (END + AN_HOUR - timedelta(seconds=1), []),
        (END + AN_HOUR, ["dana@example.org"]),
        (END + A_DAY - timedelta(seconds=1), ["dana@example.org"]),
        (END + A_DAY, ["cory@example.org"]),
        (END + 7 * A_DAY, []),
    ],
)
def test_who_is_asked_when(group: Session, now: datetime, contacts: list[str]) -> None:
    assert queue_nudges(now=now) == len(contacts)
    assert [contact for contact, *_ in told()] == contacts


def test_once_each_however_often_it_is_looked(group: Session) -> None:
    moments = [END + AN_HOUR, END + AN_HOUR, END + 5 * AN_HOUR, END + A_DAY, END + A_DAY + AN_HOUR, END + 2 * A_DAY]
    assert [queue_nudges(now=now) for now in moments] == [1, 0, 0, 1, 0, 0]
    assert list(Reminder.objects.order_by("pk").values_list("subject_id", "occasion")) == [
        (group.pk, "60"),
        (group.pk, "1440"),
    ]


def test_it_says_a_day_and_a_time_and_where_to_look(cast: Cast, group: Session) -> None:
    queue_nudges(now=END + AN_HOUR)
    message = Message.objects.get()
    assert (message.subject, message.body, message.sender_name) == (
        "Wed 18 Nov, 6:00 pm: a signature is missing",
        f"A list of Wed 18 Nov, 6:00 pm is not signed yet.\n\nhttp://127.0.0.1:8000/sessions/{group.pk}/roster/\n",
        "Maple Street",
    )
    cast.dana.language = "es"
    cast.dana.save()
    Reminder.objects.all().delete()
    queue_nudges(now=END + 2 * AN_HOUR)
    spanish = Message.objects.order_by("-pk")[0]
    assert spanish.subject == "mié 18 nov, 18:00: falta una firma"
    assert not any(word in message.subject + message.body + spanish.body for word in ("Ana", "group", "Process"))


def test_a_signature_in_the_meantime_makes_it_needless(cast: Cast, group: Session) -> None:
    queue_nudges(now=END + AN_HOUR)
    mark_all_present(group, actor=cast.dana, now=END + AN_HOUR)
    sign_roster(group, actor=cast.dana, now=END + AN_HOUR)
    deliver_due(clock=lambda: END + AN_HOUR)
    assert (mail.outbox, told()) == ([], [("dana@example.org", "60", "dropped")])
    assert queue_nudges(now=END + A_DAY) == 0


def test_it_goes_to_whoever_may_still_sign(cast: Cast, group: Session) -> None:
    queue_nudges(now=END + AN_HOUR)
    queue_nudges(now=END + A_DAY)
    SessionCounselor.objects.filter(session=group).delete()
    deliver_due(clock=lambda: END + A_DAY)
    assert [one.to for one in mail.outbox] == [["cory@example.org"]]
    assert told() == [("dana@example.org", "60", "dropped"), ("cory@example.org", "1440", "sent")]


def test_nobody_is_asked_about_nothing_or_against_their_wish(cast: Cast, group: Session) -> None:
    empty = cast.session("2026-11-18 12:00", minutes=60, now=BEFORE)
    gone = cast.session("2026-11-18 14:00", minutes=60, now=BEFORE)
    cast.booked(cast.patient(), gone, now=BEFORE)
    cancel_session(gone, actor=cast.cory, now=BEFORE)
    NotificationPreference.objects.create(user=cast.dana, email_enabled=False, changed_at=BEFORE)
    assert queue_nudges(now=END + AN_HOUR) == 0
    Membership.objects.filter(user=cast.cory).delete()
    assert queue_nudges(now=END + A_DAY) == 0
    assert (Message.objects.count(), empty.state) == (0, "scheduled")
