"""A held seat: by its link without an account, on one's week and where one books; each answer once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from people.models import TrailEntry
from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.offer_links import offer_token
from scheduling.services.seat_offers import expire_offers
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast
from tests.web.reading import open_page, plain, press

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(cast: Cast) -> Booking:
    """A seat on Friday evening, held for Ana until 10:02; somebody waits behind her."""
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session("2026-11-20 18:00", capacity=1)
    holder = cast.booked(cast.patient(), session)
    waiting = cast.booked(cast.ana, session, waitlist=True)
    cast.booked(cast.patient(), session, waitlist=True, now=NOW + timedelta(seconds=1))
    cancel(holder, actor=None, now=NOW)
    promote_all(now=NOW)
    return Booking.objects.get(pk=waiting.pk)


def link(booking: Booking) -> str:
    return f"/offers/{offer_token(booking)}/"


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


# --- by the link ------------------------------------------------------------------------------------------------------


def test_the_link_shows_when_and_until_when_and_a_look_changes_nothing(client: Client, offered: Booking) -> None:
    page = open_page(client, link(offered))
    assert page.answer == "Fri 20 Nov, 6 – 9 pm"
    assert "Held for you until 10:02 am" in page.words
    assert [word for word in ("Group", "Ana", "Dana", "Room", "Process", "hours") if word in page.words] == []
    client.head(link(offered))
    assert status(offered) == "offered"


@pytest.mark.parametrize(
    ("answer", "expected", "notice"),
    [
        ("yes", "booked", "done: The time is yours."),
        ("no", "cancelled", "done: It is passed on. You no longer wait for it."),
    ],
)
def test_the_link_answers_once_and_is_dead_afterwards(
    client: Client, offered: Booking, answer: str, expected: str, notice: str
) -> None:
    done = client.post(link(offered), {"answer": answer}, follow=True)
    assert (done.status_code, status(offered)) == (410, expected)
    text = plain(done.content.decode())
    assert "This link has done its work" in text
    assert notice.removeprefix("done: ") in text
    assert "20 Nov" not in text
    again = client.post(link(offered), {"answer": "no" if answer == "yes" else "yes"}, follow=True)
    assert (again.status_code, status(offered)) == (410, expected)
    entry = TrailEntry.objects.filter(subject_id=offered.pk, action__in=("accepted", "declined")).get()
    assert (entry.reason, entry.actor_id) == ("by link", None)


def test_after_its_end_the_link_answers_nothing(client: Client, offered: Booking) -> None:
    for sweep in (False, True):
        with time_machine.travel(NOW + timedelta(hours=2), tick=False):
            if sweep:
                expire_offers(now=NOW + timedelta(hours=2))
            assert client.get(link(offered)).status_code == 410
            done = client.post(link(offered), {"answer": "yes"}, follow=True)
        assert "That time was held for you and has been passed on." in plain(done.content.decode())
    assert status(offered) == "cancelled"


def test_a_word_that_is_neither_yes_nor_no_changes_nothing(client: Client, offered: Booking) -> None:
    client.post(link(offered), {"answer": "maybe"})
    assert status(offered) == "offered"


def test_nonsense_and_other_peoples_numbers_are_not_there(client: Client, cast: Cast, offered: Booking) -> None:
    token = offer_token(offered)
    waiting = Booking.objects.get(status="waitlisted")
    wrong = [token[:-1], token + "A", "A" * 43, "~" * 43, "é" * 43, token[:12] + offer_token(waiting)[12:]]
    wrong += [offer_token(waiting), token.swapcase()]
    assert [client.get(f"/offers/{one}/").status_code for one in wrong] == [404] * len(wrong)
    assert [client.post(f"/offers/{one}/", {"answer": "yes"}).status_code for one in wrong] == [404] * len(wrong)
    assert status(offered) == "offered"


def test_the_link_speaks_the_language_of_the_patient(client: Client, cast: Cast, offered: Booking) -> None:
    cast.ana.language = "es"
    cast.ana.save()
    page = open_page(client, link(offered))
    assert "Guardada para usted hasta las 10:02" in page.words


# --- signed in --------------------------------------------------------------------------------------------------------


def test_the_week_shows_a_held_seat_with_both_answers(client: Client, cast: Cast, offered: Booking) -> None:
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    page = open_page(client, "/week/")
    assert "A time has opened Friday 6 – 9 pm Group, Room 4 Held for you until 10:02 am" in page.words
    assert "Next appointment" not in page.words
    filled = page.texts("button", "button-primary") + page.texts("a", "button-primary")
    assert filled == ["Take it Friday 6 – 9 pm"]
    after = press(client, page.form("Take it Friday 6 – 9 pm"), "/week/")
    assert after.notices == ["done: Friday is booked. You’re at 3 h."]
    assert status(offered) == "booked"


def test_where_one_books_it_can_be_passed_on(client: Client, cast: Cast, offered: Booking) -> None:
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    page = open_page(client, "/book/?day=2026-11-20")
    (row,) = page.texts("li", "session-row")
    assert row == (
        "6 – 9 pm Group, Room 4 Held for you until 10:02 am Take it Friday 6 – 9 pm No, thank you Friday 6 – 9 pm"
    )
    after = press(client, page.form("No, thank you Friday 6 – 9 pm"), "/book/")
    assert after.notices == ["done: Friday 6 – 9 pm is passed on. You no longer wait for it."]
    assert status(offered) == "cancelled"


def test_answered_twice_it_says_so_calmly(client: Client, cast: Cast, offered: Booking) -> None:
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    for path in ("accept", "decline"):
        done = client.post(f"/bookings/{offered.pk}/{path}/", follow=True)
    assert "That was answered already." in plain(done.content.decode())
    assert status(offered) == "booked"


def test_an_appointment_that_is_held_shows_both_answers(client: Client, cast: Cast, offered: Booking) -> None:
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    page = open_page(client, f"/bookings/{offered.pk}/")
    assert "Held for you until 10:02 am" in page.words
    assert [form.action for form in page.forms if "bookings" in form.action] == [
        f"/bookings/{offered.pk}/accept/",
        f"/bookings/{offered.pk}/decline/",
    ]


# --- in line ----------------------------------------------------------------------------------------------------------


def test_ones_place_is_shown_and_left_by_a_button(client: Client, cast: Cast) -> None:
    session = cast.session("2026-11-20 18:00", capacity=1)
    cast.booked(cast.patient(), session)
    cast.booked(cast.patient(), session, waitlist=True)
    booking = cast.booked(cast.ana, session, waitlist=True, now=NOW + timedelta(seconds=1))
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    (row,) = open_page(client, "/book/?day=2026-11-20").texts("li", "session-row")
    assert row == "6 – 9 pm Group, Room 4 You are 2nd in line Leave the line Friday 6 – 9 pm"
    page = open_page(client, "/week/")
    assert "Friday 6 – 9 pm You are 2nd in line Leave the line Friday 6 – 9 pm" in page.words
    question = open_page(client, page.link("Leave the line Friday 6 – 9 pm"))
    press(client, question.form("Stop waiting"), f"/bookings/{booking.pk}/cancel/")
    assert status(booking) == "cancelled"
