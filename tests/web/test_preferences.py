"""Language and reminders, and the page that leads there."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notifications.models import NotificationPreference
from people.models import User
from tests.cast import NOW, Cast
from tests.web.reading import open_page, read

FIELDS = {"language": "en", "email_enabled": "on", "quiet_from": "22:00", "quiet_until": "07:30"}


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
    return list(NotificationPreference.objects.values_list("patient", "email_enabled", "quiet_from", "quiet_until"))


def test_the_first_line_says_whether_one_is_reminded(ana: Client, cast: Cast) -> None:
    assert open_page(ana, "/preferences/").answer == "We remind you by e-mail"
    cast.ana.email = ""
    cast.ana.save()
    shown = open_page(ana, "/preferences/")
    assert shown.answer == "We send you no reminders"
    assert shown.notices == ["info: We have no e-mail address of yours. Tell your clinic one."]


def test_quiet_hours_and_reminders_are_saved(ana: Client, cast: Cast) -> None:
    answer = read(ana.post("/preferences/", FIELDS, follow=True))
    assert answer.notices == ["done: Saved."]
    assert kept() == [(cast.ana.pk, True, dt.time(22), dt.time(7, 30))]
    off = read(ana.post("/preferences/", {**FIELDS, "email_enabled": ""}, follow=True))
    assert off.answer == "We send you no reminders"
    assert kept() == [(cast.ana.pk, False, dt.time(22), dt.time(7, 30))]


def test_the_pages_speak_the_language_chosen(ana: Client, cast: Cast) -> None:
    ana.post("/preferences/", {**FIELDS, "language": "es"})
    assert User.objects.get(patient=cast.ana).language == "es"
    assert '<html lang="es">' in open_page(ana, "/preferences/").source


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("language", ""), ("quiet_from", "late"), ("quiet_until", "")]
)
def test_what_makes_no_sense_changes_nothing(ana: Client, cast: Cast, field: str, value: str) -> None:
    answer = read(ana.post("/preferences/", {**FIELDS, "language": "es", field: value}))
    assert answer.status == 400
    assert len(answer.texts("div", "has-error")) == 1
    assert (kept(), User.objects.get(patient=cast.ana).language) == ([], "en")


def test_more_leads_to_the_other_pages(ana: Client, cast: Cast) -> None:
    shown = open_page(ana, "/more/")
    assert [
        shown.link(words) for words in ("Work hours", "Your calendar", "Reminders and language", "Two-step sign-in")
    ] == ["/work-hours/", "/calendar/", "/preferences/", "/accounts/2fa/"]
    assert "+1 303-555-0100" in shown.words


def test_the_pages_cost_little(ana: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(5):
        open_page(ana, "/more/")
    with django_assert_num_queries(6):
        open_page(ana, "/preferences/")


def test_somebody_who_is_no_patient_has_no_such_page(client: Client, cast: Cast) -> None:
    assert client.get("/more/")["Location"] == "/accounts/login/?next=/more/"
    client.force_login(cast.cory)
    assert client.get("/more/").status_code == 404


def test_the_staff_choose_their_language_and_nothing_else(client: Client, cast: Cast) -> None:
    assert client.get("/preferences/")["Location"] == "/accounts/login/?next=/preferences/"
    client.force_login(cast.cory)
    assert open_page(client, "/preferences/").answer == "These pages are in English"
    assert client.post("/preferences/", {"language": "xx"}).status_code == 400
    answer = read(client.post("/preferences/", {"language": "es"}, follow=True))
    assert (answer.answer, answer.notices) == ("Estas páginas están en español", ["done: Guardado."])
    assert (kept(), User.objects.get(pk=cast.cory.pk).language) == ([], "es")
