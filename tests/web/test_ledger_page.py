"""The hours ledger: the weeks, every minute of them, what was done about a short one, and who may look."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from attendance.models import AttendanceRecord, Flag
from attendance.services.amending import amend
from attendance.services.closing import close_due_weeks
from attendance.services.outreach import acknowledge, note_contact
from attendance.services.requirements import RequirementFields, add_requirement
from attendance.services.roster import RosterRow, mark_all_present, save_rows, sign_roster
from attendance.services.weeks import recount_patient
from people.domain.plan_edits import ChangePhase
from people.models import SiteClosure, TrailEntry, User
from people.services.admissions import discharge
from people.services.plan_changes import change_plan
from scheduling.models import Booking, Session
from tests.cast import NOW, Cast, at
from tests.web.reading import open_page

pytestmark = pytest.mark.django_db

LEDGER_QUERIES = 44
EARLIER = at("2026-10-01 12:00")
DATES = "?from=2026-11-09&to=2026-11-15"


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def held(cast: Cast, wall: str, row: dict[str, object], *, entered: str, breaks: tuple[object, ...] = ()) -> Booking:
    """A session of Ana's, marked so and signed at the wall time."""
    session = cast.session(wall, now=EARLIER, breaks=breaks)
    booking = cast.booked(cast.ana, session, now=EARLIER)
    moment = at(entered)
    save_rows(session, [RosterRow(booking.pk, **row)], actor=cast.dana, now=moment)  # type: ignore[arg-type]
    sign_roster(Session.objects.get(pk=session.pk), actor=cast.dana, now=moment)
    return booking


def test_a_short_week_shows_every_minute_and_what_was_done(cast: Cast, client: Client) -> None:
    late = held(
        cast,
        "2026-11-09 18:00",
        {"status": "present", "arrived_at": at("2026-11-09 18:14")},
        entered="2026-11-09 21:02",
    )
    held(cast, "2026-11-10 18:00", {"status": "no_show"}, entered="2026-11-12 08:00")
    excused = {"status": "excused", "excuse_reason": "work", "excuse_given_by": "family", "document_seen": True}
    held(cast, "2026-11-11 18:00", excused, entered="2026-11-11 21:00")
    record = AttendanceRecord.objects.get(booking=late)
    typed = RosterRow(late.pk, "present", arrived_at=at("2026-11-09 18:04"))
    amend(record, typed, "Came in by the back door", actor=cast.cory, now=at("2026-11-10 08:40"))
    note_contact(
        cast.ana, kind="call", outcome="reached", text="Shift was moved", actor=cast.cory, now=at("2026-11-12 08:15")
    )
    makeup = cast.session("2026-11-14 09:00", now=EARLIER)
    cast.booked(cast.ana, makeup, now=at("2026-11-12 08:20"))
    Flag.objects.create(
        patient=cast.ana,
        admission=cast.admission_of(cast.ana),
        week=date(2026, 11, 9),
        kind="first_absence",
        raised_at=at("2026-11-10 21:40"),
        facts={},
    )
    SiteClosure.objects.create(
        site=cast.site, reason="Boiler", starts_on=date(2026, 11, 13), ends_on=date(2026, 11, 13), created_at=NOW
    )
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/ledger/{DATES}")
    assert page.answer == "0 of 1 week reached its target"
    assert page.texts("tr")[1:] == [
        "Mon 9 Nov 6–9 pm 180 4 before: 166 176 Group · process"
        " Amended: Arrived before: 6:14 6:04, Counted before: 2 h 46 2 h 56 “Came in by the back door”"
        " Dana K. In person Dana, Mon 9 Nov, 9:02 pm Cory, Tue 10 Nov, 8:40 am",
        "Tue 10 Nov 6–9 pm 180 0 Group · process · No-show −180 not there Dana K. Dana, Thu 12 Nov, 8 am Late entry",
        "Wed 11 Nov 6–9 pm 180 0 Group · process −180 not there Excused: work from: Family document seen"
        " Dana K. Dana, Wed 11 Nov, 9 pm",
    ]
    assert page.texts("span", "ledger-figures") == ["12 h offered 12 h scheduled 2 h 56 attended 0 billable days"]
    assert page.texts("p", "ledger-cause") == ["Closed 13 Nov: Boiler", "1 roster of this week is not signed"]
    assert page.texts("ul", "ledger-unmarked") == ["Sat 14 Nov, 9 am–noon: booked, not marked, 3 h"]
    (done,) = page.texts("section", "what-was-done")
    assert done == (
        "What was done Tue 10 Nov, 9:40 pm Raised: First absence Thu 12 Nov, 8:15 am Cory: call, Reached"
        ": “Shift was moved” Thu 12 Nov, 8:20 am Sat 14 Nov, 9 am–noon was booked"
    )
    assert page.texts("div", "requirement-card") == ["Plan 9 h to 19 h a week 0 of 1 week 9–15 Nov: not met"]
    assert "2 h 56 attended in 1 week, 2 h 56 a week on average" in page.words
    assert "9–11 Nov: breaks out; late and early to the minute; nothing past 15 min late" in page.words
    assert "Weeks not whole, Evening track 9–15 Nov: a seventh for each day" in page.words


