"""Who is to lead something new, and who was only asked, learn of it in the same way: once, and discreetly."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail

from notifications.models import Change
from people.models import Patient
from people.services.closures import ClosureFields
from scheduling.models import Booking
from scheduling.services.absences import discharge
from scheduling.services.booking import cancel
from scheduling.services.closures import close_site
from scheduling.services.seat_offers import accept, decline, expire_offers
from scheduling.services.series import SeriesFields, create_series, extend_horizon
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series, edit_session
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import cancel_session, create_session
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast, at
from tests.notifications.test_change_notices import sent, shifted
from tests.notifications.test_texts import FORBIDDEN

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def session_fields(cast: Cast, starts: str) -> SessionFields:
    """Three hours that Dana is to lead."""
    return SessionFields(
        program=cast.program,
        site=cast.site,
        kind="group",
        title="Process group",
        starts_at=at(starts),
        ends_at=at(starts) + 3 * HOUR,
        capacity=12,
        counselors=(cast.dana_counselor,),
    )


def series_fields(cast: Cast) -> SeriesFields:
    """Mondays and Wednesdays from today on."""
    return SeriesFields(
        program=cast.program,
        site=cast.site,
        kind="group",
        title="Process group",
        rrule="FREQ=WEEKLY;BYDAY=MO,WE",
        starts_at_local="2026-11-18T18:00",
        duration_minutes=180,
        capacity=12,
        counselors=(cast.dana_counselor,),
    )


def test_a_new_session_is_told_to_whoever_is_to_lead_it(cast: Cast) -> None:
    planned = session_fields(cast, "2026-11-24 18:00")
    create_session(planned, actor=cast.cory, now=NOW)
    assert sent() == [("dana", "A new appointment on Tue 24 Nov, 6:00 pm")]
    body = str(mail.outbox[0].body)
    assert body.startswith(
        "You have a new appointment on Tue 24 Nov, 6:00 pm.\n\nAll your appointments: http://127.0.0.1:8000/schedule/\n"
    )
    assert FORBIDDEN.search(body) is None
    create_session(session_fields(cast, "2026-11-25 18:00"), actor=cast.dana, now=NOW + HOUR)
    create_session(session_fields(cast, "2026-11-17 18:00"), actor=cast.cory, now=NOW + HOUR)
    assert sent(NOW + 2 * HOUR) == []


def test_a_new_series_is_one_message_and_its_later_evenings_none(cast: Cast) -> None:
    series = create_series(series_fields(cast), actor=cast.cory, now=NOW, weeks=12)
    assert sent() == [("dana", "You have 25 new appointments")]
    lines = str(mail.outbox[0].body).split("\n\n")[1].splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("Wed 18 Nov, 6:00 pm: new", 21, "and 5 more")
    extend_horizon(now=NOW + HOUR, weeks=14)
    assert sent(NOW + 2 * HOUR) == []
    rule = {"rrule": "FREQ=WEEKLY;BYDAY=MO,WE,FR"}
    edit_series(series, SeriesEdit(Scope.ALL, rule), actor=cast.cory, now=NOW + 3 * HOUR)
    assert sent(NOW + 4 * HOUR) == [("dana", "You have 14 new appointments")]


def test_a_new_session_that_is_called_off_at_once_is_not_told(cast: Cast) -> None:
    made = create_session(session_fields(cast, "2026-11-24 18:00"), actor=cast.cory, now=NOW)
    cancel_session(made, actor=cast.cory, now=NOW + MINUTE / 2)
    assert (sent(), Change.objects.waiting().count()) == ([], 0)


def offered(cast: Cast, patient: Patient, *, starts: str = "2026-11-21 09:00") -> Booking:
    """The patient was asked for a seat that was given back."""
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session(starts, capacity=1, counselor=False)
    holder = cast.booked(cast.patient("Wen Zhao"), session)
    waiting = cast.booked(patient, session, waitlist=True)
    cancel(holder, actor=holder.patient.user, now=NOW)
    Change.objects.all().delete()  # Wen's
    promote_all(now=NOW)
    found = Booking.objects.get(pk=waiting.pk)
    assert found.status == "offered"
    return found


def test_an_offer_that_moves_is_told_once(cast: Cast) -> None:
    booking = offered(cast, cast.ana)
    assert sent(NOW) == [("ana", "A time has opened on Sat 21 Nov, 9:00 am")]
    shifted(booking.session)
    shifted(booking.session, now=NOW + MINUTE / 2)
    assert sent() == [("ana", "The time held for you on Sat 21 Nov, 9:00 am has changed")]
    body = str(mail.outbox[1].body)
    assert body.startswith(
        "The time held for you on Sat 21 Nov, 9:00 am has changed: now 10:00 am. It is held for you until Wed 18 Nov, "
        "10:02 am. Please answer under your appointments.\n\nAll your appointments: http://127.0.0.1:8000/week/\n"
    )
    assert FORBIDDEN.search(body) is None
    assert sent(NOW + HOUR) == []


@pytest.mark.parametrize("by", ["hand", "closure", "the seat alone", "discharge"])
def test_an_offer_that_is_called_off_is_told_as_what_it_was(cast: Cast, by: str) -> None:
    booking = offered(cast, cast.ana)
    sent(NOW)
    if by == "hand":
        cancel_session(booking.session, actor=cast.cory, now=NOW)
    elif by == "the seat alone":
        cancel(booking, actor=cast.cory, now=NOW)
        cancel(booking, actor=cast.cory, now=NOW)
    elif by == "discharge":
        discharge(booking.admission, discharged_on=date(2026, 11, 19), actor=cast.cory, now=NOW)
    else:
        storm = ClosureFields(date(2026, 11, 21), date(2026, 11, 21), "Storm")
        close_site(cast.site, storm, actor=cast.cory, now=NOW)
    assert sent() == [("ana", "The time on Sat 21 Nov, 9:00 am is no longer held for you")]
    assert str(mail.outbox[1].body).startswith(
        "The time on Sat 21 Nov, 9:00 am that was held for you cannot be kept.\n\n"
    )
    assert sent(NOW + HOUR) == []


def test_an_offer_that_one_cancels_oneself_is_not_told(cast: Cast) -> None:
    booking = offered(cast, cast.ana)
    sent(NOW)
    cancel(booking, actor=cast.ana.user, now=NOW)
    assert (sent(), Change.objects.filter(patient=cast.ana).count()) == ([], 0)


def test_an_offer_that_an_edit_takes_is_told_too(cast: Cast) -> None:
    booking = offered(cast, cast.ana, starts="2026-11-24 18:00")
    sent(NOW)
    edit = SeriesEdit(Scope.THIS, {"starts_at_local": "2026-11-24T10:00"}, "2026-11-24T18:00")  # Ana works then
    edit_session(booking.session, edit, actor=cast.cory, now=NOW, confirmed_lost=None)
    booking.refresh_from_db()
    assert (booking.status, booking.offer_expires_at is None) == ("cancelled", False)
    assert sent() == [("ana", "The time on Tue 24 Nov, 6:00 pm is no longer held for you")]


def test_who_has_not_heard_of_an_offer_hears_only_how_it_is(cast: Cast) -> None:
    booking = offered(cast, cast.ana)
    shifted(booking.session)
    assert sent() == [("ana", "A time has opened on Sat 21 Nov, 9:30 am")]
    other = offered(cast, cast.ben, starts="2026-11-22 09:00")
    cancel_session(other.session, actor=cast.cory, now=NOW)
    assert sent(NOW + HOUR) == []


@pytest.mark.parametrize("answer", [accept, decline, None])
def test_an_answer_or_its_end_settles_what_was_to_be_told(cast: Cast, answer: Any) -> None:
    booking = offered(cast, cast.ana)
    sent(NOW)
    shifted(booking.session)
    if answer is None:
        expire_offers(now=NOW + 2 * HOUR)
        assert sent(NOW + 2 * HOUR) == [("ana", "The time on Sat 21 Nov, 9:30 am")]
    else:
        answer(booking, actor=cast.ana.user, now=NOW)
    assert sent(NOW + 3 * HOUR) == []
    assert not Change.objects.filter(patient=cast.ana).exists()


def test_an_accepted_offer_that_moves_is_an_appointment(cast: Cast) -> None:
    booking = offered(cast, cast.ana)
    sent(NOW)
    accept(booking, actor=cast.ana.user, now=NOW)
    shifted(booking.session)
    assert sent() == [("ana", "Your appointment on Sat 21 Nov has moved to 9:30 am")]
