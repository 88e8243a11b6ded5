"""Whoever is concerned learns of a change: once for each act, discreetly, and only of what is still new to them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import DjangoAssertNumQueries

from notifications.enums import MessageState
from notifications.models import Change, Message
from notifications.services import change_notices
from notifications.services.change_notices import QUIET, open_changes, queue_changes
from notifications.services.delivery import LEASE, claim, deliver_due
from notifications.services.preferences import change_preference
from notifications.services.recipients import Recipient, recipients_of
from people.models import Counselor, Membership, Patient, User
from scheduling.models import Booking, Session
from scheduling.services.absences import add_leave
from scheduling.services.booking import book, cancel, move
from scheduling.services.series import extend_horizon
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series
from scheduling.services.series_pauses import pause_edit, resume_edit
from scheduling.services.sessions import cancel_session, change_session
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import NOW, Cast, at
from tests.notifications.builders import account_of, fields_of
from tests.notifications.test_texts import FORBIDDEN
from tests.scheduling.services.series_builders import series_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def shifted(session: Session, by: timedelta = HOUR / 2, *, now: datetime = NOW) -> Session:
    session.refresh_from_db()
    fields = fields_of(session, starts_at=session.starts_at + by, ends_at=session.ends_at + by)
    return change_session(session, fields, actor=None, now=now)


def sent(now: datetime = NOW + 2 * QUIET) -> list[tuple[str, str]]:
    """What goes out now: to whom, and its subject."""
    before = len(mail.outbox)
    queue_changes(now=now)
    deliver_due(clock=lambda: now)
    return [(one.to[0].partition("@")[0].rstrip("0123456789"), str(one.subject)) for one in mail.outbox[before:]]


def states() -> list[str]:
    return list(Message.objects.filter(kind="change").order_by("pk").values_list("state", flat=True))


@pytest.fixture
def evening(cast: Cast) -> Session:
    """Tuesday evening, without anybody to lead it."""
    return cast.session("2026-11-24 18:00", counselor=False)


def test_a_moved_session_is_told_to_whoever_is_booked(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    cast.booked(cast.patient("Wen Zhao"), evening)
    shifted(evening)
    assert sent(NOW + MINUTE / 2) == []  # somebody may still be at it
    said = "Your appointment on Tue 24 Nov has moved to 6:30 pm"
    assert sent() == [("ana", said), ("wen", said)]
    assert mail.outbox[0].body == (
        "Your appointment on Tue 24 Nov, 6:00 pm has moved to 6:30 pm.\n\n"
        "All your appointments: http://127.0.0.1:8000/week/\n\n"
        "Questions, or something came up? Call +1 303-555-0100.\n\n"
        "To stop these messages, change your preferences at http://127.0.0.1:8000/preferences/ or tell us when you "
        "call.\n\nMaple Street\n"
    )
    assert sent(NOW + HOUR) == []


def test_a_session_called_off_is_told(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    cancel_session(evening, actor=cast.cory, now=NOW)
    assert sent() == [("ana", "Your appointment on Tue 24 Nov is cancelled")]


def test_an_edit_of_twelve_evenings_is_one_message(cast: Cast) -> None:
    series = series_of(cast, weeks=12, counselors=())
    sessions = list(series.sessions.filter(starts_at__gt=NOW).order_by("starts_at")[:12])
    for session in sessions:
        cast.booked(cast.ana, session)
    changes = {"starts_at_local": f"{series.starts_at_local[:10]}T18:30"}
    edit_series(series, SeriesEdit(Scope.ALL, changes=changes), actor=cast.cory, now=NOW, confirmed_lost=None)
    assert Booking.objects.filter(live=True).count() == 12
    assert sent() == [("ana", "12 of your appointments have changed")]
    body = str(mail.outbox[0].body)
    assert body.startswith("12 of your appointments have changed:\n\n")
    assert body.count(": now 6:30 pm\n") == 12
    assert states() == ["sent"]


def test_what_was_moved_and_moved_back_is_not_told(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    shifted(evening, -HOUR / 2, now=NOW + MINUTE / 2)
    assert sent() == []
    assert (states(), Change.objects.waiting().count()) == ([], 0)


def test_what_is_moved_back_before_it_leaves_is_not_told(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    queue_changes(now=NOW + QUIET)
    shifted(evening, -HOUR / 2, now=NOW + QUIET)
    deliver_due(clock=lambda: NOW + 3 * QUIET)
    assert (len(mail.outbox), states()) == (0, [MessageState.DROPPED])
    assert sent(NOW + HOUR) == []


def test_what_changes_again_before_it_leaves_is_said_as_it_is_then(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    queue_changes(now=NOW + QUIET)
    shifted(evening, HOUR, now=NOW + QUIET)
    other = cast.session("2026-11-25 18:00", counselor=False)
    book(cast.ana, other, actor=cast.cory, now=NOW + QUIET)
    assert sent(NOW + 3 * QUIET) == [("ana", "2 of your appointments have changed")]
    assert "Tue 24 Nov, 6:00 pm: now 7:30 pm\nWed 25 Nov, 6:00 pm: new\n" in str(mail.outbox[0].body)
    assert sent(NOW + HOUR) == []


def test_each_message_tells_what_is_new_since_the_last(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    assert len(sent()) == 1
    shifted(evening, now=NOW + HOUR)
    assert sent(NOW + 2 * HOUR) == [("ana", "Your appointment on Tue 24 Nov has moved to 7:00 pm")]
    assert str(mail.outbox[1].body).startswith("Your appointment on Tue 24 Nov, 6:30 pm has moved to 7:00 pm.")
    shifted(evening, -HOUR, now=NOW + 3 * HOUR)  # back to the first time, which is not the one that they know
    assert sent(NOW + 4 * HOUR) == [("ana", "Your appointment on Tue 24 Nov has moved to 6:00 pm")]


def test_what_one_does_oneself_is_not_told(cast: Cast, evening: Session) -> None:
    ana = account_of(cast.ana)
    booking = book(cast.ana, evening, actor=ana, now=NOW)
    booking = move(booking, cast.session("2026-11-25 18:00", counselor=False), actor=ana, now=NOW)
    cancel(booking, actor=ana, now=NOW)
    assert (sent(), Change.objects.count()) == ([], 0)


def test_what_one_has_answered_by_cancelling_is_not_told(cast: Cast, evening: Session) -> None:
    booking = cast.booked(cast.ana, evening)
    shifted(evening)
    cancel(booking, actor=account_of(cast.ana), now=NOW + MINUTE)
    assert sent(NOW + HOUR) == []


def test_what_staff_do_for_somebody_is_told(cast: Cast, evening: Session) -> None:
    booking = book(cast.ana, evening, actor=cast.cory, now=NOW)
    assert sent() == [("ana", "A new appointment on Tue 24 Nov, 6:00 pm")]
    other = cast.session("2026-11-25 19:00", counselor=False)
    booking = move(booking, other, actor=cast.cory, now=NOW + HOUR)
    assert sent(NOW + 2 * HOUR) == [("ana", "Your appointment on Tue 24 Nov has moved to Wed 25 Nov, 7:00 pm")]
    cancel(booking, actor=cast.cory, now=NOW + 3 * HOUR)
    assert sent(NOW + 4 * HOUR) == [("ana", "Your appointment on Wed 25 Nov is cancelled")]


def test_cancelled_and_booked_again_is_not_told(cast: Cast, evening: Session) -> None:
    booking = cast.booked(cast.ana, evening)
    cancel(booking, actor=cast.cory, now=NOW)
    book(cast.ana, evening, actor=cast.cory, now=NOW + MINUTE / 2)
    assert (sent(), states()) == ([], [])


def test_a_leave_that_takes_two_evenings_is_one_message(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    cast.booked(cast.ana, cast.session("2026-11-25 18:00", counselor=False))
    admission = cast.admission_of(cast.ana)
    days: dict[str, Any] = {"starts_on": date(2026, 11, 24), "ends_on": date(2026, 11, 26)}
    add_leave(admission, **days, actor=cast.cory, now=NOW, preview=True)
    assert Change.objects.count() == 0
    add_leave(admission, **days, actor=cast.cory, now=NOW)
    assert sent() == [("ana", "2 of your appointments have changed")]
    assert "Tue 24 Nov, 6:00 pm: cancelled\nWed 25 Nov, 6:00 pm: cancelled\n" in str(mail.outbox[0].body)


def test_whoever_waits_in_line_hears_nothing(cast: Cast) -> None:
    session = cast.session("2026-11-24 18:00", capacity=1, counselor=False)
    cast.booked(cast.patient("Wen Zhao"), session)
    cast.booked(cast.ana, session, waitlist=True)
    cancel_session(session, actor=cast.cory, now=NOW)
    assert sent() == [("wen", "Your appointment on Tue 24 Nov is cancelled")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": "telehealth", "room": None}, "by video"),
        ({"room": None}, "in another room"),
        ({"capacity": 8, "title": "Another name"}, None),
    ],
)
def test_another_place_or_way_is_told(cast: Cast, evening: Session, changes: dict[str, Any], words: str | None) -> None:
    cast.booked(cast.ana, evening)
    change_session(evening, fields_of(evening, **changes), actor=cast.cory, now=NOW)
    found = sent()
    if words is None:
        assert found == []
    else:
        assert found == [("ana", "Your appointment on Tue 24 Nov, 6:00 pm has changed")]
        assert f"has changed: {words}.\n" in str(mail.outbox[0].body)


def test_an_appointment_that_is_over_is_not_announced(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    assert sent(at("2026-11-24 18:31")) == []
    assert Change.objects.waiting().count() == 0


def test_the_night_is_quiet_unless_it_is_urgent(cast: Cast) -> None:
    night = at("2026-11-23 22:00")
    soon = cast.session("2026-11-24 09:00", counselor=False)
    later = cast.session("2026-11-24 18:00", counselor=False)
    cast.booked(cast.patient("Abe Moss"), soon)
    cast.booked(cast.patient("Wen Zhao"), later)
    shifted(soon, now=night)
    shifted(later, now=night)
    assert [who for who, _said in sent(night + 2 * MINUTE)] == ["abe"]
    assert sent(at("2026-11-24 07:59")) == []
    assert [who for who, _said in sent(at("2026-11-24 08:00"))] == ["wen"]


def test_what_begins_within_the_hour_does_not_wait(cast: Cast) -> None:
    soon = cast.session("2026-11-18 09:00", counselor=False)
    cast.booked(cast.patient("Wen Zhao"), soon)
    cancel_session(soon, actor=cast.cory, now=NOW)
    assert sent(NOW) == [("wen", "Your appointment on Wed 18 Nov is cancelled")]


def test_who_leads_and_who_is_replaced_are_told(cast: Cast) -> None:
    session = cast.session("2026-11-24 18:00")
    eli = colleague(cast)
    change_session(session, fields_of(session, counselors=(eli,)), actor=cast.cory, now=NOW)
    assert sent() == [
        ("dana", "Your appointment on Tue 24 Nov, 6:00 pm has changed"),
        ("eli", "A new appointment on Tue 24 Nov, 6:00 pm"),
    ]
    assert "has changed: somebody else takes it over.\n" in str(mail.outbox[0].body)
    cancel_session(session, actor=cast.cory, now=NOW + HOUR)
    assert sent(NOW + 2 * HOUR) == [("eli", "Your appointment on Tue 24 Nov is cancelled")]


def test_who_changes_their_own_session_is_not_told(cast: Cast) -> None:
    session = cast.session("2026-11-24 18:00")
    cancel_session(session, actor=cast.dana, now=NOW)
    assert sent() == []


def test_who_wants_no_mail_gets_none(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    queue_changes(now=NOW + QUIET)
    quiet = {"quiet_from": at("2026-11-18 21:00").time(), "quiet_until": at("2026-11-18 08:00").time()}
    change_preference(cast.ana, email_enabled=False, **quiet, actor=None, now=NOW + QUIET)
    assert sent() == []
    assert (states(), Change.objects.waiting().count()) == ([MessageState.DROPPED], 1)
    assert sent(NOW + HOUR) == []


def test_a_claimed_message_has_not_told_anything(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)
    queue_changes(now=NOW + QUIET)
    message = Message.objects.get(kind="change")
    assert claim(message.pk, now=NOW + QUIET) is not None  # and its process dies
    assert sent(NOW + 2 * QUIET) == []
    shifted(evening, -HOUR / 2, now=NOW + 2 * QUIET)  # they were never told of the other time
    assert sent(NOW + QUIET + LEASE) == []
    assert states() == [MessageState.DROPPED]


def test_two_sweeps_write_one_message(cast: Cast, evening: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.booked(cast.ana, evening)
    shifted(evening)

    def meanwhile(keys: Iterable[str]) -> dict[str, Recipient]:
        """Between the first sweep's reading and its writing, another one does all of it."""
        monkeypatch.setattr(change_notices, "recipients_of", recipients_of)
        queue_changes(now=NOW + QUIET)
        return recipients_of(keys)

    monkeypatch.setattr(change_notices, "recipients_of", meanwhile)
    queue_changes(now=NOW + QUIET)
    assert states() == ["pending"]


