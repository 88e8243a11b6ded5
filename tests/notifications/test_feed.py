"""What a feed shows, property by property, and how it follows the bookings."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from notifications.enums import EventStatus, FeedDetail
from notifications.models import CalendarEvent, CalendarFeed
from notifications.receivers import follow_bookings
from notifications.services.events import sync_patient
from notifications.services.feeds import change_feed, create_feed, rotate_feed
from people.models import Patient
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session
from scheduling.services.booking import cancel, move
from scheduling.services.sessions import cancel_session, change_session
from scheduling.signals import bookings_changed
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of
from tests.notifications.reading import fetch, lines_of, summaries, vevents

HOUR = timedelta(hours=1)
FORBIDDEN_PROPERTIES = (
    "ORGANIZER",
    "ATTENDEE",
    "RRULE",
    "CATEGORIES",
    "DURATION",
    "TZID",
    "VTIMEZONE",
    "METHOD",
    "URL",
)


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def feed_of(patient: Patient, **options: object) -> str:
    return create_feed(patient, actor=None, now=NOW, **options)[1]  # type: ignore[arg-type]


def test_a_booking_is_one_event_with_these_properties_and_no_other(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    assert vevents(fetch(feed_of(cast.ana)).content) == [
        [
            "CLASS:PRIVATE",
            "DTEND:20261120T040000Z",
            "DTSTAMP:20261118T150200Z",
            "DTSTART:20261120T010000Z",
            "LAST-MODIFIED:20261118T150200Z",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "SUMMARY:Appointment",
            "TRANSP:OPAQUE",
            f"UID:{booking.uid}",
        ]
    ]


def test_the_calendar_itself(cast: Cast) -> None:
    url = feed_of(cast.ana, name="Línea, mía", color="teal")
    assert lines_of(fetch(url).content) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Steadyweek//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Línea\\, mía",
        "X-WR-CALNAME:Línea, mía",
        "COLOR:teal",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-APPLE-CALENDAR-COLOR:#008080",
        "X-PUBLISHED-TTL:PT1H",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(("detail", "summary"), [("busy", "Busy"), ("appointment", "Appointment")])
def test_a_discreet_feed_says_one_word_and_nothing_else(cast: Cast, detail: str, summary: str) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    body = fetch(feed_of(cast.ana, detail=detail)).content
    assert summaries(body) == [summary]
    text = body.decode()
    assert [word for word in ("Process", "group", "Maple", "Room", "Evening", "Dana", "LOCATION") if word in text] == []
    assert [name for name in FORBIDDEN_PROPERTIES if f"\n{name}" in text] == []


def test_full_detail_shows_title_and_place(cast: Cast) -> None:
    cast.site.directions = "Side door, second floor"
    cast.site.save()
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    shown = vevents(fetch(feed_of(cast.ana, detail="full")).content)[0]
    assert [line for line in shown if line.partition(":")[0] in {"SUMMARY", "LOCATION", "DESCRIPTION"}] == [
        "DESCRIPTION:Side door\\, second floor",
        "LOCATION:Room 4\\, Maple Street\\, 214 Maple Street",
        "SUMMARY:Process group",
    ]


def test_a_telehealth_link_never_leaves(cast: Cast) -> None:
    session = cast.session(
        "2026-11-19 18:00", room=False, mode="telehealth", telehealth_url="https://video.example/secret"
    )
    cast.booked(cast.ana, session)
    body = fetch(feed_of(cast.ana, detail="full")).content
    assert b"video.example" not in body
    assert "LOCATION:By video" in lines_of(body)


def test_an_alarm_only_where_the_owner_wants_one(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    gone = cast.booked(cast.ana, cast.session("2026-11-20 18:00"))
    url, silent = feed_of(cast.ana, alarm_minutes=90), feed_of(cast.ana)
    cancel(gone, actor=None, now=NOW)
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Appointment\r\nTRIGGER:-PT1H30M\r\nEND:VALARM\r\nEND:VEVENT"
    assert fetch(url).content.decode().count(alarm) == 1  # and none for the cancelled one
    assert b"VALARM" not in fetch(silent).content


def test_words_are_in_the_owners_language(cast: Cast) -> None:
    cast.ana.language = "es"
    cast.ana.save()
    gone = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    cast.booked(cast.ana, cast.session("2026-11-20 18:00"))
    url = feed_of(cast.ana)
    cancel(gone, actor=None, now=NOW)
    assert CalendarFeed.objects.get().name == "Citas"
    assert summaries(fetch(url).content) == ["Cancelada: Cita", "Cita"]


def test_a_cancelled_booking_stays_for_fourteen_days_and_says_so(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    url = feed_of(cast.ana)
    cancel(booking, actor=None, now=NOW + HOUR)
    assert vevents(fetch(url).content) == [
        [
            "CLASS:PRIVATE",
            "DTEND:20261120T040000Z",
            "DTSTAMP:20261118T160200Z",
            "DTSTART:20261120T010000Z",
            "LAST-MODIFIED:20261118T160200Z",
            "SEQUENCE:1",
            "STATUS:CANCELLED",
            "SUMMARY:Cancelled: Appointment",
            "TRANSP:TRANSPARENT",
            f"UID:{booking.uid}",
        ]
    ]
    with time_machine.travel(datetime(2026, 12, 2, 23, 59, tzinfo=UTC), tick=False):
        assert summaries(fetch(url).content) == ["Cancelled: Appointment"]
    with time_machine.travel(datetime(2026, 12, 3, 0, 0, tzinfo=UTC), tick=False):
        assert summaries(fetch(url).content) == []


def test_booking_again_revives_the_same_event(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    first = cast.booked(cast.ana, session)
    url = feed_of(cast.ana)
    cancel(first, actor=None, now=NOW + HOUR)
    second = cast.booked(cast.ana, session, now=NOW + 2 * HOUR)
    assert second.pk != first.pk
    event = CalendarEvent.objects.get()
    assert (event.uid, event.sequence, event.status, event.cancelled_at) == (first.uid, 2, "confirmed", None)
    assert summaries(fetch(url).content) == ["Appointment"]


def test_a_move_cancels_one_event_and_makes_another(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    feed_of(cast.ana)
    moved = move(booking, cast.session("2026-11-20 18:00"), actor=None, now=NOW + HOUR)
    rows = CalendarEvent.objects.order_by("starts_at").values_list("uid", "sequence", "status", "starts_at")
    assert list(rows) == [
        (booking.uid, 1, EventStatus.CANCELLED, at("2026-11-19 18:00")),
        (moved.uid, 0, EventStatus.CONFIRMED, at("2026-11-20 18:00")),
    ]
    assert moved.uid != booking.uid


def test_a_session_that_moves_keeps_its_uid_and_raises_the_sequence(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    booking = cast.booked(cast.ana, session)
    feed_of(cast.ana)
    shifted = fields_of(session, starts_at=at("2026-11-19 18:30"), ends_at=at("2026-11-19 21:30"))
    change_session(session, shifted, actor=None, now=NOW + HOUR)
    event = CalendarEvent.objects.get()
    assert (event.uid, event.sequence, event.starts_at) == (booking.uid, 1, at("2026-11-19 18:30"))
    assert event.changed_at == NOW + HOUR


def test_another_room_raises_the_sequence_and_another_title_does_not(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    cast.booked(cast.ana, session)
    url = feed_of(cast.ana, detail="full")
    change_session(session, fields_of(session, title="Skills"), actor=None, now=NOW + HOUR)
    assert CalendarEvent.objects.get().sequence == 0
    assert summaries(fetch(url).content) == ["Skills"]
    change_session(session, fields_of(session, title="Skills", room=None), actor=None, now=NOW + 2 * HOUR)
    assert CalendarEvent.objects.get().sequence == 1


def test_a_session_called_off_is_cancelled_in_every_calendar(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    urls = []
    for patient in (cast.ana, cast.ben):
        cast.booked(patient, session, accept_work_overlap=True)
        urls.append(feed_of(patient))
    cancel_session(session, actor=None, now=NOW + HOUR)
    assert [summaries(fetch(url).content) for url in urls] == [["Cancelled: Appointment"]] * 2


def test_the_waiting_list_is_never_shown_and_an_offer_is_tentative(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00", capacity=1)
    cast.booked(cast.patient(), session)
    waiting = cast.booked(cast.ana, session, waitlist=True)
    url = feed_of(cast.ana)
    assert waiting.status == BookingStatus.WAITLISTED
    assert summaries(fetch(url).content) == []
    Booking.objects.filter(pk=waiting.pk).update(status=BookingStatus.OFFERED, live=True, offer_expires_at=NOW + HOUR)
    bookings_changed.send(Booking, booking_ids=[waiting.pk], now=NOW + HOUR)
    assert "STATUS:TENTATIVE" in lines_of(fetch(url).content)


def test_the_window_moves_with_the_day(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))  # 20 November in UTC
    url = feed_of(cast.ana)
    for day, shown in [("2026-05-23", 0), ("2026-05-24", 1), ("2027-01-19", 1), ("2027-01-20", 0)]:
        with time_machine.travel(f"{day}T12:00:00+00:00", tick=False):
            assert len(vevents(fetch(url).content)) == shown, day
    assert booking.starts_at == datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_only_ones_own_bookings(cast: Cast) -> None:
    session = cast.session("2026-11-19 18:00")
    own = cast.booked(cast.ana, session)
    cast.booked(cast.ben, session, accept_work_overlap=True)
    feed_of(cast.ben)
    body = fetch(feed_of(cast.ana)).content.decode()
    assert [line for line in lines_of(body.encode()) if line.startswith("UID")] == [f"UID:{own.uid}"]


def test_uids_survive_rotation_and_a_second_feed(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    feed, url = create_feed(cast.ana, actor=None, now=NOW)
    before = fetch(url).content
    _, rotated = rotate_feed(feed, actor=None, now=NOW + HOUR)
    other = feed_of(cast.ana)
    assert fetch(rotated).content == before == fetch(other).content


def test_events_are_kept_only_while_somebody_looks(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    assert not CalendarEvent.objects.exists()
    feed_of(cast.ana)
    assert CalendarEvent.objects.count() == 1
    cast.booked(cast.ben, cast.session("2026-11-20 18:00"), accept_work_overlap=True)
    assert CalendarEvent.objects.count() == 1


def test_what_changed_while_no_feed_was_live_is_caught_up(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    feed_of(cast.ana)
    CalendarFeed.objects.update(revoked_at=NOW)
    cancel(booking, actor=None, now=NOW + HOUR)
    cast.booked(cast.ana, cast.session("2026-11-20 18:00"), now=NOW + HOUR)
    url = create_feed(cast.ana, actor=None, now=NOW + 2 * HOUR)[1]
    assert summaries(fetch(url).content) == ["Cancelled: Appointment", "Appointment"]
    assert CalendarEvent.objects.order_by("starts_at").values_list("cancelled_at", flat=True)[0] == NOW + HOUR


def test_nothing_is_written_where_nothing_changed(cast: Cast) -> None:
    booking = cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    feed_of(cast.ana)
    before = (CalendarFeed.objects.values().get(), CalendarEvent.objects.values().get())
    bookings_changed.send(Booking, booking_ids=[booking.pk], now=NOW + HOUR)
    assert sync_patient(cast.ana.pk, now=NOW + HOUR) == 0
    assert (CalendarFeed.objects.values().get(), CalendarEvent.objects.values().get()) == before


def test_two_changes_in_one_second_have_two_versions_and_two_times(cast: Cast) -> None:
    feed = create_feed(cast.ana, actor=None, now=NOW)[0]
    seen = [(feed.version, feed.changed_at)]
    for day in (19, 20):
        cast.booked(cast.ana, cast.session(f"2026-11-{day} 18:00"), now=NOW)
        feed.refresh_from_db()
        seen.append((feed.version, feed.changed_at))
    second = timedelta(seconds=1)
    assert seen == [(1, NOW), (2, NOW + second), (3, NOW + 2 * second)]


@pytest.mark.parametrize("count", [1, 30])
def test_a_change_costs_the_same_however_many_are_booked(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    session = cast.session("2026-11-19 18:00", capacity=30, room=False)
    session = Session.objects.get(pk=session.pk)
    for _ in range(count):
        patient = cast.patient()
        cast.booked(patient, session)
        feed_of(patient)
    bookings = list(Booking.objects.values_list("pk", flat=True))
    Booking.objects.update(starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    with django_assert_num_queries(8):
        follow_bookings(Booking, booking_ids=bookings, now=NOW + HOUR)
    assert CalendarEvent.objects.filter(sequence=1).count() == count


def test_a_changed_look_changes_the_feed_and_not_its_address(cast: Cast) -> None:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    feed, url = create_feed(cast.ana, actor=None, now=NOW)
    etag = fetch(url)["ETag"]
    change_feed(feed, name="Mine", detail=FeedDetail.BUSY, alarm_minutes=None, actor=None, now=NOW + HOUR)
    answer = fetch(url)
    assert summaries(answer.content) == ["Busy"]
    assert answer["ETag"] != etag
