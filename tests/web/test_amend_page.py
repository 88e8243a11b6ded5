"""Amending a signed mark on its page: the reason, the earlier values struck, and who may."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from attendance.models import Amendment, AttendanceRecord, TreatmentWeek
from attendance.services.roster import RosterRow, save_rows, sign_roster
from attendance.services.weeks import recount_patient
from people.models import TrailEntry
from tests.cast import Cast, at
from tests.web.reading import open_page, read

pytestmark = pytest.mark.django_db

AFTER = at("2026-11-18 21:03")
MARK = {"status": "present", "arrived": "18:14", "left": "", "excuse": "", "givenby": "", "givenat": "", "remark": ""}


@pytest.fixture(autouse=True)
def _after_the_session() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def record(cast: Cast, client: Client) -> AttendanceRecord:
    """Chidi's mark on Wednesday's signed roster: missed. Dana has signed in."""
    before = at("2026-11-12 12:00")
    pause = (at("2026-11-18 19:30"), at("2026-11-18 19:45"))
    session = cast.session("2026-11-18 18:00", breaks=(pause,), now=before)
    booking = cast.booked(cast.patient("Chidi Okafor"), session, now=before)
    save_rows(session, [RosterRow(booking.pk, "no_show")], actor=cast.dana, now=AFTER)
    sign_roster(session, actor=cast.dana, now=AFTER)
    client.force_login(cast.dana)
    return AttendanceRecord.objects.get()


def path_of(record: AttendanceRecord) -> str:
    return f"/attendance/{record.pk}/amend/"


def test_from_the_roster_to_the_amendment_and_back(record: AttendanceRecord, client: Client) -> None:
    roster = f"/sessions/{record.session_id}/roster/"
    assert path_of(record) in open_page(client, roster).links
    page = open_page(client, path_of(record))
    assert (page.answer, "It was never amended." in page.words) == ("Chidi Okafor: 0 h counted", True)
    done = read(client.post(path_of(record), {**MARK, "reason": "He was in the lobby"}, follow=True))
    assert "done: Chidi Okafor is amended." in done.notices
    struck = "Status: before No-show Present Arrived: before on time 6:14 Counted: before 0 h 2 h 31"
    assert f"{struck} He was in the lobby · Dana, Wed 18 Nov, 9:03 pm" in done.words
    assert done.texts("s") == ["before No-show", "before on time", "before 0 h"]
    record.refresh_from_db()
    assert (record.status, record.arrived_at, record.credited_minutes) == ("present", at("2026-11-18 18:14"), 151)
    again = open_page(client, path_of(record))
    assert 'name="arrived" value="18:14"' in again.source
    assert again.answer == "Chidi Okafor: 2 h 31 counted"


def test_every_earlier_value_stays(record: AttendanceRecord, client: Client) -> None:
    for arrived, reason in (("18:14", "Was late"), ("18:05", "It was the other one"), ("", "Both wrong")):
        client.post(path_of(record), {**MARK, "arrived": arrived, "reason": reason})
    page = open_page(client, f"/sessions/{record.session_id}/roster/")
    assert page.texts("s") == [
        *("before No-show", "before on time", "before 0 h"),
        *("before 6:14", "before 2 h 31"),
        *("before 6:05", "before 2 h 40"),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "   "}, "This field is required."),
        ({"arrived": "soon"}, "Type the time as hours and minutes, such as 18:14."),
        ({"left": "18:00"}, "Somebody cannot leave before they arrive."),
        ({"status": "no_show", "excuse": "work"}, ""),
        ({"status": "gone"}, "Select a valid choice. gone is not one of the available choices."),
    ],
)
def test_what_cannot_be_stands_at_its_field_and_nothing_is_written(
    record: AttendanceRecord, client: Client, changes: dict[str, str], sentence: str
) -> None:
    page = read(client.post(path_of(record), {**MARK, "reason": "Because", **changes}))
    if not sentence:  # dropped, as on the roster: it does not go with the status; nothing changes then
        assert (page.status, Amendment.objects.count()) == (302, 0)
        return
    assert (page.status, page.texts("p", "field-error")) == (400, [sentence])
    assert Amendment.objects.count() == 0


def test_a_closed_week_is_refused_in_words(cast: Cast, record: AttendanceRecord, client: Client) -> None:
    recount_patient(record.patient_id, now=AFTER)
    TreatmentWeek.objects.filter(patient=record.patient_id).update(closed_at=AFTER)
    page = read(client.post(path_of(record), {**MARK, "reason": "He was in the lobby"}, follow=True))
    if Amendment.objects.exists():  # where closing keeps revisions, it is taken
        assert "done: Chidi Okafor is amended." in page.notices
    else:
        assert "bad: This week is closed" in page.notices


def test_who_may_and_the_look_is_recorded(cast: Cast, record: AttendanceRecord, client: Client) -> None:
    found = {}
    for user in (cast.dana, cast.cory, cast.ada, cast.stranger):
        client.force_login(user)
        looked, sent = client.get(path_of(record)), client.post(path_of(record), {**MARK, "reason": ""})
        found[user.name] = (looked.status_code, sent.status_code)
    assert found == {"Dana": (200, 400), "Cory": (200, 400), "Ada": (403, 403), "Stranger": (404, 404)}
    looks = TrailEntry.objects.filter(action="opened_roster", patient_id=record.patient_id).order_by("pk")
    assert list(looks.values_list("actor_id", flat=True)) == [cast.dana.pk, cast.cory.pk]


@pytest.mark.parametrize("amendments", [1, 6])
def test_the_page_costs_the_same_however_often_it_was_amended(
    record: AttendanceRecord, client: Client, amendments: int, django_assert_num_queries: object
) -> None:
    for minute in range(amendments):
        client.post(path_of(record), {**MARK, "arrived": f"18:0{minute + 1}", "reason": "Again"})
    assert Amendment.objects.count() == amendments
    client.get(path_of(record))
    with django_assert_num_queries(AMEND_QUERIES):  # type: ignore[operator]
        client.get(path_of(record))


AMEND_QUERIES = 10