def test_what_is_rolled_back_is_not_told(cast: Cast, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    cast.booked(cast.ana, cast.session("2026-11-25 19:00", counselor=False, room=False))
    before = Change.objects.count()
    with pytest.raises(Exception, match="overlaps_booking"):
        shifted(evening, timedelta(hours=25))
    assert Change.objects.count() == before


def test_no_word_betrays_anything(cast: Cast, evening: Session) -> None:
    friday = cast.session("2026-11-27 18:00", counselor=False)
    for language in ("en", "es"):
        patient = cast.patient()
        Patient.objects.filter(pk=patient.pk).update(language=language)
        cast.booked(patient, evening)
        book(patient, friday, actor=cast.cory, now=NOW)
    User.objects.filter(pk=cast.dana.pk).update(language="es")
    led = cast.session("2026-11-25 18:00")
    cancel_session(led, actor=cast.cory, now=NOW)
    shifted(evening)
    assert len(sent()) == 3
    for one in mail.outbox:
        assert FORBIDDEN.search(f"{one.subject} {one.body}".replace("Maple Street", "")) is None


def test_in_spanish(cast: Cast, evening: Session) -> None:
    Patient.objects.filter(pk=cast.ana.pk).update(language="es")
    cast.booked(cast.ana, evening)
    shifted(evening)
    assert sent() == [("ana", "Su cita del mar 24 nov pasa a: 18:30")]
    assert str(mail.outbox[0].body).startswith("Su cita del mar 24 nov, 18:00, pasa a: 18:30.")


@pytest.mark.parametrize("people", [1, 30])
def test_reading_costs_the_same_for_many(
    cast: Cast, evening: Session, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = cast.session("2026-11-26 18:00", capacity=30, room=False, counselor=False)
    for _ in range(people):
        cast.booked(cast.patient(), session)
    shifted(session)
    recipients = list(Change.objects.values_list("recipient", flat=True))
    assert len(recipients) == people
    with django_assert_num_queries(4):
        open_changes(recipients, now=NOW)


def colleague(cast: Cast) -> Counselor:
    user = cast.user("eli")
    Membership.objects.create(user=user, role="counselor", site=cast.site)
    row = Counselor.objects.create(user=user, name="Eli Stone")
    row.sites.add(cast.site)
    return row


def test_a_pause_is_told_and_its_end_as_well_but_not_what_a_worker_books_besides(cast: Cast) -> None:
    """Whoever has a standing booking expects each evening; only those that they were told are off are told again."""
    series = series_of(cast, weeks=2, counselors=())
    join_track(cast.ana, TrackWish((series,), date(2026, 11, 23)), actor=account_of(cast.ana), now=NOW)
    assert sent() == []
    paused = pause_edit(series, starts_on=date(2026, 11, 23), ends_on=date(2026, 11, 25))
    edit_series(series, paused, actor=cast.cory, now=NOW, confirmed_lost=None)
    assert sent() == [("ana", "2 of your appointments have changed")]
    extend_horizon(now=NOW, weeks=6)
    assert sent(NOW + HOUR) == []
    edit_series(series, resume_edit(series, series.pauses.get()), actor=cast.cory, now=NOW + HOUR)
    assert sent(NOW + 2 * HOUR) == [("ana", "You have 2 new appointments")]
    assert "Mon 23 Nov, 6:00 pm: new\nWed 25 Nov, 6:00 pm: new\n" in str(mail.outbox[1].body)
