"""The pages of reports: read, printed, fetched as files, or made by a worker; paper to sign, and a neutral letter."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.domain.reports import ReportAsked
from attendance.models import ReportRun, TreatmentWeek
from attendance.services import report_runs
from attendance.services.report_runs import kept_from, request_run
from attendance.services.roster import RosterRow, save_rows
from people.enums import Role
from people.models import Membership, Patient, Site, TrailEntry, User
from scheduling.models import Session
from tests.attendance.queries.test_reports import people_with_a_week
from tests.cast import NOW, Cast, at
from tests.web.reading import Page, open_page, plain, press, read

pytestmark = pytest.mark.django_db

WEEK = "from=2026-11-16&to=2026-11-22"
EARLIER = at("2026-11-01 12:00")


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def streamed(client: Client, path: str) -> Page:
    """A page that comes in pieces."""
    response = client.get(path)
    assert response.streaming
    return Page(response.getvalue().decode(), response.status_code)


def test_the_index_says_what_each_report_is_for_and_gives_it_in_one_click(cast: Cast, client: Client) -> None:
    people_with_a_week(cast, 2)
    client.force_login(cast.cory)
    page = open_page(client, f"/reports/?{WEEK}")
    assert page.answer == "2 people to report on"
    assert page.texts("h2", "section-title") == [
        "Weekly hours",
        "Hours by day",
        "Program summary",
        "Packet for a reviewer",
        "One person",
        "Sign-in sheet and slips",
    ]
    answer = client.post(page.form("CSV Weekly hours").action, {**page.form("CSV Weekly hours").fields})
    assert answer["Content-Disposition"] == 'attachment; filename="hours-2026-11-16-2026-11-22.csv"'
    assert answer.getvalue().decode("utf-8-sig").splitlines()[2].startswith("Patient 1,Evening track,Maple Street")


def test_a_person_is_found_by_name_within_what_one_answers_for(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    client.force_login(cast.dana)
    page = open_page(client, f"/reports/?{WEEK}&person=patient")
    assert page.texts("ul", "report-found") == [
        f"{person.name} Hours ledger {person.name} Attendance history {person.name} Letter {person.name}"
    ]
    client.force_login(cast.stranger)
    assert "Nobody of this name." in open_page(client, f"/reports/?{WEEK}&person=patient").words


def test_a_name_that_no_database_takes_is_nobodys(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    assert client.get("/reports/?person=zz%00zz").status_code == 200


def test_the_page_of_weekly_hours_is_streamed_with_its_foot(cast: Cast, client: Client) -> None:
    people_with_a_week(cast, 2)
    client.force_login(cast.ada)
    page = streamed(client, f"/reports/hours/?{WEEK}")
    assert "in minutes" in page.texts("p", "lead")[0]
    assert page.answer == "No week with a target is over in these dates"
    assert page.texts("tr")[1] == (
        "Patient 1 Evening track Maple Street Dana Keller Mon 16 Nov 0 0 0 0 540 0 0 0 Below 1"
    )
    assert len(page.texts("tr")) == 3
    assert "Days on which 180 minutes or more were credited." in page.words
    assert "<!--" not in page.source
    looks = TrailEntry.objects.filter(action="opened_report").order_by("pk")
    assert [(one.actor_id, one.subject_type, (one.after or {})["report"]) for one in looks] == [
        (cast.ada.pk, "report", "hours"),
        (cast.ada.pk, "patient", "hours"),
        (cast.ada.pk, "patient", "hours"),
    ]


def test_the_grid_and_the_history_show_minutes_and_marks(cast: Cast, client: Client) -> None:
    person, other = people_with_a_week(cast, 2)
    session = Session.objects.get()
    bookings = {booking.patient_id: booking for booking in session.bookings.all()}
    rows = [
        RosterRow(bookings[person.pk].pk, "present", arrived_at=at("2026-11-16 18:10")),
        RosterRow(bookings[other.pk].pk, "excused", excuse_reason="work"),
    ]
    save_rows(session, rows, actor=cast.dana, now=NOW)
    client.force_login(cast.cory)
    grid = streamed(client, f"/reports/grid/?{WEEK}")
    assert grid.answer == "2 people on 7 days"
    assert grid.texts("tr") == [
        "Person Mon 16 Tue 17 Wed 18 Thu 19 Fri 20 Sat 21 Sun 22 Sum",
        f"{person.name} 170 170",
        f"{other.name} E 0",
    ]
    history = streamed(client, f"/reports/history/?{WEEK}&patient={person.pk}")
    assert history.answer == "Came to 1 of 1 session"
    assert history.texts("tr")[1] == (
        "Mon 16 Nov 18:00 21:00 Group process Dana Keller Booked Present In person 18:10 170"
    )


def test_the_first_line_of_a_history_counts_by_the_days_of_the_site(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    (session,) = Session.objects.all()
    save_rows(session, [RosterRow(session.bookings.get().pk, "present")], actor=cast.dana, now=NOW)
    client.force_login(cast.cory)
    found = {
        day: streamed(client, f"/reports/history/?from=2026-11-{day}&to=2026-11-{day}&patient={person.pk}")
        for day in (16, 17)
    }
    assert {day: (page.answer, len(page.texts("tr")) - 1) for day, page in found.items()} == {
        16: ("Came to 1 of 1 session", 1),
        17: ("Came to 0 of 0 sessions", 0),
    }


def test_a_week_is_finished_when_it_is_on_the_clocks_at_home(cast: Cast, client: Client) -> None:
    people_with_a_week(cast, 1)
    found = {}
    for wall in ("2026-11-22 19:00", "2026-11-23 00:00"):
        with time_machine.travel(at(wall), tick=False):
            client.force_login(cast.cory)
            found[wall] = streamed(client, f"/reports/summary/?{WEEK}").answer
    assert found == {
        "2026-11-22 19:00": "No finished week yet",
        "2026-11-23 00:00": "0% reached their goal in the last finished week",
    }


def test_what_is_about_one_person_is_narrowed_to_no_site_or_program(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    client.force_login(cast.cory)
    narrowed = f"{WEEK}&patient={person.pk}&site={cast.site.pk}&program={cast.program.pk}"
    page = streamed(client, f"/reports/history/?{narrowed}")
    assert [label.partition(" ")[0] for label in page.texts("label")] == ["From", "To"]
    asked = TrailEntry.objects.filter(action="opened_report", subject_type="report").latest("pk").after or {}
    assert (asked["site"], asked["program"]) == (None, None)
    assert len(streamed(client, f"/reports/hours/?{WEEK}").texts("label")) == 4


def test_what_is_of_another_year_says_so_wherever_it_is_read(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    with time_machine.travel(at("2027-02-03 12:00"), tick=False):
        client.force_login(cast.cory)
        page = streamed(client, "/reports/hours/?from=2026-11-16&to=2027-01-31")
        assert plain(page.texts("p", "lead")[0]) == "Weekly hours · 16 Nov 2026 – 31 Jan 2027 · in minutes"
        assert "Mon 16 Nov 2026" in page.texts("tr")[1]
        ledger = open_page(client, f"/patients/{person.pk}/ledger/?from=2026-11-16&to=2026-11-22")
        assert plain(ledger.texts("span", "ledger-when")[0]).startswith("16–22 Nov 2026")


def test_what_is_printed_for_others_has_no_name_of_ours_as_its_title(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    (session,) = Session.objects.all()
    client.force_login(cast.cory)
    addresses = (
        f"/patients/{person.pk}/letter/",
        f"/sessions/{session.pk}/sign-in/",
        f"/sessions/{session.pk}/slips/",
    )
    titles = [re.findall("<title>(.*?)</title>", open_page(client, one).source) for one in addresses]
    assert titles == [["Letter"], ["Sign-in sheet"], ["Slips"]]


def test_names_that_look_like_formulas_or_markup_do_nothing(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    person.name = '=cmd|"/c calc"!A1<script>'
    person.save()
    client.force_login(cast.cory)
    body = client.post("/reports/hours/file/", {"format": "csv", "from": "2026-11-16", "to": "2026-11-22"})
    assert "\n\"'=cmd|" in body.getvalue().decode("utf-8-sig").replace("\r", "")
    assert "!A1&lt;script&gt;" in streamed(client, f"/reports/hours/?{WEEK}").source


def test_who_may_have_what(cast: Cast, client: Client) -> None:
    (person,) = people_with_a_week(cast, 1)
    colleague = cast._staff("coll", "counselor", counselor=True)  # type: ignore[arg-type]
    session = Session.objects.get()
    session.leads.create(counselor=colleague.counselor, starts_at=session.starts_at, ends_at=session.ends_at)
    found: dict[str, list[int]] = {}
    sent = {"format": "csv", "patient": person.pk}
    for user in (cast.stranger, colleague, cast.dana, cast.ada):
        client.force_login(user)
        found[user.name] = [
            client.get(f"/reports/history/?patient={person.pk}").status_code,
            client.post("/reports/ledger/file/", sent).status_code,
            client.post("/reports/packet/file/", sent).status_code,
            client.get("/reports/history/").status_code,
            client.get("/reports/weather/").status_code,
        ]
    assert found == {
        "Stranger": [404, 404, 404, 404, 404],
        "Coll": [403, 403, 404, 404, 404],
        "Dana": [200, 200, 200, 404, 404],
        "Ada": [200, 200, 200, 404, 404],
    }


def test_a_long_report_goes_to_a_worker_and_its_file_to_whoever_asked(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_with_a_week(cast, 3)
    monkeypatch.setattr(report_runs, "AT_ONCE_WEEKS", 2)
    client.force_login(cast.cory)
    assert "This is too long for a page" in open_page(client, f"/reports/hours/?{WEEK}").words
    answer = client.post("/reports/hours/file/", {"format": "csv", "from": "2026-11-16", "to": "2026-11-22"})
    run = ReportRun.objects.get()
    assert answer["Location"] == f"/reports/runs/{run.pk}/"
    page = open_page(client, answer["Location"])
    assert page.answer == "0 of 3 people"
    part = client.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="stack run" id="run" hx-get=')
    report_runs.make_waiting(clock=lambda: NOW)
    ready = open_page(client, answer["Location"])
    assert (ready.answer, "hx-get" in ready.source) == ("The file is ready", False)
    file = client.get(f"/reports/runs/{run.pk}/file/")
    assert file["Content-Disposition"] == 'attachment; filename="hours-2026-11-16-2026-11-22.csv"'
    assert file.getvalue().decode().count("Patient ") == 3
    assert "Weekly hours, CSV" in open_page(client, "/reports/").words
    client.force_login(cast.dirk)
    assert client.get(f"/reports/runs/{run.pk}/file/").status_code == 404
    assert client.get(f"/reports/runs/{run.pk}/").status_code == 404


def _role_removed(cast: Cast) -> None:
    cast.cory.memberships.all().delete()


def _site_removed(cast: Cast) -> None:
    """The one that the file is about; another one stays."""
    cast.cory.memberships.filter(site=cast.site).delete()


def _program_removed(cast: Cast) -> None:
    cast.program.sites.clear()


def _person_moved(cast: Cast) -> None:
    TreatmentWeek.objects.filter(patient=Patient.objects.earliest("pk")).update(site=cast.other_site)


@pytest.mark.parametrize("loss", [_role_removed, _site_removed, _program_removed, _person_moved])
def test_a_file_is_nowhere_for_whoever_lost_what_it_holds(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, loss: Callable[[Cast], None]
) -> None:
    people_with_a_week(cast, 3)
    other = Site.objects.create(name="Elm Street", time_zone="America/Denver")
    Membership.objects.create(user=cast.cory, role=Role.COORDINATOR, site=other)
    monkeypatch.setattr(report_runs, "AT_ONCE_WEEKS", 2)
    client.force_login(cast.cory)
    client.post("/reports/hours/file/", {"format": "csv", "program": cast.program.pk})
    report_runs.make_waiting(clock=lambda: NOW)
    run = ReportRun.objects.get()
    files = (f"/reports/runs/{run.pk}/file/", f"/api/v1/reports/{run.pk}/file/")
    listed = ("/api/v1/reports/", f"/api/v1/reports/{run.pk}/")
    assert [client.get(path).status_code for path in files] == [200, 200]
    assert [f"{run.pk}/file/" in client.get(path).content.decode() for path in listed] == [True, True]
    assert "Weekly hours, CSV" in open_page(client, "/reports/").words
    loss(cast)
    assert ["/file/" in client.get(path).content.decode() for path in listed] == [False, False]
    assert [client.get(path).status_code for path in (*files, f"/reports/runs/{run.pk}/")] == [404, 404, 404]
    assert "Weekly hours, CSV" not in open_page(client, "/reports/").words


def made_for_cory(cast: Cast, number: int) -> list[ReportRun]:
    """Finished files, each about a longer time than the one before, in turn about the site, the program, one person."""
    person = people_with_a_week(cast, 2)[0]
    narrowed = ({"site_id": cast.site.pk}, {"program_id": cast.program.pk}, {"patient_ids": (person.pk,)})
    for back in range(number):
        for narrow in narrowed:
            asked = ReportAsked("hours", date(2026, 11, 16) - timedelta(days=back), date(2026, 11, 22), **narrow)
            request_run(asked, file_format="csv", actor=cast.cory, now=NOW)
        report_runs.make_waiting(clock=lambda: NOW)
    return list(ReportRun.objects.all())


@pytest.mark.parametrize("number", [1, 8])
def test_the_index_and_the_list_cost_the_same_for_any_number_of_files(
    cast: Cast, client: Client, number: int, django_assert_num_queries: Any
) -> None:
    assert len(made_for_cory(cast, number)) == 3 * number
    client.force_login(cast.cory)
    open_page(client, "/reports/")
    with django_assert_num_queries(13):
        shown = open_page(client, "/reports/")
    assert shown.source.count("/reports/runs/") >= 3
    with django_assert_num_queries(8):
        client.get("/api/v1/reports/")


def test_of_many_files_those_are_kept_back_whose_people_moved(cast: Cast) -> None:
    runs = made_for_cory(cast, 2)
    assert kept_from(cast.cory, runs) == set()
    moved = next(run for run in runs if run.asked["patients"]).asked["patients"][0]
    TreatmentWeek.objects.exclude(patient=moved).update(site=cast.other_site)
    of_one = {run.pk for run in runs if run.asked["patients"]}
    assert kept_from(cast.cory, runs) == {run.pk for run in runs} - of_one
    ReportRun.objects.filter(pk=min(of_one)).update(held=None)
    assert min(of_one) in kept_from(cast.cory, ReportRun.objects.all())


def test_a_closed_account_fetches_nothing(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    people_with_a_week(cast, 3)
    monkeypatch.setattr(report_runs, "AT_ONCE_WEEKS", 2)
    client.force_login(cast.cory)
    client.post("/reports/hours/file/", {"format": "csv"})
    report_runs.make_waiting(clock=lambda: NOW)
    run = ReportRun.objects.get()
    User.objects.filter(pk=cast.cory.pk).update(is_active=False)
    assert client.get(f"/reports/runs/{run.pk}/file/")["Location"].startswith("/accounts/login/")
    assert client.get(f"/api/v1/reports/{run.pk}/file/").status_code == 401


def test_a_waiting_report_is_cancelled_from_its_page(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_with_a_week(cast, 3)
    monkeypatch.setattr(report_runs, "AT_ONCE_WEEKS", 2)
    client.force_login(cast.cory)
    page = read(client.post("/reports/grid/file/", {"format": "xlsx"}, follow=True))
    gone = press(client, page.form("Cancel it"))
    assert (gone.answer, gone.notices) == ("Cancelled", ["done: The report is not made."])
    run = ReportRun.objects.get()
    assert client.get(f"/reports/runs/{run.pk}/file/").status_code == 302


def test_a_packet_is_picked_by_chance_or_ticked(cast: Cast, client: Client) -> None:
    people = people_with_a_week(cast, 5)
    client.force_login(cast.ada)
    page = open_page(client, f"/reports/packet/?{WEEK}&pick=2")
    assert page.answer == "5 people to choose from"
    ticked = re.findall(r'name="patient" value="(\d+)" checked', page.source)
    assert len(ticked) == 2
    assert {int(one) for one in ticked} <= {person.pk for person in people}
    answer = client.post("/reports/packet/file/", {"patient": ticked, "from": "2026-11-16", "to": "2026-11-22"})
    assert answer["Content-Disposition"] == 'attachment; filename="packet-2026-11-16-2026-11-22.xlsx"'
    assert answer.getvalue().startswith(b"PK")
    named = TrailEntry.objects.filter(action="opened_report", subject_type="patient")
    assert {entry.patient_id for entry in named} == {int(one) for one in ticked}


def test_paper_to_sign_names_no_focus_and_a_slip_names_one(cast: Cast, client: Client) -> None:
    people = people_with_a_week(cast, 2)
    session = Session.objects.get()
    client.force_login(cast.dana)
    sheet = open_page(client, f"/sessions/{session.pk}/sign-in/")
    (paper,) = sheet.texts("article", "paper")
    names = [person.name for person in people]
    assert paper == (
        f"Group Mon 16 Nov 2026, 6–9 pm Name Arrived Left Signature {names[0]} {names[1]}"
        " Counselor Dana Keller Signature"
    )
    slips = open_page(client, f"/sessions/{session.pk}/slips/")
    assert slips.texts("article", "paper") == [
        f"Group Mon 16 Nov 2026, 6–9 pm Name {name} Arrived Left Signature Counselor Dana Keller Signature"
        for name in names
    ]
    for page in (sheet, slips):
        assert "rocess" not in page.words
    assert TrailEntry.objects.filter(action="opened_roster", subject_id=session.pk).count() == 2


def test_a_letter_says_when_and_nothing_of_why(cast: Cast, client: Client) -> None:
    session = cast.session("2026-11-16 18:00", now=EARLIER)
    booking = cast.booked(cast.ana, session, now=EARLIER)
    missed = cast.booked(cast.ana, cast.session("2026-11-17 18:00", now=EARLIER), now=EARLIER)
    save_rows(session, [RosterRow(booking.pk, "present", arrived_at=at("2026-11-16 18:12"))], actor=cast.dana, now=NOW)
    save_rows(missed.session, [RosterRow(missed.pk, "no_show")], actor=cast.dana, now=NOW)
    own = cast.ana.user
    assert own is not None
    pages = []
    for user, path in ((own, "/letter/"), (cast.cory, f"/patients/{cast.ana.pk}/letter/")):
        client.force_login(user)
        pages.append(open_page(client, path))
    letters = [page.texts("article", "letter") for page in pages]
    assert (
        letters[0]
        == letters[1]
        == [
            "Maple Street 214 Maple Street +1 303-555-0100 Wed 18 Nov 2026 To whom it may concern"
            " Ana Reyes had appointments with us at these times: Mon 16 Nov 2026 6:12–9 pm Signature"
        ]
    )
    assert pages[0].answer == "A letter with 1 appointment"
    for word in ("treatment", "group", "process", "track", "session", "Dana"):
        assert word.lower() not in plain(pages[0].words).lower()
    looks = TrailEntry.objects.filter(patient_id=cast.ana.pk, action="opened_report")
    assert {(one.actor_id, (one.after or {})["report"]) for one in looks} == {
        (own.pk, "letter"),
        (cast.cory.pk, "letter"),
    }


@pytest.mark.parametrize(("path", "queries"), [("hours", 18), ("grid", 17), ("summary", 19)])
@pytest.mark.parametrize("people", [1, 30])
def test_a_page_costs_the_same(
    cast: Cast, client: Client, path: str, queries: int, people: int, django_assert_num_queries: Any
) -> None:
    people_with_a_week(cast, people)
    client.force_login(cast.cory)
    streamed(client, f"/reports/{path}/?{WEEK}")
    with django_assert_num_queries(queries):
        streamed(client, f"/reports/{path}/?{WEEK}")


@pytest.mark.parametrize("people", [1, 30])
def test_a_file_costs_the_same(cast: Cast, client: Client, people: int, django_assert_num_queries: Any) -> None:
    people_with_a_week(cast, people)
    client.force_login(cast.cory)
    sent = {"format": "xlsx", "from": "2026-11-16", "to": "2026-11-22"}
    with django_assert_num_queries(15):
        client.post("/reports/hours/file/", sent).getvalue()


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"from": "2026-11-22", "to": "2026-11-16"}, "to", "The last day lies before the first."),
        ({"from": "yesterday", "to": "2026-11-16"}, "from", "Enter a valid date."),
        ({"from": "2020-01-01", "to": "2026-11-16"}, "to", "At most two years at once."),
        ({"from": "0001-01-01", "to": ""}, "from", "Ensure this value is greater than or equal to 1900-01-01."),
        ({"from": "2026-11-16", "to": "9" * 400}, "to", "Enter a valid date."),
        ({"program": "999999"}, "program", "Select a valid choice. 999999 is not one of the available choices."),
        ({"site": "x"}, "site", "Select a valid choice. x is not one of the available choices."),
        ({"format": "pdf"}, "format", "Select a valid choice. pdf is not one of the available choices."),
    ],
)
def test_what_cannot_be_read_makes_no_file_and_is_kept_to_be_mended(
    cast: Cast, client: Client, said: dict[str, str], field: str, sentence: str
) -> None:
    (person,) = people_with_a_week(cast, 1)
    client.force_login(cast.cory)
    for kind in ("hours", "ledger", "packet"):
        page = read(client.post(f"/reports/{kind}/file/", {"patient": person.pk, **said}))
        assert (page.status, page.answer, page.texts("p", "field-error")) == (400, "Nothing was made", [sentence])
        assert f'id="id_{field}_error"' in page.source
        if field in ("from", "to"):
            assert f'name="{field}" value="{said[field]}"' in page.source
    assert f'name="patient" value="{person.pk}"' in page.source
    if field != "format":
        for path in ("/reports/", "/reports/hours/", "/reports/packet/"):
            page = read(client.get(path, said))
            assert (page.status, page.texts("p", "field-error")) == (400, [sentence])
    assert not TrailEntry.objects.filter(action="opened_report").exists()
