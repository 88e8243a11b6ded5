"""Every list costs the same whether it has one row or thirty.

Two queries of each are the account's: the token, and the account's roles, patient and counselor.
The ledger and a patient's weeks count the open weeks again before they show them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from attendance.domain.reports import ReportAsked
from attendance.models import Flag, PlanSuggestion, ReportRun
from attendance.services.weeks import recount_patient
from notifications.models import Message
from notifications.services.feeds import create_feed
from people.domain.plan_templates import USUAL_STEPS
from people.models import Counselor, FamilyMember, Leave, Patient, PlanPhase
from people.services.counselors import Credential, ProfileFields, change_profile
from people.services.plan_templates import make_template
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from scheduling.services.series import SeriesFields, create_series
from scheduling.services.work_hours import WorkHoursFields, add_work_hours
from tests.api.conftest import Clients
from tests.cast import ADMITTED, NOW, WEEK, Cast, at

V1 = "/api/v1/"
Fill = Callable[[Cast, int], None]


def _sessions(cast: Cast, number: int) -> None:
    for day in range(number):
        session = cast.session(f"2026-{11 + (17 + day) // 30}-{(17 + day) % 30 + 1:02} 18:00")
        if day % 3 == 0:
            cast.booked(cast.patient(), session)


def _bookings(cast: Cast, number: int) -> None:
    session = cast.session("2026-11-20 18:00", capacity=10, room=False)
    for _ in range(number):
        cast.booked(cast.patient(), session, waitlist=True)


def _patients(cast: Cast, number: int) -> None:
    for _ in range(number):
        cast.patient()


def _weeks(cast: Cast, number: int) -> None:
    for _ in range(number):
        recount_patient(cast.patient().pk, now=NOW)


def _flags(cast: Cast, number: int) -> None:
    for _ in range(number):
        patient = cast.patient()
        Flag.objects.create(
            patient=patient, admission=cast.admission_of(patient), week=WEEK, kind="unbooked", raised_at=NOW
        )


def _series(cast: Cast, number: int) -> None:
    for hour in range(number):
        start = f"2026-11-20T{8 + hour // 6:02}:{hour % 6 * 10:02}"
        fields = SeriesFields(cast.program, cast.site, "group", "Skills", "FREQ=WEEKLY;COUNT=1", start, 60, 5)
        create_series(fields, actor=None, now=NOW, weeks=1)


def _work_hours(cast: Cast, number: int) -> None:
    for day in range(1, number + 1):
        starts, ends = f"2026-11-{day:02}T08:00", f"2026-11-{day:02}T09:00"
        add_work_hours(_una(cast), WorkHoursFields(starts, ends, "America/Denver"), actor=None, now=NOW)


def _feeds(cast: Cast, number: int) -> None:
    for _ in range(number):
        create_feed(_una(cast), actor=None, now=NOW)


def _messages(cast: Cast, number: int) -> None:
    for serial in range(number):
        Message.objects.create(
            patient=_una(cast),
            kind="appointment",
            channel="email",
            contact="una@example.org",
            language="en",
            subject="Your appointment",
            body="Tomorrow.",
            message_id=f"<{serial}@example.org>",
            due_at=NOW,
            created_at=NOW,
        )


def _phases(cast: Cast, number: int) -> None:
    admission = cast.admission_of(_una(cast))
    PlanPhase.objects.filter(admission=admission).update(ends_on=ADMITTED)
    for day in range(1, number):
        on = ADMITTED + timedelta(days=day)
        PlanPhase.objects.create(admission=admission, starts_on=on, ends_on=on, min_minutes=540, max_minutes=1140)


def _templates(cast: Cast, number: int) -> None:
    for serial in range(number):
        make_template(cast.program, name=f"Template {serial}", steps=USUAL_STEPS, actor=None, now=NOW)


def _suggestions(cast: Cast, number: int) -> None:
    for _ in range(number):
        patient = cast.patient()
        PlanSuggestion.objects.create(
            admission=cast.admission_of(patient),
            patient=patient,
            kind="review",
            run_starts_on=WEEK,
            week=WEEK,
            raised_at=NOW,
        )


def _leaves(cast: Cast, number: int) -> None:
    admission = cast.admission_of(_una(cast))
    for day in range(number):
        on = ADMITTED + timedelta(days=day)
        Leave.objects.create(admission=admission, starts_on=on, ends_on=on)


def _evidence(cast: Cast, number: int) -> None:
    from attendance.services.roster import RosterRow, save_rows

    una = _una(cast)
    for day in range(number):
        session = cast.session(f"2026-{10 + (4 + day) // 30}-{(4 + day) % 30 + 1:02} 18:00", minutes=60)
        booking = cast.booked(una, session, now=at("2026-10-04 08:00"))
        save_rows(session, [RosterRow(booking.pk, "present")], actor=cast.dana, now=NOW)


def _family(cast: Cast, number: int) -> None:
    FamilyMember.objects.bulk_create(
        [FamilyMember(patient=_una(cast), name=f"Relative {at}", created_at=NOW) for at in range(number)]
    )


def _reports(cast: Cast, number: int) -> None:
    ReportRun.objects.bulk_create(
        [
            ReportRun(
                requested_by=cast.cory,
                kind="hours",
                format="csv",
                asked=ReportAsked("hours", ADMITTED, ADMITTED).as_json(),
                requested_at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
            for _ in range(number)
        ]
    )


def _una(cast: Cast) -> Patient:
    found: Patient | None = Patient.objects.filter(name="Una").first()
    return found or cast.patient("Una", account=True)


def _counselors(cast: Cast, number: int) -> None:
    """Colleagues with a credential; Dana has as many hours and times off."""
    for one in range(number):
        row = Counselor.objects.create(name=f"Counselor {one}")
        row.sites.add(cast.site)
        change_profile(row, ProfileFields(credentials=(Credential("LAC"),)), actor=None, now=NOW)
        hours = AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T22:00", "FREQ=DAILY")
        add_availability(cast.dana_counselor, hours, actor=None, now=NOW)
        starts_at = at(f"2026-12-{1 + one:02} 08:00")
        ends_at = starts_at + timedelta(hours=2)
        add_time_off(cast.dana_counselor, starts_at=starts_at, ends_at=ends_at, actor=None, now=NOW)


def _led(cast: Cast, number: int) -> None:
    for day in range(1, number + 1):
        cast.session(f"2026-12-{day:02} 18:00")


LISTS: dict[str, tuple[Fill, str, int]] = {
    "patients": (_patients, "patients/", 5),
    "phases": (_phases, "patients/{una}/phases/", 5),
    "plan templates": (_templates, "programs/{program}/plan-templates/", 6),
    "plan suggestions": (_suggestions, "plan-suggestions/", 3),
    "leaves": (_leaves, "patients/{una}/leaves/", 5),
    "family members": (_family, "patients/{una}/family-members/", 5),
    "history of a patient": (_evidence, "patients/{una}/history/", 7),
    "sessions": (_sessions, "sessions/?limit=200", 4),
    "sessions and their fit": (_sessions, "sessions/?limit=200&patient={una}", 11),
    "sessions that fit": (_sessions, "sessions/?limit=200&fits=true&patient={una}", 11),
    "bookings": (_bookings, "bookings/", 3),
    "reports": (_reports, "reports/", 4),
    "work hours": (_work_hours, "work-hours/?patient={una}", 5),
    "series": (_series, "series/", 4),
    "the board": (_weeks, "weeks/", 7),
    "the summary": (_weeks, "weeks/summary/", 5),
    "the ledger": (_evidence, "patients/{una}/ledger/?from=2026-10-05&to=2026-11-22", 42),
    "weeks of a patient": (_evidence, "patients/{una}/weeks/?from=2026-10-05&to=2026-11-22", 38),
    "flags": (_flags, "flags/", 3),
    "messages": (_messages, "messages/", 4),
    "counselors": (_counselors, "counselors/", 5),
    "hours of a counselor": (_counselors, "counselors/{dana}/availability/", 4),
    "time off of a counselor": (_counselors, "counselors/{dana}/time-off/", 6),
    "a counselor's sessions to cover": (
        _led,
        "counselors/{dana}/cover/?starts_at=2026-12-01&ends_at=2027-01-01",
        18,
    ),
}


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_staff(
    name: str, number: int, cast: Cast, client_of: Clients, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill, address, queries = LISTS[name]
    una = _una(cast)
    fill(cast, number)
    client = client_of(cast.cory)
    with django_assert_num_queries(queries):
        response = client.get(f"{V1}{address.format(una=una.pk, program=cast.program.pk, dana=cast.dana_counselor.pk)}")
    assert response.status_code == 200, response.content


OWN: dict[str, tuple[Fill, str, int]] = {
    "sessions": (_sessions, "sessions/?limit=200", 10),
    "work hours": (_work_hours, "work-hours/", 3),
    "feeds": (_feeds, "calendar-feeds/", 2),
    "messages": (_messages, "messages/", 4),
}


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("name", OWN)
def test_a_list_of_ones_own(
    name: str, number: int, cast: Cast, client_of: Clients, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill, address, queries = OWN[name]
    una = _una(cast)
    fill(cast, number)
    client = client_of(una.user)
    with django_assert_num_queries(queries):
        response = client.get(f"{V1}{address}")
    assert response.status_code == 200, response.content


@pytest.mark.parametrize("number", [1, 30])
def test_a_roster(
    number: int, cast: Cast, client_of: Clients, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = cast.session("2026-11-20 18:00", capacity=30, room=False)
    for _ in range(number):
        cast.booked(cast.patient(), session)
    client = client_of(cast.dana)
    with django_assert_num_queries(9):
        rows = client.get(f"{V1}sessions/{session.pk}/roster/").json()["rows"]
    assert len(rows) == number
