"""The board: the answer first, worst first, filters, the age of its figures, and what it costs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from attendance.models import TreatmentWeek
from attendance.services.weeks import ensure_weeks, recount_stale
from people.models import Patient, TrailEntry
from tests.cast import NOW, Cast, at
from tests.web.reading import Page, open_page

pytestmark = pytest.mark.django_db

BOARD_QUERIES = 21


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def counted() -> None:
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)


def board_of(cast: Cast, client: Client, path: str = "/compliance/") -> Page:
    client.force_login(cast.cory)
    return open_page(client, path)


def week_like(cast: Cast, patient: Patient, status: str, rank: int, **figures: int) -> None:
    """Put figures on the patient's week, as a recount would."""
    TreatmentWeek.objects.filter(patient=patient, week="2026-11-16").update(
        status=status, status_rank=rank, computed_at=NOW, stale_at=None, **figures
    )


def clinic(cast: Cast) -> None:
    """Marcus below, Wen at risk, Lena over, Ana on track, each as the figures say."""
    marcus, wen, lena = (cast.patient(name) for name in ("Marcus Bell", "Wen Zhao", "Lena Hoffmann"))
    Patient.objects.filter(pk=marcus.pk).update(phone="+13035550142")
    ana = cast.ana
    counted()
    week_like(cast, marcus, "below", 0, booked_minutes=165, bookable_minutes=330, shortfall_minutes=375)
    week_like(cast, wen, "at_risk", 1, credited_minutes=330, bookable_minutes=225, shortfall_minutes=210)
    week_like(cast, lena, "over", 2, credited_minutes=840, booked_minutes=390)
    week_like(cast, ana, "on_track", 3, credited_minutes=390, booked_minutes=165, shortfall_minutes=0)


def test_the_answer_counts_and_the_groups_go_from_worst_to_least(cast: Cast, client: Client) -> None:
    clinic(cast)
    page = board_of(cast, client)
    assert page.answer == "2 people are short this week. 1 can still make it."
    assert page.texts("span", "count-card-number") == ["1", "1", "1", "1", "0", "0"]
    assert page.texts("h2", "group-title") == ["Below · 1", "At risk · 1", "Over · 1"]
    assert page.texts("a", "person-name") == ["Marcus Bell", "Wen Zhao", "Lena Hoffmann"]
    assert page.texts("div", "person-hours") == [
        "0 h + 2 h 45 booked · 6 h 15 short Marcus Bell",
        "5 h 30, nothing booked · 3 h 30 short Wen Zhao",
        "14 h + 6 h 30 booked · 1 h 30 over 19 h Lena Hoffmann",
    ]
    assert [line.split(" See ")[0] for line in page.texts("div", "person-repair")] == [
        "Best in reach 8 h 15",
        "Can still reach 9 h 15",
        "Done and booked make 20 h 30",
    ]
    assert "figures live" in page.words
    assert "tel:+13035550142" in page.links
    assert page.texts("a", "chip-link") == ["On track · 1"]


def test_a_card_narrows_to_its_status_and_lifts_it_again(cast: Cast, client: Client) -> None:
    clinic(cast)
    page = board_of(cast, client, "/compliance/?status=on_track")
    assert page.texts("a", "person-name") == ["Ana Reyes"]
    assert page.texts("span", "count-card-number") == ["1", "1", "1", "1", "0", "0"]
    assert "?status=below" in page.links
    assert page.link("Back to who needs somebody") == "?"
    everybody = board_of(cast, client, "/compliance/?show=all")
    assert everybody.texts("a", "person-name") == ["Marcus Bell", "Wen Zhao", "Lena Hoffmann", "Ana Reyes"]


def test_search_and_newcomers_narrow_further(cast: Cast, client: Client) -> None:
    clinic(cast)
    assert board_of(cast, client, "/compliance/?search=zhao").texts("a", "person-name") == ["Wen Zhao"]
    assert board_of(cast, client, "/compliance/?search=ana").texts("a", "person-name") == ["Ana Reyes"]
    new = cast.patient("Nova Day", admitted=False)
    cast.admission(new, admitted_on=NOW.date() - timedelta(days=8))
    counted()
    page = board_of(cast, client, "/compliance/?new=1&show=all")
    assert page.texts("a", "person-name") == ["Nova Day"]
    assert page.texts("span", "chip-square") == ["New · day 9"]


