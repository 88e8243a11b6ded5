"""A week repaired with one tap: on one's own page and on the board, all or nothing, and taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.models import TreatmentWeek
from attendance.services.weeks import ensure_weeks, recount_stale
from scheduling.models import Booking, Session
from tests.cast import NOW, WEEK, Cast, at
from tests.web.reading import Form, Page, open_page, plain

pytestmark = pytest.mark.django_db

BEFORE = at("2026-11-01 12:00")


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def evening(cast: Cast, day: int, **fields: Any) -> Session:
    return cast.session(f"2026-11-{day} 18:00", counselor=False, room=False, now=BEFORE, **fields)


def short_by_two(cast: Cast) -> tuple[Session, Session]:
    """Ana has one evening booked; Thursday and Friday would bring her week back."""
    cast.booked(cast.ana, evening(cast, 18), now=BEFORE)
    found = evening(cast, 19), evening(cast, 20)
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    return found


def press(client: Client, form: Form, **headers: str) -> Page:
    response = client.post(form.action, form.fields, follow=True, headers=headers or None)
    return Page(response.content.decode(), response.status_code)


def held(cast: Cast) -> list[int]:
    live = Booking.objects.filter(patient=cast.ana, status="booked")
    return list(live.order_by("starts_at").values_list("session_id", flat=True))


def test_both_are_booked_with_one_tap_on_ones_own_page_and_taken_back(cast: Cast, client: Client) -> None:
    thursday, friday = short_by_two(cast)
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    page = press(client, open_page(client, "/week/").form("Book both"))
    assert page.notices == ["done: Booked: Tomorrow 6 – 9 pm and Friday 6 – 9 pm. You’re at 9 h."]
    assert page.answer == "All booked: 9 h"
    assert held(cast)[1:] == [thursday.pk, friday.pk]
    page = press(client, page.form("Undo"))
    assert page.notices == ["done: All of it is given back."]
    assert len(held(cast)) == 1
    assert not Booking.objects.filter(late=True).exists()


def test_a_seat_gone_meanwhile_books_nothing_and_shows_the_next_best(cast: Cast, client: Client) -> None:
    _, friday = short_by_two(cast)
    evening(cast, 21)
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    form = open_page(client, "/week/").form("Book both")
    Session.objects.filter(pk=friday.pk).update(capacity=1, seats_taken=1)
    page = press(client, form)
    assert page.notices == ["bad: That seat has just gone. Nothing was booked."]
    assert plain(page.texts(css="repair-title")[0]) == "Tomorrow 6 – 9 pm and Saturday 6 – 9 pm take you to 9 h"
    assert len(held(cast)) == 1


def test_what_is_in_the_way_is_told_where_nothing_suffices(cast: Cast, client: Client) -> None:
    _, friday = short_by_two(cast)
    Session.objects.filter(pk=friday.pk).update(capacity=1, seats_taken=1)
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    page = open_page(client, "/week/")
    assert page.answer == "6 h short"
    assert "Friday 6 – 9 pm would do it, but is full" in page.words


def test_the_row_stays_with_its_new_chip_and_an_undo(cast: Cast, client: Client) -> None:
    thursday, friday = short_by_two(cast)
    client.force_login(cast.cory)
    page = open_page(client, "/compliance/")
    assert page.texts("div", "person-repair") == [
        "Can still reach 9 h Thu 6–9, Fri 6–9 Book both Ana Reyes, Thu 6–9, Fri 6–9"
    ]
    page = press(client, page.form("Book both Ana Reyes, Thu 6–9, Fri 6–9"))
    assert page.notices == ["done: Booked: Thu 19 Nov, 6–9 pm; Fri 20 Nov, 6–9 pm."]
    assert page.answer == "Everyone is on track."
    assert page.texts("a", "person-name") == ["Ana Reyes"]
    assert [plain(text) for text in page.texts("div", "person-who")] == ["Ana Reyes Dana K. On track"]
    assert held(cast)[1:] == [thursday.pk, friday.pk]
    page = press(client, page.form("Undo Ana Reyes"))
    assert page.answer == "1 person is short this week. 1 can still make it."
    assert len(held(cast)) == 1


def test_with_a_script_the_row_alone_is_answered(cast: Cast, client: Client) -> None:
    short_by_two(cast)
    client.force_login(cast.cory)
    form = open_page(client, "/compliance/").form("Book both Ana Reyes, Thu 6–9, Fri 6–9")
    row = press(client, form, hx_request="true")
    assert row.texts("h1") == []
    assert row.texts("a", "person-name") == ["Ana Reyes"]
    assert row.form("Undo Ana Reyes").action.endswith("/repair/undo/")
    assert TreatmentWeek.objects.get(patient=cast.ana, week=WEEK).status == "on_track"


def test_on_the_board_too_nothing_is_booked_where_one_seat_is_gone(cast: Cast, client: Client) -> None:
    _, friday = short_by_two(cast)
    client.force_login(cast.cory)
    form = open_page(client, "/compliance/").form("Book both Ana Reyes, Thu 6–9, Fri 6–9")
    Session.objects.filter(pk=friday.pk).update(capacity=1, seats_taken=1)
    page = press(client, form)
    assert page.notices == ["bad: Nothing was booked. This session is full."]
    assert page.texts("div", "person-repair")[0].startswith("Best in reach 6 h Fri 6–9 would do, but is full")
    assert len(held(cast)) == 1


@pytest.mark.parametrize("who", ["dana", "ada"])
def test_whoever_may_not_book_there_is_refused(cast: Cast, client: Client, who: str) -> None:
    thursday, friday = short_by_two(cast)
    client.force_login(getattr(cast, who))
    body = {"sessions": f"{thursday.pk},{friday.pk}", "week": "2026-11-16"}
    assert client.post(f"/patients/{cast.ana.pk}/repair/", body).status_code == 403
    assert len(held(cast)) == 1


@pytest.mark.parametrize("sessions", ["", "x", "1;2", "99999999999999999999", "9" * 5000, "-1", "²"])
def test_what_is_no_list_of_sessions_is_nothing(cast: Cast, client: Client, sessions: str) -> None:
    short_by_two(cast)
    client.force_login(cast.cory)
    assert client.post(f"/patients/{cast.ana.pk}/repair/", {"sessions": sessions}).status_code == 404
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    assert client.post("/week/repair/", {"sessions": sessions}).status_code == 404
    assert len(held(cast)) == 1


def test_a_record_offers_the_repair_too(cast: Cast, client: Client) -> None:
    thursday, friday = short_by_two(cast)
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/")
    assert plain(page.texts(css="repair-title")[0]) == "Thu 6–9, Fri 6–9 take them to 9 h"
    page = press(client, page.form("Book both Ana Reyes, Thu 6–9, Fri 6–9"))
    assert page.notices == ["done: Booked: Thu 19 Nov, 6–9 pm; Fri 20 Nov, 6–9 pm."]
    assert page.texts(css="repair") == []
    assert held(cast)[1:] == [thursday.pk, friday.pk]
    page = press(client, page.form("Undo"))
    assert len(held(cast)) == 1


def test_all_repairs_after_a_look_each_by_itself(cast: Cast, client: Client) -> None:
    thursday, friday = short_by_two(cast)
    wen = cast.patient("Wen Zhao")
    cast.booked(wen, Session.objects.order_by("starts_at")[0], now=BEFORE)
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    client.force_login(cast.cory)
    preview = open_page(client, "/compliance/").link("Preview all 2 repairs")
    page = open_page(client, preview)
    assert page.answer == "2 weeks can be repaired"
    assert page.texts("span", "pick-what") == ["Thu 6–9, Fri 6–9"] * 2
    Session.objects.filter(pk=friday.pk).update(capacity=1)
    ids = f"{thursday.pk},{friday.pk}"
    weeks = TreatmentWeek.objects.filter(week=WEEK).in_board_order()
    body = {"pick": [f"{week.pk}-{ids}" for week in weeks], "query": ""}
    response = client.post("/compliance/repairs/", body)
    page = Page(response.content.decode())
    assert page.answer == "1 week is repaired"
    assert page.texts("p", "note") == [
        "Booked: Thu 19 Nov, 6–9 pm; Fri 20 Nov, 6–9 pm.",
        "Nothing was booked. This session is full.",
    ]
    assert Booking.objects.filter(session__in=[thursday.pk, friday.pk], status="booked").count() == 2


def test_a_preview_is_for_those_who_may_book_and_reads_only_lists_of_ids(cast: Cast, client: Client) -> None:
    short_by_two(cast)
    for user, status in ((cast.ada, 403), (cast.dana, 403), (cast.cory, 200), (cast.stranger, 200)):
        client.force_login(user)
        assert client.get("/compliance/repairs/").status_code == status
    week = TreatmentWeek.objects.get(patient=cast.ana, week=WEEK)
    session_id = Session.objects.order_by("-starts_at")[0].pk
    assert client.post("/compliance/repairs/", {"pick": f"{week.pk}-{session_id}"}).status_code == 404
    client.force_login(cast.cory)
    for pick in ("", "x", f"{week.pk}", f"{week.pk}-", "-1", "1-2-3", "1,2-3", f"{week.pk}-99999999"):
        assert client.post("/compliance/repairs/", {"pick": pick}).status_code == 404
    assert len(held(cast)) == 1
