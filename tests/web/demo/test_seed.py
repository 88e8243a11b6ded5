"""The demo clinic: true in itself, the same from the same seed, and with something of everything at any hour."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from attendance.enums import FlagKind, WeekState
from attendance.models import AttendanceRecord, Flag, Outreach, PlanSuggestion, RecountMark, TreatmentWeek, WeekRevision
from attendance.queries import board
from attendance.services import flags, weeks
from people.domain.time import format_wall
from people.models import (
    Admission,
    FamilyMember,
    Leave,
    Membership,
    Patient,
    PlanPhase,
    PlanTemplate,
    Program,
    Site,
    SiteClosure,
    TrailEntry,
    User,
)
from scheduling.models import (
    Booking,
    Invitation,
    KeepApart,
    Session,
    SessionSeries,
    StandingBooking,
    StandingGap,
)
from scheduling.queries import sessions_with_fit
from scheduling.services.keep_apart import division
from scheduling.services.series import expand, extend_horizon
from scheduling.services.standing import fill_standing
from tests.web.demo.clinic import DENVER, broken, fortnight, make, moment

pytestmark = pytest.mark.django_db

NOON = moment("2026-11-25 12:20")
MOMENTS = [
    "2026-11-23 00:05",
    "2026-11-25 21:08",
    "2026-11-27 18:30",
    "2026-11-28 12:20",
    "2026-11-29 23:50",
    "2026-03-08 08:00",
]
"""A week that has just begun and one that is nearly over, sessions going on, and a day on which the clock changes."""


@pytest.mark.parametrize("text", MOMENTS)
def test_everything_is_there_at_any_hour(text: str) -> None:
    now = moment(text)
    make(now)
    assert broken(now) == {}
    counts = board(User.objects.get(email="coordinator@demo.example"), week=now.astimezone(DENVER).date()).counts()
    assert {status for status, number in counts.items() if number} == set(WeekState.values)
    _demo_patient_has_something_to_book(now)
    _demo_counselor_leads_a_full_group_next(now)


def _demo_patient_has_something_to_book(now: Any) -> None:
    patient = Patient.objects.get(user__email="patient@demo.example")
    week = TreatmentWeek.objects.get(patient=patient, starts_at__lte=now, ends_at__gt=now)
    assert (week.status, week.shortfall_minutes) in {("at_risk", 150), ("at_risk", 210)}
    admission = Admission.objects.get(patient=patient)
    ahead = Session.objects.filter(program=admission.program, state="scheduled", starts_at__range=fortnight(now))
    answers = [one.why_not for one in sessions_with_fit(ahead.select_related("program", "site"), patient.pk, now=now)]
    assert () in answers
    assert ("overlaps_work",) in answers


def test_plans_wait_for_somebody() -> None:
    """With two months of history; a step down takes four weeks at target."""
    make(NOON, weeks=8)
    assert set(PlanSuggestion.objects.open_counts()) == {"step_down", "review"}
    assert {template.values[-1].transition for template in PlanTemplate.objects.all()} == {True}
    assert PlanPhase.objects.filter(transition=True, starts_on__lte=NOON.date(), ends_on__gte=NOON.date()).exists()


def _demo_counselor_leads_a_full_group_next(now: Any) -> None:
    led = Session.objects.filter(leads__counselor__user__email="counselor@demo.example", kind="group", ends_at__gt=now)
    first = led.order_by("starts_at")[0]
    assert (first.capacity, first.seats_taken) == (12, 12)
    assert first.starts_at < now + timedelta(days=2)


def test_the_same_seed_makes_the_same_clinic() -> None:
    first, second, other = _contents(number=7), _contents(number=7), _contents(number=8)
    assert [name for name in first if first[name] != second[name]] == []
    assert first != other


KEYED_BY_THE_DATABASE = (Flag, Outreach, PlanSuggestion, RecountMark)
"""PostgreSQL goes on counting where it was, even after what it counted is taken back."""


def _contents(*, number: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the demo; nothing of it stays."""
    with transaction.atomic():
        make(NOON, number=number)
        contents = {
            model._meta.label: list(model._default_manager.order_by("pk").values_list(*_columns(model)))
            for name in ("people", "scheduling", "attendance")
            for model in apps.get_app_config(name).get_models(include_auto_created=True)
        }
        transaction.set_rollback(True)
    return contents


