"""Booking by the pages: what fits, what does not and why, and every way back."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from people.models import Patient
from people.services.plans import add_leave
from scheduling.enums import BookingStatus
from scheduling.models import Booking, Session
from scheduling.services.booking import cancel
from scheduling.services.counting import mark_counted
from tests.cast import NOW, Cast, at
from tests.web.reading import Form, Page, open_page, press

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(cast: Cast, client: Client) -> Patient:
    """Ana, signed in."""
    client.force_login(cast.ana.user)  # type: ignore[arg-type]
    return cast.ana


def session(cast: Cast, starts: str, **fields: Any) -> Session:
    return cast.session(starts, **{"counselor": False, "room": False, **fields})


def rows(page: Page) -> list[str]:
    return page.texts("li", "session-row")


def book_form(of: Session, button: str = "Book", **more: str) -> Form:
    return Form("/book/", {"session": str(of.pk), "back": "book", **more}, button)


# --- what is on -------------------------------------------------------------------------------------------------------


def test_each_day_lists_what_fits_first_and_folds_away_the_rest(cast: Cast, client: Client, ana: Patient) -> None:
    session(cast, "2026-11-19 15:00")
    session(cast, "2026-11-19 18:00", room=True, capacity=4)
    session(cast, "2026-11-20 18:00", kind="individual", minutes=60, counselor=True, capacity=1)
    page = open_page(client, "/book/")
    assert page.answer == "9 h short"
    assert page.texts("h2") == ["Thursday 19", "Friday 20"]
    assert page.texts("div", "day-head") == ["Thursday 19 Work 8 am – 4:30 pm", "Friday 20 Work 8 am – 4:30 pm"]
    assert rows(page) == [
        "6 – 9 pm Group, Room 4 · 4 seats +3 h makes 3 h Book Tomorrow 6 – 9 pm",
        "3 – 6 pm · Group During your work, until 4:30 pm Book anyway Tomorrow 3 – 6 pm",
        "6 – 7 pm One-to-one, Dana K. · 1 seat +1 h makes 1 h Book Friday 6 – 7 pm",
    ]
    assert page.texts("summary")[-1] == "1 that doesn’t fit"


def test_of_two_at_the_same_time_each_button_says_which(cast: Cast, client: Client, ana: Patient) -> None:
    session(cast, "2026-11-19 18:00", minutes=60, room=True)
    session(cast, "2026-11-19 18:00", kind="individual", minutes=60, counselor=True, capacity=1)
    buttons = open_page(client, "/book/").texts("button", "button")
    assert buttons[:2] == ["Book Tomorrow 6 – 7 pm, Group, Room 4", "Book Tomorrow 6 – 7 pm, One-to-one, Dana K."]


def test_the_strip_counts_what_fits_on_each_day(cast: Cast, client: Client, ana: Patient) -> None:
    mark_counted({cast.booked(ana, session(cast, "2026-11-16 18:00"), now=at("2026-11-02 12:00")).pk: 180}, now=NOW)
    cast.booked(ana, session(cast, "2026-11-18 18:00"))
    session(cast, "2026-11-20 18:00")
    session(cast, "2026-11-21 09:00")
    session(cast, "2026-11-21 13:00")
    page = open_page(client, "/book/")
    days = page.texts("nav", "day-strip")
    assert days == [
        "Mon 16 Monday 16 done Tue 17 Tuesday 17 Wed 18 Wednesday 18 booked Thu 19 Thursday 19"
        " Fri 20 Friday 20 1 fits Sat 21 Saturday 21 2 fit Sun 22 Sunday 22"
    ]
    assert page.texts("a", "is-active")[1:] == ["Fri 20 Friday 20 1 fits"]
    assert page.texts("h2") == ["Friday 20", "Saturday 21"]
    saturday = open_page(client, "/book/?week=2026-11-16&day=2026-11-21")
    assert saturday.texts("h2") == ["Saturday 21"]


def test_the_best_one_carries_the_filled_button(cast: Cast, client: Client, ana: Patient) -> None:
    cast.booked(ana, session(cast, "2026-11-18 18:00"))
    cast.booked(ana, session(cast, "2026-11-19 18:00"))
    session(cast, "2026-11-20 18:00", minutes=60)
    session(cast, "2026-11-21 09:00")
    page = open_page(client, "/book/")
    assert page.texts(css="button-primary") == ["Book Saturday 9 am – noon"]
    assert "+3 h reaches your 9 hours" in page.words
    assert "+1 h makes 7 h" in page.words


@pytest.mark.parametrize(
    ("starts", "minutes", "mode", "why"),
    [
        ("2026-11-19 15:00", 180, "in_person", "During your work, until 4:30 pm"),
        ("2026-11-19 16:45", 60, "in_person", "You are back from work at 5 pm"),
        ("2026-11-19 07:00", 45, "in_person", "You leave for work at 7:30 am"),
        ("2026-11-19 16:45", 60, "telehealth", ""),
    ],
)
def test_work_is_named_as_the_reason(
    cast: Cast, client: Client, ana: Patient, starts: str, minutes: int, mode: str, why: str
) -> None:
    session(cast, starts, minutes=minutes, mode=mode)
    page = open_page(client, "/book/")
    assert page.texts(css="session-row-why") == ([why] if why else [])
    assert [form.button.split(" Tom")[0] for form in page.forms if form.action == "/book/"] == [
        "Book anyway" if why else "Book"
    ]


def test_late_and_night_shifts_are_called_so(cast: Cast, client: Client) -> None:
    ben = cast.ben
    client.force_login(ben.user)  # type: ignore[arg-type]
    session(cast, "2026-11-19 18:00")
    assert open_page(client, "/book/").texts(css="session-row-why") == ["During your late shift, until 10 pm"]


def test_what_nobody_can_change_has_its_reason_and_no_button(cast: Cast, client: Client, ana: Patient) -> None:
    cast.booked(ana, session(cast, "2026-11-19 18:00"))
    session(cast, "2026-11-19 19:00")
    admission = cast.admission_of(ana)
    friday = at("2026-11-20 12:00").date()
    add_leave(admission, starts_on=friday, ends_on=friday, actor=None, now=NOW)
    session(cast, "2026-11-20 18:00")
    page = open_page(client, "/book/?day=2026-11-19")
    assert page.texts(css="session-row-why") == [
        "At the same time as your appointment, 6 – 9 pm",
        "You are away that day",
    ]
    assert [form.action for form in page.forms if form.action == "/book/"] == []


def test_past_the_most_of_a_week(cast: Cast, client: Client) -> None:
    client.force_login(cast.cleo.user)  # type: ignore[arg-type]
    session(cast, "2026-11-22 12:00")
    assert open_page(client, "/book/").texts(css="session-row-why") == ["Past your 19 h a week"]


def test_of_a_full_one_the_place_in_line_is_told(cast: Cast, client: Client, ana: Patient) -> None:
    full = session(cast, "2026-11-19 18:00", capacity=1)
    cast.booked(cast.patient(), full)
    cast.booked(cast.patient(), full, waitlist=True)
    page = open_page(client, "/book/")
    assert page.texts(css="session-row-why") == ["Full. You would be 2nd in line."]
    after = press(client, page.form("Wait for it Tomorrow 6 – 9 pm"))
    assert after.notices == ["done: You are 2nd in line for tomorrow 6 – 9 pm. If a seat comes free, it is yours."]
    assert "You are 2nd in line" in after.words
    assert Booking.objects.get(patient=ana).status == BookingStatus.WAITLISTED


def test_a_week_with_nothing_on_says_so(client: Client, ana: Patient) -> None:
    assert "Nothing more is on from here" in open_page(client, "/book/").words
    assert "That week is over" in open_page(client, "/book/?week=2026-11-09").words


def test_the_sessions_of_other_programs_are_not_there(cast: Cast, client: Client, ana: Patient) -> None:
    other = session(cast, "2026-11-19 18:00", program=cast.other_program, site=cast.other_site, focus="")
    assert rows(open_page(client, "/book/")) == []
    assert press(client, book_form(other)).status == 404


# --- booking ----------------------------------------------------------------------------------------------------------


def test_booking_moves_the_hours_and_offers_to_undo_it(cast: Cast, client: Client, ana: Patient) -> None:
    saturday = session(cast, "2026-11-21 09:00", minutes=165)
    session(cast, "2026-11-19 18:00")
    session(cast, "2026-11-20 18:00")
    session(cast, "2026-11-22 18:00")
    page = press(client, open_page(client, "/book/").form("Book Saturday 9 – 11:45 am"))
    booking = Booking.objects.get(patient=ana, session=saturday)
    assert page.notices == ["done: Saturday is booked. You’re at 2 h 45."]
    assert page.answer == "6 h 15 still to book"
    assert page.form("Undo").action == f"/bookings/{booking.pk}/cancel/"
    undone = press(client, page.form("Undo"))
    assert undone.notices == ["done: Saturday 9 – 11:45 am is given back."]
    assert undone.answer == "9 h still to book"
    booking.refresh_from_db()
    assert (booking.status, booking.cancelled_by) == (BookingStatus.CANCELLED, ana.user)


def test_from_the_week_one_comes_back_to_the_week(cast: Cast, client: Client, ana: Patient) -> None:
    cast.booked(ana, session(cast, "2026-11-18 18:00"))
    cast.booked(ana, session(cast, "2026-11-19 18:00"))
    session(cast, "2026-11-21 09:00")
    page = press(client, open_page(client, "/week/").form("Book Saturday"))
    assert page.notices == ["done: Saturday is booked. You’re at 9 h."]
    assert page.answer == "All booked: 9 h"


def test_a_second_press_changes_nothing_and_says_so_calmly(cast: Cast, client: Client, ana: Patient) -> None:
    form = book_form(session(cast, "2026-11-19 18:00"))
    press(client, form)
    assert press(client, form).notices == ["info: That one is yours already. Nothing changed."]
    assert Booking.objects.count() == 1


def test_a_seat_that_has_just_gone(cast: Cast, client: Client, ana: Patient) -> None:
    cast.booked(ana, session(cast, "2026-11-18 18:00"))
    cast.booked(ana, session(cast, "2026-11-19 18:00"))
    last_seat = session(cast, "2026-11-20 18:00", capacity=1)
    session(cast, "2026-11-21 09:00")
    form = open_page(client, "/week/").form("Book Friday")
    cast.booked(cast.patient(), last_seat)
    page = press(client, form)
    assert page.notices == ["bad: That seat has just gone. Nothing was booked."]
    assert page.answer == "3 h still to book"
    assert page.texts(css="repair-title") == ["Saturday 9 am – noon takes you to 9 h"]
    assert not Booking.objects.filter(patient=ana, session=last_seat).exists()


def test_booking_anyway_during_work(cast: Cast, client: Client, ana: Patient) -> None:
    form = book_form(session(cast, "2026-11-19 15:00"))
    refused = press(client, form)
    assert refused.notices == ["bad: That is during your work, or on the way. Nothing was booked."]
    page = press(client, refused.form("Book anyway Tomorrow 3 – 6 pm"))
    assert page.notices == ["done: Tomorrow is booked. You’re at 3 h."]
    assert Booking.objects.get().work_overlap_accepted


@pytest.mark.parametrize(
    ("starts", "sentence"),
    [
        ("2026-11-18 07:00", "That one has begun already."),
        ("2026-11-18 18:00", "You have another appointment at that time."),
    ],
)
def test_every_refusal_is_a_sentence_and_books_nothing(
    cast: Cast, client: Client, ana: Patient, starts: str, sentence: str
) -> None:
    cast.booked(ana, session(cast, "2026-11-18 17:00"))
    page = press(client, book_form(session(cast, starts)))
    assert page.notices == [f"bad: {sentence} Nothing was booked."]
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{}, {"session": "x"}, {"session": "0"}, {"session": "999999"}, {"session": "9" * 30}]
)
def test_a_session_that_is_none_is_not_found(client: Client, ana: Patient, fields: dict[str, str]) -> None:
    assert client.post("/book/", fields).status_code == 404


def test_nobody_can_name_a_page_of_elsewhere_to_come_back_to(cast: Cast, client: Client, ana: Patient) -> None:
    fields = {"session": session(cast, "2026-11-19 18:00").pk, "back": "https://example.org/"}
    assert client.post("/book/", fields).status_code == 404


# --- one's appointments -----------------------------------------------------------------------------------------------


def test_giving_back_asks_first_and_says_what_it_makes_of_the_week(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "2026-11-20 18:00"))
    question = open_page(client, f"/bookings/{booking.pk}/cancel/")
    assert question.answer == "Give Friday 6 – 9 pm back?"
    assert "Without it your week is 0 h, 9 h short of your goal." in question.words
    assert "counts as late" not in question.words
    booking.refresh_from_db()
    assert booking.status == BookingStatus.BOOKED
    page = press(client, question.form("Give it back"), f"/bookings/{booking.pk}/cancel/")
    assert page.notices == ["done: Friday 6 – 9 pm is given back."]
    again = press(client, page.form("Undo"))
    assert again.notices == ["done: Friday is booked. You’re at 3 h."]
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "booked"]


def test_less_than_a_day_before_the_question_says_that_it_is_late(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "2026-11-18 18:00"))
    assert "this counts as late" in open_page(client, f"/bookings/{booking.pk}/cancel/").words


def test_giving_back_twice_is_calm(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "2026-11-20 18:00"))
    form = Form(f"/bookings/{booking.pk}/cancel/", {}, "")
    press(client, form)
    assert press(client, form).status == 200
    page = Page(client.get(f"/bookings/{booking.pk}/cancel/", follow=True).content.decode())
    assert "Cancelled" in page.words
    assert [form.button for form in page.forms] == ["Sign out"]


def test_what_has_begun_cannot_be_given_back(cast: Cast, client: Client, ana: Patient) -> None:
    booking = cast.booked(ana, session(cast, "2026-11-18 07:30"), now=at("2026-11-17 12:00"), accept_work_overlap=True)
    page = open_page(client, f"/bookings/{booking.pk}/cancel/")
    assert page.answer == "Today 7:30 – 10:30 am has begun"
    assert page.link("Call") == "tel:+13035550100"
    after = press(client, Form(f"/bookings/{booking.pk}/cancel/", {}, ""))
    assert after.notices == ["bad: That one has begun already. Nothing was changed."]


def test_leaving_the_line(cast: Cast, client: Client, ana: Patient) -> None:
    full = session(cast, "2026-11-20 18:00", capacity=1)
    cast.booked(cast.patient(), full)
    booking = cast.booked(ana, full, waitlist=True)
    path = f"/bookings/{booking.pk}/cancel/"
    question = open_page(client, path)
    assert question.answer == "Stop waiting for Friday 6 – 9 pm?"
    page = press(client, question.form("Stop waiting"), path)
    assert page.notices == ["done: You no longer wait for Friday 6 – 9 pm."]
    assert [form.button for form in page.forms if form.button == "Undo"] == []


def test_a_seat_that_somebody_waits_for_is_given_back_for_good(cast: Cast, client: Client, ana: Patient) -> None:
    full = session(cast, "2026-11-20 18:00", capacity=1)
    booking = cast.booked(ana, full)
    cast.booked(cast.patient(), full, waitlist=True)
    path = f"/bookings/{booking.pk}/cancel/"
    question = open_page(client, path)
    assert "Somebody waits for this seat: once given back, it is theirs." in question.words
    page = press(client, question.form("Give it back"), path)
    assert page.notices == ["done: Friday 6 – 9 pm is given back, to somebody who waited for it."]
    assert [form.button for form in page.forms if form.button == "Undo"] == []


def test_an_undo_for_a_seat_that_has_gone_says_so(cast: Cast, client: Client, ana: Patient) -> None:
    full = session(cast, "2026-11-20 18:00", capacity=1)
    booking = cast.booked(ana, full)
    cancel(booking, actor=None, now=NOW)
    cast.booked(cast.patient(), full)
    page = press(client, Form(f"/bookings/{booking.pk}/again/", {}, ""))
    assert page.notices == ["bad: That seat has just gone. Nothing was booked."]


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ("booked", "Booked, 3 h"),
        ("counted", "2 h 31 counted"),
        ("cancelled", "Cancelled"),
    ],
)
def test_an_appointment_says_how_it_stands(cast: Cast, client: Client, ana: Patient, state: str, standing: str) -> None:
    booking = cast.booked(ana, session(cast, "2026-11-20 18:00"))
    if state == "counted":
        mark_counted({booking.pk: 151}, now=NOW)
    if state == "cancelled":
        cancel(booking, actor=None, now=NOW)
    page = open_page(client, f"/bookings/{booking.pk}/")
    assert page.answer == "Friday, 6 – 9 pm"
    assert page.texts(css="chip") == ["Group", standing]


@pytest.mark.parametrize("path", ["/bookings/{}/", "/bookings/{}/cancel/"])
def test_the_appointment_of_somebody_else_is_not_there(cast: Cast, client: Client, ana: Patient, path: str) -> None:
    theirs = cast.booked(cast.patient(), session(cast, "2026-11-20 18:00"))
    assert client.get(path.format(theirs.pk)).status_code == 404
    for verb in ("cancel", "again"):
        assert client.post(f"/bookings/{theirs.pk}/{verb}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == BookingStatus.BOOKED


# --- where one begins -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "path"), [("ana", "/week/"), ("dana", "/today/"), ("cory", "/compliance/"), ("ada", "/compliance/")]
)
def test_the_first_page_is_that_of_the_role(cast: Cast, client: Client, who: str, path: str) -> None:
    person = getattr(cast, who)
    client.force_login(person.user if who == "ana" else person)
    assert client.get("/")["Location"] == path


def test_a_stranger_signs_in_first_and_comes_back(client: Client, db: None) -> None:
    for path in ("/", "/week/", "/book/", "/bookings/1/"):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_an_account_without_any_role_finds_a_calm_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.user("nobody"))
    assert open_page(client, "/").answer == "Nothing is planned"


def test_the_staff_have_no_week_of_their_own(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    assert [client.get(path).status_code for path in ("/week/", "/book/")] == [404, 404]