def test_what_was_done_in_the_week_of_two_stays_is_told_once(cast: Cast, client: Client) -> None:
    earlier = cast.admission_of(cast.ana)
    discharge(earlier, discharged_on=date(2026, 11, 10), actor=cast.cory, now=at("2026-11-10 12:00"))
    later = cast.admission(cast.ana, admitted_on=date(2026, 11, 12))
    change_plan(
        later,
        ChangePhase(date(2026, 11, 12), (("min_minutes", 600),)),
        actor=cast.cory,
        now=at("2026-11-12 10:00"),
    )
    note_contact(cast.ana, kind="call", outcome="reached", actor=cast.cory, now=at("2026-11-13 08:15"))
    Flag.objects.create(
        patient=cast.ana, admission=earlier, week=date(2026, 11, 9), kind="at_risk", raised_at=NOW, facts={}
    )
    acknowledge(Flag.objects.get(), actor=cast.cory, now=at("2026-11-13 09:00"))
    client.force_login(cast.cory)
    done = " ".join(open_page(client, f"/patients/{cast.ana.pk}/ledger/{DATES}").texts("section", "what-was-done"))
    said = ("Cory: call, Reached", "Cory: acknowledged", "Cory: the weekly target changed")
    assert [done.count(words) for words in said[:2]] == [1, 1]
    assert said[2] in done


def test_what_is_asked_in_an_earlier_stay_has_its_card_there(cast: Cast, client: Client) -> None:
    earlier = cast.admission_of(cast.ana)
    asked = RequirementFields("H0015", "payer", "days", "week", minimum=3)
    add_requirement(earlier, asked, actor=cast.cory, now=NOW)
    discharge(earlier, discharged_on=date(2026, 11, 15), actor=cast.cory, now=at("2026-11-15 12:00"))
    later = cast.admission(cast.ana, admitted_on=date(2026, 11, 16))
    add_requirement(later, replace(asked, name="Court"), actor=cast.cory, now=NOW)
    client.force_login(cast.cory)

    def cards(dates: str) -> list[str]:
        page = open_page(client, f"/patients/{cast.ana.pk}/ledger/{dates}")
        return [words.partition(" Each week")[0] for words in page.texts("div", "requirement-card")[1:]]

    assert cards(DATES) == ["Payer · H0015"]
    assert cards("?from=2026-11-16&to=2026-11-18") == ["Payer · Court"]
    assert cards("?from=2026-11-09&to=2026-11-18") == [
        "Payer · H0015 · stay of 5 Oct – 15 Nov",
        "Payer · Court · stay since 16 Nov",
    ]


def test_a_week_closed_without_a_signature_says_so_wherever_it_is_read(cast: Cast, client: Client) -> None:
    """The row was marked after the close, and its roster is not signed: 180 stands beside a sum of 0."""
    unsigned = cast.booked(cast.ana, cast.session("2026-11-14 09:00", now=EARLIER), now=EARLIER)
    recount_patient(cast.ana.pk, now=NOW, first=date(2026, 11, 9), last=date(2026, 11, 9))
    assert close_due_weeks(now=NOW) == 1
    save_rows(unsigned.session, [RosterRow(unsigned.pk, "present")], actor=cast.dana, now=NOW)
    client.force_login(cast.cory)
    sentence = "1 roster of this week is not signed: its rows may differ from the sum with which it was closed."
    page = open_page(client, f"/patients/{cast.ana.pk}/ledger/{DATES}")
    assert page.texts("p", "ledger-cause") == [sentence]
    asked = {"from": "2026-11-09", "to": "2026-11-15", "patient": cast.ana.pk}
    text = client.post("/reports/ledger/file/", {**asked, "format": "csv"}).getvalue().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert [line[18] for line in lines[2:4]] == ["180", "0"]
    assert ["Not signed, week of 2026-11-09", sentence] in lines
    for kind in ("ledger", "packet"):
        file = client.post(f"/reports/{kind}/file/", {**asked, "format": "xlsx"})
        foot = load_workbook(io.BytesIO(file.getvalue()))["Definitions"]
        assert ("Not signed, week of 2026-11-09", sentence) in foot.values
    assert sentence in client.get(f"/reports/grid/{DATES}").getvalue().decode()
    sign_roster(unsigned.session, actor=cast.dana, now=NOW)
    text = client.post("/reports/ledger/file/", {**asked, "format": "csv"}).getvalue().decode("utf-8-sig")
    assert "Not signed" not in text


def test_what_is_booked_ahead_is_not_called_unmarked(cast: Cast, client: Client) -> None:
    cast.booked(cast.ana, cast.session("2026-11-20 18:00"))
    client.force_login(cast.cory)
    page = open_page(client, f"/patients/{cast.ana.pk}/ledger/?from=2026-11-16&to=2026-11-22")
    assert page.texts("ul", "ledger-unmarked") == ["Fri 20 Nov, 6–9 pm: booked, 3 h"]