def _columns(model: Any) -> list[str]:
    """All but the salt of passwords, and the keys that the database gives to what the services write."""
    left_out = {"password", "id"} if model in KEYED_BY_THE_DATABASE else {"password"}
    return [field.attname for field in model._meta.concrete_fields if field.name not in left_out]


def test_something_of_everything() -> None:
    make(NOON, patients=120, weeks=8)
    assert set(AttendanceRecord.objects.values_list("status", flat=True)) == {
        "present",
        "excused",
        "no_show",
        "turned_away",
    }
    assert AttendanceRecord.objects.filter(late_minutes__gt=0, credited_minutes__gt=0).exists()
    assert AttendanceRecord.objects.filter(early_minutes__gt=0, credited_minutes__gt=0).exists()
    assert set(Booking.objects.values_list("status", flat=True)) == {"booked", "waitlisted", "offered", "cancelled"}
    assert Booking.objects.filter(offer_expires_at__gt=NOON).get().status == "offered"
    assert set(Program.objects.values_list("waitlist_policy", flat=True)) == {"book"}
    assert Booking.objects.filter(patient__user__email="patient@demo.example", status="waitlisted").count() == 1
    assert set(Booking.objects.filter(status="cancelled").values_list("late", flat=True)) == {True, False}
    assert set(Session.objects.values_list("kind", flat=True)) == {"individual", "group", "family"}
    assert set(Session.objects.values_list("state", flat=True)) == {"scheduled", "signed", "cancelled"}
    assert Session.objects.filter(starts_at__gt=NOON, leads=None).count() == 1
    assert {900, 720, 540, 360} == set(PlanPhase.objects.values_list("min_minutes", flat=True))
    assert Leave.objects.exists()
    assert Admission.objects.exclude(discharged_on=None).exists()
    assert Patient.objects.filter(language="es").exists()
    assert Admission.objects.count() > Patient.objects.count()  # some came back
    assert {"met", "below"} <= set(TreatmentWeek.objects.exclude(closed_at=None).values_list("status", flat=True))
    kinds = set(Flag.objects.active().values_list("kind", flat=True))
    assert {FlagKind.AT_RISK, FlagKind.BELOW_MINIMUM, FlagKind.OVER_MAXIMUM, FlagKind.UNSIGNED_ROSTER} <= kinds
    assert set(TrailEntry.objects.values_list("action", flat=True)) == {
        *("admitted", "amended", "holidays_proposed", "roster_signed"),
        *("booked", "cancelled", "offered"),  # the lines, by the services
        *("joined_series", "left_series"),
        *("family_member_added", "consent_given", "consent_revoked", "family_invited", "family_answered"),
        *("kept_apart", "site_closed", "session_cancelled", "week_revised"),
    }


def test_members_keep_their_evenings() -> None:
    """With two months behind them; the sweep that books them has nothing left to do."""
    make(NOON, patients=120, weeks=8)
    rows = StandingBooking.objects.in_force()
    again = {patient for patient, number in Counter(rows.values_list("patient_id", flat=True)).items() if number > 1}
    left = rows.filter(left_at__isnull=False, ends_on__lt=NOON.date()).get()
    assert again == {left.patient_id}
    assert rows.filter(starts_on__lt=NOON.date()).count() >= 5
    ahead = Booking.objects.filter(standing_booking__isnull=False, starts_at__gt=NOON, session__state="scheduled")
    assert [one.cancel_reason for one in ahead if one.status == "cancelled"] == ["School play"]
    assert fill_standing(now=NOON) == 0
    assert set(StandingGap.objects.values_list("outcome", flat=True)) <= {"", "left_out"}


def test_households_say_yes_no_and_nothing_yet() -> None:
    make(NOON)
    ana = Patient.objects.get(user__email="patient@demo.example")
    today = NOON.astimezone(DENVER).date()
    standing = {
        member.name: [(one.ends_on >= today, one.revoked_at is None) for one in member.consents.all()]
        for member in FamilyMember.objects.filter(patient=ana)
    }
    assert standing == {
        "Elena Reyes": [(True, True)],
        "Mateo Reyes": [(True, True)],
        "Julia Reyes": [(False, True)],
        "Nico Reyes": [(True, False)],
        "Rosa Reyes": [],
    }
    assert set(ana.family_members.values_list("invitations__state", flat=True)) == {"coming", "asked", None}
    assert set(Invitation.objects.values_list("state", flat=True)) == {"coming", "declined", "asked"}


