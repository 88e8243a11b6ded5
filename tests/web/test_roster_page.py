"""The roster's page without a script: all here, exceptions, the sum, and the signature; then who may do what."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from attendance.models import AttendanceRecord, Flag, Roster
from attendance.services.amending import amend
from attendance.services.flags import evaluate
from attendance.services.outreach import assign
from attendance.services.roster import RosterRow, save_rows
from people.models import TrailEntry
from scheduling.models import Booking, Session
from tests.cast import Cast, at
from tests.web.reading import Page, open_page

pytestmark = pytest.mark.django_db

ROSTER_QUERIES = 15
SIGNED_QUERIES = 18  # with the amendments, and two for what stands behind a miss
LIVE_QUERIES = 8
AFTER = at("2026-11-18 21:03")
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _after_the_session() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


def evening(cast: Cast, *names: str) -> tuple[Session, list[Booking]]:
    """Wednesday 6 to 9 pm with a break of a quarter of an hour, and the people booked on it."""
    session = cast.session(
        "2026-11-18 18:00", breaks=[(at("2026-11-18 19:30"), at("2026-11-18 19:45"))], now=at("2026-11-10 12:00")
    )
    return session, [cast.booked(cast.patient(name), session, now=at("2026-11-12 12:00")) for name in names]


def roster_of(cast: Cast, client: Client, session: Session) -> Page:
    client.force_login(cast.dana)
    return open_page(client, f"/sessions/{session.pk}/roster/")


def send(client: Client, session: Session, **fields: object) -> HttpResponse:
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.post(f"/sessions/{session.pk}/roster/", names, follow=True)  # type: ignore[return-value]


def marks(session: Session) -> list[tuple[str, str, int]]:
    rows = AttendanceRecord.objects.filter(session=session).order_by("patient__name")
    return list(rows.values_list("patient__name", "status", "credited_minutes"))


def test_an_untouched_roster_has_one_button_for_everybody(cast: Cast, client: Client) -> None:
    session, _ = evening(cast, "Alma Ortiz", "Chidi Okafor", "Theo Ramos")
    page = roster_of(cast, client, session)
    assert page.answer == "Today, 6 – 9 pm"
    assert "Group · Room 4 · break 7:30–7:45 pm · Dana K." in page.words
    assert "All 3 are here" in page.texts("button")
    send(client, session, do="all")
    assert marks(session) == [
        ("Alma Ortiz", "present", 165),
        ("Chidi Okafor", "present", 165),
        ("Theo Ramos", "present", 165),
    ]


def test_a_day_before_there_is_nothing_to_mark_with_one_button(cast: Cast, client: Client) -> None:
    session, _ = evening(cast, "Alma Ortiz", "Chidi Okafor")
    with time_machine.travel(AFTER - timedelta(hours=5), tick=False):
        page = roster_of(cast, client, session)
    assert "Arrivals are marked from an hour before the start, absences from the start." in page.words
    assert "All 2 are here" not in page.texts("button")


def test_the_exceptions_are_saved_with_one_form_and_their_sum_adds_up(cast: Cast, client: Client) -> None:
    session, (alma, chidi, _theo) = evening(cast, "Alma Ortiz", "Chidi Okafor", "Theo Ramos")
    roster_of(cast, client, session)
    fields = {
        f"status_{alma.pk}": "excused",
        f"excuse_{alma.pk}": "work",
        f"status_{chidi.pk}": "present",
        f"arrived_{chidi.pk}": "18:14",
    }
    response = send(client, session, do="save", version="0", **fields)
    page = Page(response.content.decode())
    assert marks(session) == [("Alma Ortiz", "excused", 0), ("Chidi Okafor", "present", 151)]
    assert page.texts("ul", "summary-counts") == ["1 present 1 excused 1 to mark"]
    assert "180 planned − 15 break − 14 late = 151 min" in page.words
    assert "Excused: work" in page.words
    assert "Mark Theo Ramos, then sign." in page.words
    assert "Go to Theo" in page.texts("a")


def test_a_roster_that_changed_meanwhile_is_not_written_over(cast: Cast, client: Client) -> None:
    session, (alma, _chidi) = evening(cast, "Alma Ortiz", "Chidi Okafor")
    roster_of(cast, client, session)
    send(client, session, do="save", version="0", **{f"status_{alma.pk}": "no_show"})
    response = send(client, session, do="save", version="0", **{f"status_{alma.pk}": "present"})
    page = Page(response.content.decode())
    assert marks(session) == [("Alma Ortiz", "no_show", 0)]
    assert page.notices == [
        "bad: Somebody else has changed this roster meanwhile. Look it over, and mark again what is missing."
    ]


def test_a_wrong_time_stands_beside_its_row_and_nothing_is_written(cast: Cast, client: Client) -> None:
    session, (alma, chidi) = evening(cast, "Alma Ortiz", "Chidi Okafor")
    roster_of(cast, client, session)
    fields = {
        f"status_{alma.pk}": "present",
        f"arrived_{alma.pk}": "20:00",
        f"left_{alma.pk}": "19:00",
        f"status_{chidi.pk}": "present",
    }
    response = send(client, session, do="save", version="0", **fields)
    page = Page(response.content.decode())
    assert response.status_code == 400
    assert [error for error in page.texts("p", "field-error") if error] == ["Somebody cannot leave before they arrive."]
    assert f'name="arrived-{alma.pk}" value="20:00"' in page.source
    assert marks(session) == []
    response = send(client, session, do="save", **{f"status_{alma.pk}": "present", f"arrived_{alma.pk}": "soon"})
    assert "Type the time as hours and minutes, such as 18:14." in Page(response.content.decode()).words


def test_signing_needs_everybody_marked_and_locks_the_rows(cast: Cast, client: Client) -> None:
    session, (alma, _chidi) = evening(cast, "Alma Ortiz", "Chidi Okafor")
    roster_of(cast, client, session)
    response = send(client, session, do="sign", version="0", **{f"status_{alma.pk}": "present"})
    assert Page(response.content.decode()).notices == ["bad: Not marked yet: Chidi Okafor."]
    assert marks(session) == [("Alma Ortiz", "present", 165)]
    send(client, session, do="all")
    page = Page(send(client, session, do="sign").content.decode())
    assert "Signed by Dana, Wed 18 Nov, 9:03 pm" in page.words
    assert page.texts("fieldset", "segments") == []
    assert Roster.objects.get(session=session).signed_by == cast.dana


def test_a_script_sends_one_row_and_gets_the_roster_as_it_stands(cast: Cast, client: Client) -> None:
    session, (alma, chidi) = evening(cast, "Alma Ortiz", "Chidi Okafor")
    client.force_login(cast.dana)
    path, asks = f"/sessions/{session.pk}/roster/", {"Accept": "application/json"}
    said = client.post(path, {"do": "save", f"status-{alma.pk}": "no_show"}, headers=asks).json()
    assert (said["version"], said["saved"].replace("\u00a0", " ")) == (1, "Saved 9:03 pm")
    assert "Mark Chidi Okafor, then sign." in Page(said["html"]).words
    refused = client.post(
        path, {f"status-{chidi.pk}": "present", f"excuse-{chidi.pk}": "x", f"arrived-{chidi.pk}": "no"}, headers=asks
    )
    assert (refused.status_code, refused.json()) == (
        400,
        {"errors": {str(chidi.pk): ["Type the time as hours and minutes, such as 18:14."]}},
    )
    client.post(path, {"do": "all"}, headers=asks)
    client.post(path, {"do": "sign"})
    late = client.post(path, {f"status-{alma.pk}": "present"}, headers=asks)
    assert (late.status_code, late.json()) == (
        409,
        {"detail": "The roster of this session is signed", "code": "roster_signed"},
    )


def test_who_may_see_it_and_who_may_take_it(cast: Cast, client: Client) -> None:
    session, (alma,) = evening(cast, "Alma Ortiz")
    path = f"/sessions/{session.pk}/roster/"
    ana = cast.ana.user
    assert ana is not None
    found = {}
    for user in (cast.dana, cast.cory, cast.ada, ana, cast.stranger):
        client.force_login(user)
        looked, marked = client.get(path), client.post(path, {f"status-{alma.pk}": "present"})
        found[user.name] = (looked.status_code, marked.status_code)
    assert found == {
        "Dana": (200, 302),
        "Cory": (200, 302),
        "Ada": (200, 403),
        "Ana": (403, 403),
        "Stranger": (404, 404),
    }
    client.logout()
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"
    assert client.get(f"/sessions/{10**30}/roster/").status_code == 302
    client.force_login(cast.dana)
    assert client.get(f"/sessions/{10**18}/roster/").status_code == 404


def test_a_miss_says_how_many_in_a_row_and_on_whose_list_the_call_is(cast: Cast, client: Client) -> None:
    before, (alma,) = evening(cast, "Alma Ortiz")
    session = cast.session("2026-11-17 18:00", now=at("2026-11-10 12:00"))
    first = cast.booked(alma.patient, session, now=at("2026-11-10 12:00"))
    save_rows(session, [RosterRow(first.pk, "no_show")], actor=cast.dana, now=at("2026-11-17 21:00"))
    evaluate(now=at("2026-11-17 22:00"))
    flag = Flag.objects.get(kind="first_absence")
    assign(flag, cast.cory, actor=cast.cory, now=at("2026-11-17 22:05"))
    client.force_login(cast.dana)
    said = client.post(f"/sessions/{before.pk}/roster/", {f"status-{alma.pk}": "no_show"}, headers=JSON).json()
    assert "Second miss in a row. A call is on Cory’s list." in Page(said["html"]).words
    client.force_login(cast.cory)
    assert "Second miss in a row. A call is on your list." in open_page(client, f"/sessions/{before.pk}/roster/").words
    said = client.post(f"/sessions/{before.pk}/roster/", {f"status-{alma.pk}": "present"}, headers=JSON).json()
    assert "in a row" not in Page(said["html"]).words


def test_the_look_is_recorded(cast: Cast, client: Client) -> None:
    session, _ = evening(cast, "Alma Ortiz")
    roster_of(cast, client, session)
    entry = TrailEntry.objects.filter(action="opened_roster").get()
    assert (entry.actor_id, entry.subject_id) == (cast.dana.pk, session.pk)


@pytest.mark.parametrize("people", [1, 12])
def test_the_page_costs_the_same_for_any_number_of_people(
    cast: Cast, client: Client, people: int, django_assert_num_queries: object
) -> None:
    session, _ = evening(cast, *(f"Person {number}" for number in range(people)))
    client.force_login(cast.dana)
    with django_assert_num_queries(ROSTER_QUERIES):  # type: ignore[operator]
        client.get(f"/sessions/{session.pk}/roster/")


@pytest.mark.parametrize("people", [1, 12])
def test_a_signed_roster_costs_the_same_for_any_number_of_amendments(
    cast: Cast, client: Client, people: int, django_assert_num_queries: object
) -> None:
    session, bookings = evening(cast, *(f"Person {number}" for number in range(people)))
    client.force_login(cast.dana)
    send(client, session, do="all")
    send(client, session, do="sign")
    for booking in bookings:
        amend(booking.attendance, RosterRow(booking.pk, "no_show"), "Another", actor=cast.dana, now=AFTER)
    with django_assert_num_queries(SIGNED_QUERIES):  # type: ignore[operator]
        client.get(f"/sessions/{session.pk}/roster/")


def test_what_another_changed_comes_with_the_next_question_and_nothing_otherwise(
    cast: Cast, client: Client, django_assert_num_queries: object
) -> None:
    session, (alma, _chidi) = evening(cast, "Alma Ortiz", "Chidi Okafor")
    page = roster_of(cast, client, session)
    stamp = re.search(r'data-stamp="(\w{20})"', page.source)
    assert stamp is not None
    path = f"/sessions/{session.pk}/roster/live/"
    asks = {"If-None-Match": f'"{stamp[1]}"'}
    with django_assert_num_queries(LIVE_QUERIES):  # type: ignore[operator]
        same = client.get(path, headers=asks)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", f'"{stamp[1]}"')
    save_rows(session, [RosterRow(alma.pk, "no_show")], actor=cast.cory, now=AFTER)
    other = client.get(path, headers=asks)
    said = other.json()
    assert (other.status_code, said["version"], said["signed"], f'"{said["stamp"]}"') == (200, 1, False, other["ETag"])
    assert "changed by Cory 9:03 pm" in Page(said["html"]).words
    own = client.post(f"/sessions/{session.pk}/roster/", {f"status-{alma.pk}": "present"}, headers=JSON).json()
    assert "changed by" not in Page(own["html"]).words
    assert client.get(path, headers={"If-None-Match": f'"{own["stamp"]}"'}).status_code == 304


def test_what_is_shown_live_without_the_page_is_a_look_of_its_own(cast: Cast, client: Client) -> None:
    session, _ = evening(cast, "Alma Ortiz")
    client.force_login(cast.cory)
    for _ in range(3):
        client.get(f"/sessions/{session.pk}/roster/live/")
    assert list(TrailEntry.objects.filter(action="opened_roster").values_list("actor_id", flat=True)) == [cast.cory.pk]


def test_before_the_end_it_says_when_to_sign(cast: Cast, client: Client) -> None:
    session, _ = evening(cast, "Alma Ortiz")
    with time_machine.travel(AFTER - timedelta(hours=2), tick=False):
        roster_of(cast, client, session)
        page = Page(send(client, session, do="all").content.decode())
        assert "Everybody is marked. Sign once it is over, at 9 pm." in page.words
        refused = Page(send(client, session, do="sign").content.decode())
    assert refused.notices == ["bad: A roster is signed once the session is over."]


def test_the_way_back_is_to_where_one_came_from(cast: Cast, client: Client) -> None:
    session, _ = evening(cast, "Alma Ortiz")
    assert roster_of(cast, client, session).link("Today") == "/today/"
    client.force_login(cast.cory)
    page = open_page(client, f"/sessions/{session.pk}/roster/")
    assert page.texts("a", "back") == ["Schedule"]
    assert f"/schedule/?week=2026-11-18&site={session.site_id}" in page.links