def test_each_look_is_recorded_and_the_last_one_is_named(cast: Cast, client: Client) -> None:
    client.force_login(cast.dana)
    first = open_page(client, f"/patients/{cast.ana.pk}/ledger/{DATES}")
    assert "Last opened" not in first.words
    entry = TrailEntry.objects.get(action="opened_report")
    assert (entry.actor_id, entry.patient_id, entry.after) == (
        cast.dana.pk,
        cast.ana.pk,
        {"report": "ledger", "from": "2026-11-09", "to": "2026-11-15"},
    )
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        client.force_login(cast.ada)
        second = open_page(client, f"/patients/{cast.ana.pk}/ledger/")
    assert "This visit is recorded. Last opened by Dana, Wed 18 Nov, 8:02 am" in second.words


def test_a_week_that_asks_nothing_and_dates_that_make_no_sense(cast: Cast, client: Client) -> None:
    client.force_login(cast.cory)
    empty = open_page(client, f"/patients/{cast.ana.pk}/ledger/?from=2026-01-05&to=2026-01-11")
    assert empty.answer == "No week with a target is over in these dates"
    assert "No weeks in these dates" in empty.words
    for asked, sentence in (
        ("?from=2026-11-15&to=2026-11-09", "The last day lies before the first."),
        ("?from=2020-11-15&to=2026-11-09", "At most two years at once."),
        ("?from=nonsense", "Enter a valid date."),
    ):
        page = open_page(client, f"/patients/{cast.ana.pk}/ledger/{asked}")
        assert (page.status, page.texts("p", "field-error")) == (200, [sentence])


def test_one_kind_of_session_is_listed_and_the_figures_stay_those_of_all(cast: Cast, client: Client) -> None:
    held(cast, "2026-11-09 18:00", {"status": "present"}, entered="2026-11-09 21:02")
    alone = cast.session("2026-11-10 18:00", minutes=60, kind="individual", focus="", capacity=1, now=EARLIER)
    booking = cast.booked(cast.ana, alone, now=EARLIER)
    save_rows(alone, [RosterRow(booking.pk, "present")], actor=cast.dana, now=at("2026-11-10 19:05"))
    client.force_login(cast.cory)
    found = {}
    for kind in ("", "individual", "family", "nonsense"):
        page = open_page(client, f"/patients/{cast.ana.pk}/ledger/{DATES}&kind={kind}")
        found[kind] = [row.split(" Dana")[0] for row in page.texts("tr")[1:]]
        assert page.texts("span", "ledger-figures") == ["4 h offered 4 h scheduled 4 h attended 1 billable day"]
    group, one = "Mon 9 Nov 6–9 pm 180 180 Group · process", "Tue 10 Nov 6–7 pm 60 60 One-to-one"
    assert found == {"": [group, one], "individual": [one], "family": [], "nonsense": [group, one]}


def test_who_may_open_a_ledger(cast: Cast, client: Client) -> None:
    """A substitute sees whom they lead, and has no report of their weeks."""
    session = cast.session("2026-11-18 18:00", counselor=False)
    cast.booked(cast.ana, session)
    sub = cast._staff("sub", "counselor", counselor=True)  # type: ignore[arg-type]
    session.leads.create(counselor=sub.counselor, starts_at=session.starts_at, ends_at=session.ends_at)
    found: dict[str, int] = {}
    users: list[User | None] = [cast.stranger, cast.ana.user, sub, cast.ada, cast.dana, cast.cory, cast.dirk]
    for user in users:
        assert user is not None
        client.force_login(user)
        found[user.name] = client.get(f"/patients/{cast.ana.pk}/ledger/").status_code
    assert found == {"Stranger": 404, "Ana": 403, "Sub": 403, "Ada": 200, "Dana": 200, "Cory": 200, "Dirk": 200}


@pytest.mark.parametrize("weeks", [1, 5])
def test_a_ledger_costs_the_same(cast: Cast, client: Client, weeks: int, django_assert_num_queries: object) -> None:
    for number in range(weeks):
        when = at("2026-11-09 18:00") - timedelta(weeks=number)
        session = cast.session(when.astimezone(cast.site.zone).strftime("%Y-%m-%d %H:%M"), now=EARLIER)
        cast.booked(cast.ana, session, now=when - timedelta(hours=8))
        mark_all_present(session, actor=cast.dana, now=when + timedelta(hours=3))
        note_contact(cast.ana, kind="call", outcome="reached", actor=cast.cory, now=when)
    client.force_login(cast.cory)
    path = f"/patients/{cast.ana.pk}/ledger/?from=2026-10-05&to=2026-11-15"
    client.get(path)
    with django_assert_num_queries(LEDGER_QUERIES):  # type: ignore[operator]
        client.get(path)
