"""What each role finds in the navigation, and that a page without an address is left out."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from tests.cast import Cast
from web.navigation import nav_for, navigation, shell_for


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("week/", _page, name="week"),
    path("book/", _page, name="book"),
    path("work-hours/", _page, name="work-hours"),
    path("today/", _page, name="today"),
    path("compliance/", _page, name="compliance"),
    path("flags/", _page, name="flags"),
    path("sign-out/", _page, name="account_logout"),
]

pytestmark = pytest.mark.django_db


def request_of(user: Any, path: str = "/week/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    return request


def drawn(request: HttpRequest) -> list[tuple[str, str, bool]]:
    return [(item.url, str(item.label), item.active) for item in nav_for(request)]


@override_settings(ROOT_URLCONF=__name__)
def test_a_patient_finds_the_week_booking_and_a_fold(cast: Cast) -> None:
    request = request_of(cast.ana.user, "/book/")
    assert drawn(request) == [("/week/", "Week", False), ("/book/", "Book", True), ("", "More", False)]
    assert [(c.url, str(c.label), c.is_post) for c in nav_for(request)[-1].children] == [
        ("/work-hours/", "Work hours", False),
        ("/sign-out/", "Sign out", True),
    ]
    assert shell_for(request) == "patient"


@override_settings(ROOT_URLCONF=__name__)
def test_whoever_has_no_role_yet_finds_their_account_alone(cast: Cast) -> None:
    """Every other page would be nowhere to them."""
    request = request_of(cast.user("nobody"), "/")
    assert drawn(request) == [("", "More", False)]
    assert [str(child.label) for child in nav_for(request)[-1].children] == ["Sign out"]


@override_settings(ROOT_URLCONF=__name__)
def test_the_fold_is_marked_on_a_page_that_it_holds(cast: Cast) -> None:
    assert drawn(request_of(cast.ana.user, "/work-hours/"))[-1] == ("", "More", True)


@override_settings(ROOT_URLCONF=__name__)
def test_a_counselor_finds_today_and_how_their_caseload_stands(cast: Cast) -> None:
    request = request_of(cast.dana, "/today/")
    assert drawn(request) == [("/today/", "Today", True), ("/compliance/", "Board", False), ("", "More", False)]
    assert shell_for(request) == "staff"


@override_settings(ROOT_URLCONF=__name__)
def test_a_coordinator_finds_the_board_and_the_flags(cast: Cast) -> None:
    request = request_of(cast.cory, "/compliance/")
    assert drawn(request) == [("/compliance/", "Board", True), ("/flags/", "Flags", False), ("", "More", False)]


def test_a_stranger_finds_nothing_but_the_way_out() -> None:
    request = request_of(AnonymousUser())
    context = navigation(request)
    assert (list(context["nav"]), str(context["shell"])) == ([], "plain")
    assert context["quick_exit_url"].startswith("https://")


def test_an_active_place_shows_its_filled_icon(cast: Cast) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        week = nav_for(request_of(cast.ana.user, "/week/"))[0]
    assert (week.icon, week.shown_icon) == ("calendar-week", "calendar-week-fill")
