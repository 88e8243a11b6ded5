"""A patient's calendar addresses on their page."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notifications.models import CalendarFeed
from notifications.services.feeds import create_feed
from tests.cast import NOW, Cast
from tests.web.reading import open_page, read

QUERIES = 6
FIELDS = {"name": "Evenings", "detail": "appointment", "alarm_minutes": "", "color": ""}


@pytest.fixture(autouse=True)
def _cast_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(client: Client, cast: Cast) -> Client:
    """A client signed in as Ana."""
    assert cast.ana.user is not None
    client.force_login(cast.ana.user)
    return client


def kept() -> list[tuple[object, ...]]:
    return list(CalendarFeed.objects.values_list("name", "detail", "alarm_minutes", "color", "revoked_at"))


def test_a_new_address_is_shown_once_and_kept_by_no_cache(ana: Client) -> None:
    answer = ana.post("/calendar/", {**FIELDS, "alarm_minutes": "60", "color": "teal"})
    shown = read(answer)
    assert "no-store" in answer["Cache-Control"]
    assert shown.answer == "Your appointments are in 1 calendar"
    assert "Google looks for changes only every 8 to 24 hours." in shown.words
    assert shown.source.count('value="http://testserver/calendar/') == 1
    assert kept() == [("Evenings", "appointment", 60, "teal", None)]
    assert 'value="http://testserver/calendar/' not in open_page(ana, "/calendar/").source


def test_everything_shown_needs_a_tick(ana: Client) -> None:
    answer = read(ana.post("/calendar/", {**FIELDS, "detail": "full"}))
    assert (answer.status, kept()) == (400, [])
    assert "Tick this, or choose one of the others." in answer.words
    ana.post("/calendar/", {**FIELDS, "detail": "full", "shown_knowingly": "on"})
    assert kept() == [("Evenings", "full", None, "", None)]


def test_a_feed_is_changed_with_its_address_kept(ana: Client, cast: Cast) -> None:
    feed, _address = create_feed(cast.ana, actor=None, now=NOW, alarm_minutes=45)
    assert '<option value="45" selected>45 minutes before</option>' in open_page(ana, "/calendar/").source
    prefix = f"feed-{feed.pk}"
    fields = {f"{prefix}-{name}": value for name, value in {**FIELDS, "detail": "busy", "alarm_minutes": "45"}.items()}
    answer = read(ana.post(f"/calendar/{feed.pk}/", fields, follow=True))
    assert answer.notices == ["done: Changed. Your calendar shows it when it next looks."]
    assert kept() == [("Evenings", "busy", 45, "", None)]
    assert CalendarFeed.objects.get().token_hash == feed.token_hash

    empty = read(ana.post(f"/calendar/{feed.pk}/", {**fields, f"{prefix}-name": " "}))
    assert empty.status == 400
    assert "Write a name of at most 60 characters." in empty.words


def test_a_feed_is_renewed_and_switched_off(ana: Client, cast: Cast) -> None:
    feed, _address = create_feed(cast.ana, actor=None, now=NOW)
    answer = ana.post(f"/calendar/{feed.pk}/rotate/")
    assert "no-store" in answer["Cache-Control"]
    assert 'value="http://testserver/calendar/' in answer.content.decode()
    assert CalendarFeed.objects.get().token_hash != feed.token_hash

    off = read(ana.post(f"/calendar/{feed.pk}/revoke/", follow=True))
    assert off.notices == ["done: Switched off. That address answers no more."]
    assert off.answer == "Your appointments are in no calendar yet"
    again = read(ana.post(f"/calendar/{feed.pk}/rotate/", follow=True))
    assert again.notices == ["bad: This calendar was switched off. Make a new one."]


def test_ten_calendars_are_enough(ana: Client, cast: Cast) -> None:
    for _number in range(10):
        create_feed(cast.ana, actor=None, now=NOW)
    answer = read(ana.post("/calendar/", FIELDS))
    assert answer.status == 400
    assert answer.notices == ["bad: That many calendars are enough. Switch one off first."]
    assert len(kept()) == 10


def test_another_persons_feed_is_not_there(ana: Client, cast: Cast) -> None:
    feed, _address = create_feed(cast.ben, actor=None, now=NOW)
    paths = [f"/calendar/{pk}/{verb}" for pk in (feed.pk, 2**70) for verb in ("", "rotate/", "revoke/")]
    assert {ana.post(path, FIELDS).status_code for path in paths} == {404}
    assert CalendarFeed.objects.get().token_hash == feed.token_hash
    assert open_page(ana, "/calendar/").answer == "Your appointments are in no calendar yet"


def test_getting_an_address_that_changes_something_is_refused(ana: Client, cast: Cast) -> None:
    feed, _address = create_feed(cast.ana, actor=None, now=NOW)
    paths = [f"/calendar/{feed.pk}/{verb}" for verb in ("", "rotate/", "revoke/")]
    assert [ana.get(path).status_code for path in paths] == [405, 405, 405]


def test_the_page_costs_the_same_with_one_and_with_ten_feeds(
    ana: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    create_feed(cast.ana, actor=None, now=NOW)
    with django_assert_num_queries(QUERIES):
        open_page(ana, "/calendar/")
    for _number in range(9):
        create_feed(cast.ana, actor=None, now=NOW)
    with django_assert_num_queries(QUERIES):
        open_page(ana, "/calendar/")


def test_somebody_who_is_no_patient_has_no_such_page(client: Client, cast: Cast) -> None:
    assert client.get("/calendar/")["Location"] == "/accounts/login/?next=/calendar/"
    client.force_login(cast.cory)
    assert client.get("/calendar/").status_code == 404