def test_nobody_short_is_said_so(cast: Cast, client: Client) -> None:
    ana = cast.ana
    counted()
    week_like(cast, ana, "on_track", 3, credited_minutes=390, booked_minutes=165, shortfall_minutes=0)
    page = board_of(cast, client)
    assert page.answer == "Everyone is on track."
    assert "Next check tonight." in page.words
    assert page.texts("a", "person-name") == []


def test_figures_that_wait_for_a_recount_say_from_when_they_are(cast: Cast, client: Client) -> None:
    clinic(cast)
    TreatmentWeek.objects.filter(patient__name="Wen Zhao").update(
        computed_at=at("2026-11-18 07:40"), stale_at=NOW - timedelta(minutes=10)
    )
    assert "figures from 7:40 am" in board_of(cast, client).words


def test_what_cannot_be_understood_is_named_and_the_rest_is_shown(cast: Cast, client: Client) -> None:
    clinic(cast)
    page = board_of(cast, client, "/compliance/?status=lazy&week=soon&site=99&page=x")
    assert page.status == 200
    assert len(page.notices) == 3
    assert page.texts("a", "person-name") == ["Marcus Bell", "Wen Zhao", "Lena Hoffmann"]


@pytest.mark.parametrize("path", ["/compliance/", "/schedule/"])
@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31"])
def test_a_week_at_the_end_of_the_calendar_is_no_week(path: str, week: str, cast: Cast, client: Client) -> None:
    clinic(cast)
    page = board_of(cast, client, f"{path}?week={week}")
    assert (page.status, len(page.notices)) == (200, 1)


def test_who_sees_which_board(cast: Cast, client: Client) -> None:
    clinic(cast)
    found = {}
    ana = cast.ana.user
    assert ana is not None
    for user in (cast.cory, cast.dana, cast.ada, cast.stranger, ana):
        client.force_login(user)
        response = client.get("/compliance/")
        page = Page(response.content.decode())
        found[user.name] = (
            response.status_code,
            len(page.texts("a", "person-name")),
            page.words.count("See what fits"),
        )
    assert found == {
        "Cory": (200, 3, 2),
        "Dana": (200, 3, 0),
        "Ada": (200, 3, 0),
        "Stranger": (200, 0, 0),
        "Ana": (403, 0, 0),
    }
    client.logout()
    assert client.get("/compliance/").status_code == 302


def test_the_look_is_recorded(cast: Cast, client: Client) -> None:
    board_of(cast, client)
    entry = TrailEntry.objects.filter(action="opened_report").get()
    assert (entry.actor_id, entry.subject_type) == (cast.cory.pk, "board")


@pytest.mark.parametrize("people", [1, 30])
def test_the_board_costs_the_same_for_one_and_for_thirty(
    cast: Cast, client: Client, people: int, django_assert_num_queries: object
) -> None:
    for _ in range(people):
        cast.patient()
    counted()
    client.force_login(cast.cory)
    with django_assert_num_queries(BOARD_QUERIES):  # type: ignore[operator]
        page = open_page(client, "/compliance/")
    assert len(page.texts("a", "person-name")) == people


def test_a_week_that_is_over_tells_what_it_came_to_and_asks_for_no_call(cast: Cast, client: Client) -> None:
    cast.patient("Wen Zhao")
    ensure_weeks(now=NOW)
    recount_stale(now=NOW)
    client.force_login(cast.cory)
    page = open_page(client, "/compliance/?week=2026-11-09")
    assert page.answer == "1 person was short that week."
    assert page.texts("div", "person-repair") == ["Came to 0 h"]
    assert "Ended short of the goal" in page.words
    assert "Call these first" not in page.words


def test_a_tap_after_the_sign_in_has_ended_leads_to_it_with_the_whole_page(cast: Cast, client: Client) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/compliance/?status=at_risk&search=wen"}
    answer = client.post(f"/patients/{cast.ana.pk}/repair/", headers=here)
    assert (answer.status_code, answer.content) == (204, b"")
    back = "%2Fcompliance%2F%3Fstatus%3Dat_risk%26search%3Dwen"
    assert answer.headers["HX-Redirect"] == f"/accounts/login/?next={back}"
    assert client.post(f"/patients/{cast.ana.pk}/repair/").status_code == 302
