"""Kept lists, the map of weeks, and trends: what they say, to whom, and what they cost."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.models import BoardFilter, TreatmentWeek
from attendance.services.weeks import ensure_weeks, recount_stale
from tests.cast import NOW, Cast
from tests.web.reading import Page, open_page

pytestmark = pytest.mark.django_db

HEAT_QUERIES = 13
TREND_QUERIES = 11


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def counted(cast: Cast, *names: str) -> None:
    for name in names:
        cast.patient(name)
    ensure_weeks(now=NOW, weeks_back=3)
    recount_stale(now=NOW)


def post(client: Client, path: str, **body: str) -> Page:
    response = client.post(path, body, follow=True)
    return Page(response.content.decode(), response.status_code)


def test_filters_are_kept_replaced_and_forgotten(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    page = post(client, "/compliance/filters/", name="Morning list", query="?status=below&new=1&week=2026-11-18&x=y")
    assert page.notices == ["done: Kept as “Morning list”."]
    assert page.link("Morning list") == "?new=1&status=below"
    post(client, "/compliance/filters/", name="Morning list", query="?status=at_risk")
    kept = BoardFilter.objects.get()
    assert (kept.user, kept.name, kept.said) == (cast.cory, "Morning list", {"status": "at_risk"})
    assert post(client, "/compliance/filters/", name=" ").notices == [
        "bad: Nothing was kept. Give it a name of up to 60 characters."
    ]
    client.force_login(cast.dirk)
    assert client.post(f"/compliance/filters/{kept.pk}/drop/").status_code == 404
    client.force_login(cast.cory)
    assert post(client, f"/compliance/filters/{kept.pk}/drop/").notices == ["done: The list is forgotten."]
    assert not BoardFilter.objects.exists()


def test_the_map_shows_each_persons_weeks_and_opens_their_evidence(cast: Cast, client: Client) -> None:
    counted(cast, "Wen Zhao")
    week = TreatmentWeek.objects.get(week="2026-11-09")
    TreatmentWeek.objects.filter(pk=week.pk).update(status="met", credited_minutes=555)
    client.force_login(cast.cory)
    page = open_page(client, "/compliance/heat/")
    assert page.answer == "1 person is short this week."
    assert page.texts("a", "heat-cell")[-2:] == ["9 h 15 Reached", "0 h Below"]
    evidence = f"/patients/{week.patient_id}/ledger/?to=2026-11-09#week-{week.pk}"
    assert evidence in page.links
    assert f'id="week-{week.pk}" open' in open_page(client, evidence).source
    client.force_login(cast.stranger)
    assert open_page(client, "/compliance/heat/").answer == "Nobody is listed here"


def test_trends_say_the_share_and_the_spread_in_words_too(cast: Cast, client: Client) -> None:
    counted(cast, "Wen Zhao", "Marcus Bell")
    reached = TreatmentWeek.objects.filter(week="2026-11-09").order_by("pk")[0]
    TreatmentWeek.objects.filter(pk=reached.pk).update(status="met", credited_minutes=555)
    TreatmentWeek.objects.filter(week="2026-11-16", patient=reached.patient).update(credited_minutes=200)
    client.force_login(cast.cory)
    page = open_page(client, "/compliance/trends/")
    assert page.answer == "50% reached their goal in the last finished week"
    assert "9–15 Nov 50% 1 0 0 0 1 0 9 h 15" in page.words
    assert "0 h 1 1 h 0 2 h 0 3 h 1" in page.words  # hours that nobody comes to are a gap, not left out
    drawn = json.loads(page.source.split('id="chart-data" type="application/json">')[1].split("</script>")[0])
    assert (drawn["share"][-2:], drawn["counts"]["met"][-2:], drawn["people"]) == ([50, None], [1, 0], [1, 0, 0, 1])


@pytest.mark.parametrize("people", [1, 30])
@pytest.mark.parametrize(("path", "queries"), [("heat", HEAT_QUERIES), ("trends", TREND_QUERIES)])
def test_they_cost_the_same(
    cast: Cast, client: Client, people: int, path: str, queries: int, django_assert_num_queries: Any
) -> None:
    counted(cast, *(f"Person {number}" for number in range(people)))
    client.force_login(cast.cory)
    with django_assert_num_queries(queries):
        open_page(client, f"/compliance/{path}/")
