"""Adding somebody who came without an appointment: found by name, the refusal beside them, a reason that lifts it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from attendance.models import AttendanceRecord
from scheduling.models import Session
from tests.cast import Cast, at
from tests.web.reading import open_page, press, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shortly_before() -> Iterator[None]:
    with time_machine.travel(at("2026-11-18 17:55"), tick=False):
        yield


@pytest.fixture
def group(cast: Cast, client: Client) -> Session:
    client.force_login(cast.dana)
    return cast.session("2026-11-18 18:00", capacity=3, now=at("2026-11-12 12:00"))


def path_of(session: Session) -> str:
    return f"/sessions/{session.pk}/roster/walk-in/"


def test_found_added_and_marked(cast: Cast, client: Client, group: Session) -> None:
    theo, _thea = cast.patient("Theo Ramos"), cast.patient("Thea Lund")
    assert path_of(group) in open_page(client, f"/sessions/{group.pk}/roster/").links
    assert open_page(client, path_of(group)).answer == "3 seats are left"
    page = open_page(client, f"{path_of(group)}?name=the")
    assert page.texts("p", "roster-name") == ["Thea Lund", "Theo Ramos"]
    done = press(client, page.form("Add Theo Ramos"), path_of(group))
    assert done.notices == ["done: Theo Ramos is on the roster, and marked present."]
    record = AttendanceRecord.objects.get()
    assert (record.patient, record.status) == (theo, "present")
    assert open_page(client, f"{path_of(group)}?name=theo").texts("p", "empty-title") == [
        "Nobody of this name whom you see"
    ]


def test_the_refusal_stands_beside_and_a_reason_lifts_it(cast: Cast, client: Client, group: Session) -> None:
    cast.patient("Theo Ramos")
    with time_machine.travel(at("2026-11-18 18:20"), tick=False):
        page = open_page(client, f"{path_of(group)}?name=theo")
        refused = press(client, page.form("Add Theo Ramos"), path_of(group))
        assert (refused.status, refused.texts("p", "field-error")) == (409, ["This session has begun."])
        assert AttendanceRecord.objects.count() == 0
        anyway = refused.form("Add anyway Theo Ramos")
        lifted = {**anyway.fields, "override_reason": "Makes up for Monday"}
        done = read(client.post(path_of(group), lifted, follow=True))
    assert done.notices == ["done: Theo Ramos is on the roster, and marked present."]
    assert AttendanceRecord.objects.get().late_minutes == 20


def test_what_no_reason_lifts_offers_no_button(cast: Cast, client: Client, group: Session) -> None:
    for _ in range(3):
        cast.booked(cast.patient(), group, now=at("2026-11-12 12:00"))
    cast.patient("Theo Ramos")
    page = open_page(client, f"{path_of(group)}?name=theo")
    assert page.answer == "Every seat is taken"
    refused = press(client, page.form("Add Theo Ramos"), path_of(group))
    assert (refused.status, refused.texts("p", "field-error")) == (409, ["This session is full."])
    assert [form.button for form in refused.forms if "Theo" in form.button] == []


def test_who_is_not_seen_is_not_added(cast: Cast, client: Client, group: Session) -> None:
    far = cast.patient("Far Away", admitted=False)
    assert client.post(path_of(group), {"name": "far", "patient": far.pk}).status_code == 404
    assert client.post(path_of(group), {"name": "far", "patient": "x"}).status_code == 400
    client.force_login(cast.ada)
    assert client.get(path_of(group)).status_code == 403


@pytest.mark.parametrize("people", [1, 12])
def test_the_page_costs_the_same_for_any_number(
    cast: Cast, client: Client, group: Session, people: int, django_assert_num_queries: object
) -> None:
    for number in range(people):
        cast.patient(f"Theo {number}")
    with django_assert_num_queries(WALK_IN_QUERIES):  # type: ignore[operator]
        assert len(open_page(client, f"{path_of(group)}?name=theo").texts("p", "roster-name")) == people


WALK_IN_QUERIES = 8
