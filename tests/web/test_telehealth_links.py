"""The link of a session by video, wherever it could show: only to who is booked or leads, and only near the time."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from notifications.services.feeds import create_feed
from people.models import User
from scheduling.models import Booking, Session
from scheduling.services.booking import cancel, move
from tests.cast import NOW, Cast, at
from tests.web.reading import open_page
from tests.web.test_family import invited

pytestmark = pytest.mark.django_db

LINK = "https://video.example.org/room"
STARTS = at("2026-11-19 18:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def evening(cast: Cast) -> Session:
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    return cast.session("2026-11-19 18:00", capacity=2, mode="telehealth", telehealth_url=LINK, room=False)


def where_shown(client: Client, user: User | None, session: Session, *, minute: int = 0) -> set[str]:
    """The addresses, of all that a patient or somebody of the clinic may open, whose source holds the link."""
    assert user is not None
    day = f"{session.starts_at.astimezone(session.site.zone):%Y-%m-%d}"
    bookings = Booking.objects.visible_to(user).values_list("pk", flat=True)
    paths = [
        *("/week/", "/book/", f"/book/?day={day}", "/plan/", "/today/", "/more/", "/calendar/", "/family/"),
        *(f"/schedule/?week={day}", f"/schedule/sessions/{session.pk}/", f"/sessions/{session.pk}/roster/"),
        *("/api/v1/sessions/", f"/api/v1/sessions/{session.pk}/", "/api/v1/sessions/?fits=true", "/api/v1/bookings/"),
        *(f"/bookings/{pk}/" for pk in bookings),
        *(f"/bookings/{pk}/move/" for pk in bookings),
        *(f"/api/v1/bookings/{pk}/" for pk in bookings),
        f"/api/v1/sessions/{session.pk}/roster/",
    ]
    with time_machine.travel(STARTS + minute * MINUTE, tick=False):
        client.force_login(user)
        return {
            path
            for path in paths
            for headers in ({}, {"HX-Request": "true"})
            if LINK.encode() in client.get(path, headers=headers).content
        }


def given_up(cast: Cast, session: Session) -> None:
    cancel(cast.booked(cast.ana, session), actor=None, now=NOW)


def moved_away(cast: Cast, session: Session) -> None:
    move(cast.booked(cast.ana, session), cast.session("2026-11-20 18:00"), actor=None, now=NOW)


def waiting(cast: Cast, session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(capacity=1)
    cast.booked(cast.patient(), session)
    cast.booked(cast.ana, session, waitlist=True)


def offered(cast: Cast, session: Session) -> None:
    Booking.objects.filter(pk=cast.booked(cast.ana, session).pk).update(
        status="offered", offer_expires_at=STARTS + 60 * MINUTE
    )


def not_booked(cast: Cast, session: Session) -> None:
    pass


@pytest.mark.parametrize("who", [not_booked, given_up, moved_away, waiting, offered])
def test_nowhere_for_who_is_not_booked(
    cast: Cast, client: Client, evening: Session, who: Callable[[Cast, Session], None]
) -> None:
    who(cast, evening)
    assert where_shown(client, cast.ana.user, evening) == set()


@pytest.mark.parametrize(("minute", "is_near"), [(-16, False), (-15, True), (179, True), (180, False)])
def test_for_who_is_booked_on_their_own_pages_near_the_time(
    cast: Cast, client: Client, evening: Session, minute: int, is_near: bool
) -> None:
    booking = cast.booked(cast.ana, evening)
    shown = where_shown(client, cast.ana.user, evening, minute=minute)
    own = {f"/bookings/{booking.pk}/", "/api/v1/sessions/", f"/api/v1/sessions/{evening.pk}/"}
    assert shown - {"/week/"} == (own if is_near else set())
    assert is_near or not shown


def test_on_the_roster_for_whoever_leads_it_now(cast: Cast, client: Client, evening: Session) -> None:
    roster = f"/sessions/{evening.pk}/roster/"
    cast.booked(cast.ana, evening)
    assert roster not in where_shown(client, cast.dana, evening, minute=-16)
    assert roster in where_shown(client, cast.dana, evening, minute=-15)
    assert roster in where_shown(client, cast.cory, evening)
    assert where_shown(client, cast.ada, evening) == set()


def test_no_calendar_holds_it(cast: Cast, client: Client, evening: Session) -> None:
    cast.booked(cast.ana, evening)
    url = create_feed(cast.ana, actor=None, now=NOW, name="All", detail="full")[1]
    with time_machine.travel(STARTS, tick=False):
        body = client.get(url).content
    assert (b"VEVENT" in body, b"video.example" in body) == (True, False)


def test_after_the_end_nothing_promises_a_link(cast: Cast, client: Client, evening: Session) -> None:
    booking = cast.booked(cast.ana, evening)
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    page = f"/bookings/{booking.pk}/"
    promise = "The link to join appears here 15 minutes before."
    assert promise in open_page(client, page).words
    with time_machine.travel(STARTS + 180 * MINUTE, tick=False):
        client.force_login(cast.ana.user)
        assert promise not in open_page(client, page).words


def test_a_guest_is_promised_a_link_where_there_is_one_to_come_and_sent_to_no_door(cast: Cast, client: Client) -> None:
    cast.site.directions = "Side door, second floor"
    cast.site.save()
    invitation = invited(cast, mode="telehealth", telehealth_url=LINK, room=False)
    page, promise = f"/invitations/{invitation.token}/", "The link to join appears here 15 minutes before."
    client.post(page, {"answer": "yes"})
    words = open_page(client, page).words
    assert (promise in words, "Side door" in words) == (True, False)
    with time_machine.travel(STARTS + 120 * MINUTE, tick=False):
        assert promise not in open_page(client, page).words
    Session.objects.filter(pk=invitation.session_id).update(telehealth_url="")
    assert promise not in open_page(client, page).words