def test_two_are_kept_apart_and_the_site_closes() -> None:
    make(NOON)
    pair = KeepApart.objects.get()
    assert [share.patient_id for share in division(pair, now=NOON) if share.patient_id is None] == []
    first, second = (
        set(Booking.objects.live().filter(patient=pk, starts_at__gt=NOON).values_list("session_id", flat=True))
        for pk in pair.patient_ids
    )
    assert first
    assert second
    assert first & second == set()
    closures = SiteClosure.objects.filter(state="in_force").order_by("starts_on")
    assert [(one.kind, one.starts_on.isoformat()) for one in closures] == [
        ("closure", "2026-12-16"),
        ("holiday", "2026-12-25"),
    ]
    assert set(Session.objects.filter(closed_by__in=closures).values_list("state", flat=True)) == {"cancelled"}


def test_a_closed_week_was_corrected() -> None:
    make(NOON)
    revision = WeekRevision.objects.filter(number__gt=1).get()
    first = revision.week.revisions.get(number=1)
    assert (revision.number, revision.cause, revision.week.revision) == (2, "amended", 2)
    assert first.figures["credited_minutes"] - revision.figures["credited_minutes"] == 25
    assert revision.week.credited_minutes == revision.figures["credited_minutes"]


def test_the_counselor_has_a_roster_to_finish() -> None:
    make(NOON)
    roster = Session.objects.get(
        leads__counselor__user__email="counselor@demo.example", state="scheduled", ends_at__lt=NOON, seats_taken__gt=0
    )
    on_roster = Booking.objects.filter(session=roster, live=True)
    assert on_roster.filter(marked_at=None).count() == 2
    assert on_roster.exclude(marked_at=None).exists()


def test_series_are_what_their_sessions_are() -> None:
    make(NOON)
    for series in SessionSeries.objects.select_related("site"):
        until = series.materialized_until
        assert until == (NOON + timedelta(weeks=12)).date()
        wanted = [format_wall(one.local) for one in expand(series, first=date(2020, 1, 1), last=until)]
        assert list(series.sessions.order_by("starts_at").values_list("occurrence_local", flat=True)) == wanted
    assert extend_horizon(now=NOON, weeks=12) == 0


def test_sweeps_find_nothing_to_do() -> None:
    make(NOON)
    before = list(TreatmentWeek.objects.order_by("pk").values())
    assert weeks.ensure_weeks(now=NOON) == 0
    weeks.recount(TreatmentWeek.objects.values_list("pk", flat=True), now=NOON)
    assert list(TreatmentWeek.objects.order_by("pk").values()) == before
    found = flags.evaluate(now=NOON)
    assert (found.raised, found.reopened, found.resolved) == (0, 0, 0)


def test_the_last_site_is_another_coordinators() -> None:
    make(NOON, patients=160, weeks=1)
    sites = list(Site.objects.order_by("pk").values_list("pk", flat=True))
    assert len(sites) == 3
    seen = {
        name: sorted(Membership.objects.filter(user__email=f"{name}@demo.example").values_list("site_id", flat=True))
        for name in ("coordinator", "director", "auditor", "counselor", "patient")
    }
    assert seen == {
        "coordinator": sites[:2],
        "director": sites,
        "auditor": sites,
        "counselor": sites[:1],
        "patient": sites[:1],
    }


def test_rows_made_afterwards_get_keys_of_their_own() -> None:
    make(NOON, patients=12, weeks=1)
    last = Patient.objects.order_by("-pk")[0].pk
    assert Patient.objects.create(name="Somebody else").pk > last
    assert Site.objects.create(name="Elsewhere", time_zone="UTC").pk > 2


@pytest.mark.parametrize("patients", [1, 5, 12])
def test_a_very_small_clinic_is_sound_too(patients: int) -> None:
    make(NOON, patients=patients, weeks=1)
    assert Patient.objects.count() == patients
    assert broken(NOON) == {}
