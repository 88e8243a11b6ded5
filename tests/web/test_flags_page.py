"""Flags by person: why, what would help, who has it, and what was done."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.models import Flag, Outreach
from attendance.services.outreach import note_contact
from people.models import Patient
from tests.cast import NOW, WEEK, Cast
from tests.web.reading import Page, open_page

pytestmark = pytest.mark.django_db

FLAG_QUERIES = 13
FACTS = {
    "min_minutes": 540,
    "max_minutes": 1140,
    "credited_minutes": 330,
    "booked_minutes": 165,
    "bookable_minutes": 180,
    "shortfall_minutes": 45,
}


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def flagged(cast: Cast, patient: Patient, kind: str = "at_risk", **fields: Any) -> Flag:
    given = {"week": WEEK, "raised_at": NOW, "facts": FACTS, **fields}
    return Flag.objects.create(patient=patient, admission=cast.admission_of(patient), kind=kind, **given)


def act(client: Client, flag: Flag, action: str, **body: Any) -> Page:
    response = client.post(f"/flags/{flag.pk}/{action}/", body, follow=True)
    return Page(response.content.decode(), response.status_code)


def test_a_person_stands_once_with_all_that_is_about_them(cast: Cast, client: Client) -> None:
    flagged(cast, cast.ana)
    flagged(cast, cast.ana, "inactive", facts={"days": 9, "threshold": 7, "seen": True})
    flagged(cast, cast.patient("Wen Zhao"), "repeated_absence", facts={"absences": 3, "in_a_row": 2, "latest_at": ""})
    client.force_login(cast.cory)
    page = open_page(client, "/flags/")
    assert page.answer == "3 flags are open"
    assert page.texts("a", "person-name") == ["Ana Reyes", "Wen Zhao"]
    for why in (
        "16–22 Nov: 8 h 15 of 9 h; can still reach 11 h 15",
        "9 days not seen",
        "3 unexcused absences in all, 2 in a row",
    ):
        assert why in page.words
    assert page.words.count("No contact in two weeks") == 2
    assert open_page(client, "/flags/?kind=inactive").texts("a", "person-name") == ["Ana Reyes"]


def test_who_left_and_days_of_leave_are_said(cast: Cast, client: Client) -> None:
    flagged(cast, cast.ana, assigned_to=cast.dana)
    facts = {"days": 9, "threshold": 7, "seen": True, "leave_days": 12}
    flagged(cast, cast.patient("Wen Zhao"), "inactive", facts=facts)
    type(cast.dana).objects.filter(pk=cast.dana.pk).update(is_active=False)
    client.force_login(cast.cory)
    words = open_page(client, "/flags/").words
    assert "with Dana, whose account is closed" in words
    assert "9 days not seen, 12 of leave not counted" in words


def test_seen_given_noted_and_settled_from_the_page(cast: Cast, client: Client) -> None:
    flag = flagged(cast, cast.ana)
    client.force_login(cast.cory)
    assert cast.dana.is_active
    assert act(client, flag, "acknowledge").notices == ["done: Noted that you have seen it."]
    assert act(client, flag, "assign", assigned_to=cast.dana.pk).notices == ["done: It is with Dana now."]
    page = act(client, flag, "notes", kind="call", outcome="no_answer", back="/flags/?kind=at_risk")
    assert page.notices == ["done: Noted."]
    assert "Cory called Wed: no answer" in page.words
    assert page.texts("ol", "flag-steps") == [
        "Cory: acknowledged Wed 18 Nov, 8:02 am "
        "Cory: given to Dana Wed 18 Nov, 8:02 am "
        "Cory: call, No answer Wed 18 Nov, 8:02 am"
    ]
    assert act(client, flag, "resolve", reason="Books herself").answer == "Nothing needs you"
    page = open_page(client, "/flags/?resolved=1")
    assert page.answer == "1 flag is resolved"
    assert "Resolved: Books herself" in page.words
    client.force_login(cast.dana)
    assert open_page(client, "/flags/?mine=1").answer == "Nothing needs you"


@pytest.mark.parametrize(("days", "said"), [(0, "Wed:"), (6, "Thu:"), (7, "Wed 11 Nov:"), (13, "Thu 5 Nov:")])
def test_a_weekday_alone_is_never_that_of_a_week_ago(cast: Cast, client: Client, days: int, said: str) -> None:
    flagged(cast, cast.ana)
    note_contact(cast.ana, kind="call", outcome="no_answer", actor=cast.cory, now=NOW - timedelta(days=days))
    client.force_login(cast.cory)
    assert f"Cory called {said} no answer" in open_page(client, "/flags/").words


def test_what_cannot_be_done_is_said(cast: Cast, client: Client) -> None:
    flag = flagged(cast, cast.ana)
    client.force_login(cast.cory)
    for action, body, notice in (
        ("resolve", {}, "bad: Nothing was changed. Reason: This field is required."),
        ("notes", {"kind": "note"}, "bad: Nothing was changed. Say something, or what came of it."),
        (
            "assign",
            {"assigned_to": cast.stranger.pk},
            "bad: Nothing was changed. They do not see this person, or may not act on it.",
        ),
    ):
        assert act(client, flag, action, **body).notices == [notice]
    assert not Outreach.objects.exists()
    client.force_login(cast.ada)
    assert client.post(f"/flags/{flag.pk}/resolve/", {"reason": "x"}).status_code == 403
    assert [form.button for form in open_page(client, "/flags/").forms] == ["Sign out"]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/flags/", "/patients/1/"])
def test_the_way_back_stays_on_the_list(cast: Cast, client: Client, back: str) -> None:
    flag = flagged(cast, cast.ana)
    client.force_login(cast.cory)
    answer = client.post(f"/flags/{flag.pk}/acknowledge/", {"back": back})
    assert answer["Location"] == f"/flags/#flag-{flag.pk}"


def test_a_contact_is_noted_on_the_record_and_shows_on_the_board(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    answer = client.post(
        f"/patients/{cast.ana.pk}/contact/", {"kind": "call", "outcome": "will_book", "text": "Asks for Saturday"}
    )
    assert answer.status_code == 302
    page = open_page(client, f"/patients/{cast.ana.pk}/")
    assert "Cory: call, Will book “Asks for Saturday” Wed 18 Nov, 8:02 am" in page.words
    client.force_login(cast.ada)
    assert client.post(f"/patients/{cast.ana.pk}/contact/", {"kind": "call"}).status_code == 403


@pytest.mark.parametrize("people", [1, 30])
def test_the_list_costs_the_same(cast: Cast, client: Client, people: int, django_assert_num_queries: Any) -> None:
    for _ in range(people):
        flag = flagged(cast, cast.patient())
        Outreach.objects.create(flag=flag, patient=flag.patient, kind="call", at=NOW, by=cast.cory)
    client.force_login(cast.cory)
    with django_assert_num_queries(FLAG_QUERIES):
        open_page(client, "/flags/")
