"""What a roster's form may say: times without a date, rows of other sessions, and what no longer goes together."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from attendance.models import AttendanceRecord, Roster
from attendance.services.roster_rules import RosterRow
from scheduling.enums import Mode
from scheduling.models import Booking, Session
from tests.cast import Cast, at
from tests.web.reading import read
from web.forms.roster import near, read_marks

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _after_the_session() -> Iterator[None]:
    with time_machine.travel(at("2026-11-18 21:03"), tick=False):
        yield


@pytest.fixture
def evening(cast: Cast, client: Client) -> tuple[Session, Booking, Booking]:
    """Ana and Ben on Wednesday's group; Dana has signed in."""
    before = at("2026-11-12 12:00")
    session = cast.session("2026-11-18 18:00", now=before)
    client.force_login(cast.dana)
    ana, ben = (cast.booked(cast.patient(name), session, now=before) for name in ("Ana", "Ben"))
    return session, ana, ben


def path_of(session: Session) -> str:
    return f"/sessions/{session.pk}/roster/"


@pytest.mark.parametrize(
    ("text", "wall"),
    [("22:30", "2026-11-18 22:30"), ("00:10", "2026-11-19 00:10"), ("21:50", "2026-11-18 21:50")],
)
def test_a_time_is_the_one_nearest_to_the_session(cast: Cast, text: str, wall: str) -> None:
    session = cast.session("2026-11-18 22:00", minutes=180, now=at("2026-11-12 12:00"))
    assert near(text, session, around=session.starts_at) == at(wall)


def test_what_is_not_sent_is_not_said_and_names_that_are_no_fields_are_passed_over(cast: Cast) -> None:
    session = cast.session("2026-11-18 18:00", mode=Mode.TELEHEALTH, room=False, now=at("2026-11-12 12:00"))
    marks = read_marks({"status-7": "present", "status-x": "present", "status-": "present", "week": "1"}, session)
    assert marks.rows == [RosterRow(7, "present")]
    assert marks.errors == {}


def test_what_does_not_go_with_the_status_is_dropped(client: Client, evening: tuple[Session, Booking, Booking]) -> None:
    session, ana, ben = evening
    fields = {
        f"status-{ana.pk}": "excused",
        f"excuse-{ana.pk}": "work",
        f"arrived-{ana.pk}": "18:30",
        f"left-{ben.pk}": "20:00",
        f"excuse-{ben.pk}": "work",
        f"mode-{ben.pk}": "telehealth",
    }
    assert client.post(path_of(session), fields).status_code == 302
    columns = ("booking", "status", "arrived_at", "left_at", "excuse_reason", "mode", "credited_minutes")
    assert list(AttendanceRecord.objects.order_by("booking").values_list(*columns)) == [
        (ana.pk, "excused", None, None, "work", "in_person", 0),
        (ben.pk, "present", None, at("2026-11-18 20:00"), "work", "telehealth", 120),
    ]


def test_a_booking_of_another_session_is_not_marked_here(
    cast: Cast, client: Client, evening: tuple[Session, Booking, Booking]
) -> None:
    session, _ana, _ben = evening
    other = cast.booked(cast.patient("Cleo"), cast.session("2026-11-19 18:00"))
    answer = client.post(path_of(session), {f"status-{other.pk}": "present"}, headers=JSON)
    assert (answer.status_code, answer.json()) == (
        400,
        {"errors": {str(other.pk): ["This booking is not on the roster."]}},
    )
    assert AttendanceRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "perhaps"}, "Say present, excused, no_show or turned_away."),
        ({"status": "excused", "excuse": "bored"}, "The program's list has no such reason."),
        ({"status": "present", "arrived": "25:00"}, "Type the time as hours and minutes, such as 18:14."),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(
    client: Client, evening: tuple[Session, Booking, Booking], fields: dict[str, str], sentence: str
) -> None:
    session, ana, ben = evening
    sent = {f"{name}-{ana.pk}": value for name, value in fields.items()} | {f"status-{ben.pk}": "present"}
    answer = client.post(path_of(session), sent, headers=JSON)
    assert (answer.status_code, answer.json()) == (400, {"errors": {str(ana.pk): [sentence]}})
    assert AttendanceRecord.objects.count() == 0


