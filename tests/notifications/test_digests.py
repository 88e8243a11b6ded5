"""The morning digest: one for each coordinator and weekday, in figures, true when it leaves."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from attendance.services.flags import evaluate
from attendance.services.weeks import ensure_weeks, recount_stale
from notifications.models import Message, Reminder
from notifications.services.delivery import deliver_due
from notifications.services.digests import queue_digests
from people.models import Membership
from scheduling.services.opening import change_opening_hours
from scheduling.services.series import extend_horizon
from scheduling.services.sessions import cancel_session
from tests.cast import NOW, Cast, at
from tests.scheduling.services.series_builders import series_of

pytestmark = pytest.mark.django_db


def short_week(cast: Cast) -> None:
    assert cast.cory.is_active
    assert cast.patient("Wen Zhao").pk
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    evaluate(now=NOW)


def test_it_says_how_many_and_where_to_look_and_no_name(cast: Cast) -> None:
    short_week(cast)
    assert queue_digests(now=NOW) == 1
    message = Message.objects.get()
    assert (message.user, message.contact, message.kind) == (cast.cory, "cory@example.org", "digest")
    assert message.subject == "This morning: 1 week is short, 5 flags are open"
    assert message.body == ("1 week is short, 5 flags are open.\n\nhttp://127.0.0.1:8000/compliance/\n")
    assert "Wen" not in message.subject + message.body


def test_it_says_that_later_dates_are_not_held(cast: Cast) -> None:
    short_week(cast)
    series = series_of(cast, weeks=1, rrule="FREQ=WEEKLY;BYDAY=MO", starts_at_local="2026-11-23T18:00")
    cancel_session(series.sessions.get(), actor=None, now=NOW)
    change_opening_hours(cast.site, {"0": [["08:00", "17:00"]]}, actor=None, now=NOW)
    extend_horizon(now=NOW, weeks=3)
    queue_digests(now=NOW)
    assert "2 dates ahead lie outside the opening hours." in Message.objects.get(kind="digest").body


def test_one_a_person_and_date_however_often_it_is_asked(cast: Cast) -> None:
    short_week(cast)
    assert [queue_digests(now=NOW + timedelta(minutes=minutes)) for minutes in (0, 1, 60)] == [1, 0, 0]
    assert queue_digests(now=NOW + timedelta(days=1)) == 1
    assert sorted(Reminder.objects.values_list("occasion", flat=True)) == ["2026-11-18", "2026-11-19"]


@pytest.mark.parametrize(
    ("now", "queued"),
    [
        (at("2026-11-18 06:59"), 0),
        (at("2026-11-18 07:00"), 1),
        (at("2026-11-18 11:59"), 1),
        (at("2026-11-18 12:00"), 0),
        (at("2026-11-21 08:00"), 0),
        (at("2026-11-22 08:00"), 0),
    ],
)
def test_on_weekday_mornings_of_the_site_alone(cast: Cast, now: datetime, queued: int) -> None:
    short_week(cast)
    assert queue_digests(now=now) == queued


def test_nothing_to_tell_and_nobody_to_tell(cast: Cast) -> None:
    assert cast.cory.is_active
    assert queue_digests(now=NOW) == 0
    short_week(cast)
    assert cast.stranger.is_active
    assert queue_digests(now=NOW) == 1  # the other site's coordinator has nothing to look at


def test_what_leaves_is_true_at_that_moment(cast: Cast) -> None:
    short_week(cast)
    queue_digests(now=NOW)
    deliver_due(clock=lambda: NOW)
    assert [one.to for one in mail.outbox] == [["cory@example.org"]]
    queue_digests(now=NOW + timedelta(days=1))
    deliver_due(clock=lambda: NOW + timedelta(days=1, hours=6))
    Membership.objects.filter(user=cast.cory).delete()
    queued = NOW + timedelta(days=2)
    assert queue_digests(now=queued) == 0
    states = Message.objects.order_by("pk").values_list("state", "last_error")
    assert list(states) == [("sent", ""), ("dropped", "too_late")]