def test_signing_takes_the_unsaved_rows_along(client: Client, evening: tuple[Session, Booking, Booking]) -> None:
    session, ana, ben = evening
    client.post(path_of(session), {"do": "sign", f"status-{ana.pk}": "present", f"status-{ben.pk}": "turned_away"})
    assert list(AttendanceRecord.objects.order_by("booking").values_list("status", flat=True)) == [
        "present",
        "turned_away",
    ]
    assert Roster.objects.get().signed_at == at("2026-11-18 21:03")


def test_an_excuse_is_read_whole_and_its_checkbox_is_unticked_by_a_whole_form_alone(
    client: Client, evening: tuple[Session, Booking, Booking]
) -> None:
    session, ana, _ben = evening
    excuse = {
        f"status-{ana.pk}": "excused",
        f"excuse-{ana.pk}": "work",
        f"givenby-{ana.pk}": "employer",
        f"givenat-{ana.pk}": "2026-11-17T16:10",
        f"document-{ana.pk}": "on",
        f"remark-{ana.pk}": "Letter in the folder",
    }
    page = read(client.post(path_of(session), {"version": "0", **excuse}, follow=True))
    note = "Excused: work · told Tue 17 Nov, 4:10 pm, before the session · from: Employer · document seen"
    assert f"{note} · Letter in the folder" in page.words
    columns = ("excuse_given_by", "excuse_given_at", "document_seen", "remark")
    given = ("employer", at("2026-11-17 16:10"), True, "Letter in the folder")
    assert AttendanceRecord.objects.values_list(*columns).get() == given
    client.post(path_of(session), {f"excuse-{ana.pk}": "court"}, headers=JSON)
    assert AttendanceRecord.objects.values_list(*columns).get() == given
    del excuse[f"document-{ana.pk}"]
    client.post(path_of(session), {"version": "2", **excuse})
    assert AttendanceRecord.objects.values_list(*columns).get() == (*given[:2], False, given[3])


def test_a_script_clears_a_time_with_an_empty_field(client: Client, evening: tuple[Session, Booking, Booking]) -> None:
    session, ana, _ben = evening
    client.post(path_of(session), {f"arrived-{ana.pk}": "18:14"}, headers=JSON)
    assert AttendanceRecord.objects.get().credited_minutes == 166
    client.post(path_of(session), {f"arrived-{ana.pk}": ""}, headers=JSON)
    record = AttendanceRecord.objects.get()
    assert (record.status, record.arrived_at, record.credited_minutes) == ("present", None, 180)


@pytest.mark.parametrize(
    ("said", "status", "remarks"),
    [
        ({"status": "excused", "givenat": "9999-12-31T23:59"}, 400, []),
        ({"status": "excused", "givenat": "0001-01-01T00:00"}, 400, []),
        ({"status": "present", "remark": "by\x00 bus"}, 302, ["by bus"]),
    ],
)
def test_what_no_page_would_send_breaks_nothing(
    evening: tuple[Session, Booking, Booking], client: Client, said: dict[str, str], status: int, remarks: list[str]
) -> None:
    session, ana, _ben = evening
    answer = client.post(path_of(session), {f"{name}-{ana.pk}": value for name, value in said.items()})
    assert (answer.status_code, list(AttendanceRecord.objects.values_list("remark", flat=True))) == (status, remarks)


def test_a_version_that_no_roster_reaches_is_stale(evening: tuple[Session, Booking, Booking], client: Client) -> None:
    session, ana, _ben = evening
    answer = client.post(path_of(session), {f"status-{ana.pk}": "present", "version": "9" * 5000}, headers=JSON)
    assert (answer.status_code, AttendanceRecord.objects.count()) == (412, 0)
