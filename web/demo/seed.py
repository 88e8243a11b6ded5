"""Writing the demo clinic: places and staff one by one, everything else in bulk, a site at a time."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import connection, models, transaction

from attendance.models import AttendanceRecord, Roster, TreatmentWeek
from attendance.services import flags, weeks
from people.enums import Role
from people.models import Admission, Counselor, Focus, Leave, Membership, Patient, PlanPhase, Program, Room, Site, User
from scheduling.models import Booking, Session, SessionCounselor, SessionSeries, WorkHours
from web.demo.people import people_of
from web.demo.site import Booker, Ids, Place, Rows, add_people, add_series
from web.demo.tracks import FOCI, counselors_needed, rooms_needed, tracks_for
from web.demo.words import COUNSELORS, DISTINCT_WEEKDAYS, ZONES, site_name

PASSWORD = "steady-week-demo"  # noqa: S105 - printed for everybody to see
PEOPLE_A_SITE = 150
WEEKS_AHEAD_WHEN_LARGE = 3
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How large the demo is to be."""

    patients: int
    weeks: int
    seed: int


def seed(size: Size, *, now: datetime, say: Say) -> None:
    """Fill an empty database. Everything is written in one transaction, then the weeks and flags are reckoned."""
    gc.disable()
    try:
        with transaction.atomic():
            _write_all(size, now=now, say=say)
        _reckon(now, say=say)
    finally:
        gc.enable()


def _write_all(size: Size, *, now: datetime, say: Say) -> None:
    sites = max(2, ceil(size.patients / PEOPLE_A_SITE))
    today = now.date()
    anchor = today - timedelta(days=today.weekday(), weeks=size.weeks)
    ahead = WEEKS_AHEAD_WHEN_LARGE if size.patients > 1000 else settings.HORIZON_WEEKS
    ids, written = Ids(), 0
    for number in range(sites):
        people_here = size.patients // sites + (1 if number < size.patients % sites else 0)
        rng = Random(f"{size.seed}:{number}")
        place = _place(number, people_here)
        signers_of = {counselor.pk: counselor.user_id for counselor in place.counselors.values()}
        rows = Rows()
        last = today + timedelta(weeks=ahead)
        add_series(rows, place, tracks_for(people_here), ids=ids, first=anchor, last=last, now=now)
        people = list(people_of(number, people_here, rng=rng, today=today, history=anchor, first_number=written))
        admissions = add_people(rows, place, people, ids=ids, anchor=anchor, now=now)
        signers = {lead.session_id: signers_of[lead.counselor_id] or 0 for lead in rows.leads}
        Booker(
            rows, place, people, admissions, ids, rng, now, anchor, signers, quiet_since=now - timedelta(hours=3)
        ).run(anchor, today + timedelta(weeks=2))
        _write(rows)
        written += people_here
        if sites > 4 and (number + 1) % 10 == 0:
            say(f"{written} of {size.patients} patients ...")
    _accounts()
    _reset_sequences()


def _place(number: int, people: int) -> Place:
    site = Site.objects.create(
        name=site_name(number),
        time_zone=ZONES[number % len(ZONES)],
        address=f"{214 + number} {site_name(number)}",
        directions="Side door B, 2nd floor",
        phone=f"+1303555{10 + number:04}",
        sender_name=site_name(number),
    )
    program = Program.objects.create(
        name=f"Evenings and weekends, {site.name}", first_weekday=DISTINCT_WEEKDAYS[number % len(DISTINCT_WEEKDAYS)]
    )
    program.sites.add(site)
    Focus.objects.bulk_create(Focus(program=program, code=code, name=name) for code, name in FOCI.items())
    rooms = Room.objects.bulk_create(Room(site=site, name=name, seats=16) for name in rooms_needed(people))
    needed = sorted({track.counselor for track in tracks_for(people)})
    counselors = {wanted: _counselor(number, position, site) for position, wanted in enumerate(needed)}
    return Place(site, program, counselors, {room.name: room for room in rooms})


def _counselor(site_number: int, position: int, site: Site) -> Counselor:
    name = COUNSELORS[(site_number * 5 + position) % len(COUNSELORS)]
    demo = site_number == 0 and position == 0
    email = "counselor@demo.example" if demo else f"counselor{site_number}-{position}@demo.example"
    user = User.objects.create(
        email=email, name=name, password=make_password(PASSWORD) if demo else make_password(None)
    )
    Membership.objects.create(user=user, role=Role.COUNSELOR, site=site)
    counselor = Counselor.objects.create(user=user, name=name, credentials="LAC")
    counselor.sites.add(site)
    return counselor


def _write(rows: Rows) -> None:
    _bulk(SessionSeries, rows.series)
    through = SessionSeries.counselors.through
    _bulk(through, [through(sessionseries_id=series, counselor_id=counselor) for series, counselor in rows.series_counselors])
    _bulk(Session, rows.sessions)
    _bulk(SessionCounselor, rows.leads)
    _bulk(Patient, rows.patients)
    _bulk(Admission, rows.admissions)
    _bulk(PlanPhase, rows.phases)
    _bulk(Leave, rows.leaves)
    _bulk(WorkHours, rows.work_hours)
    _bulk(Booking, rows.bookings)
    _bulk(AttendanceRecord, rows.records)
    _bulk(Roster, rows.rosters)


def _bulk(model: type[models.Model], rows: list) -> None:  # type: ignore[type-arg]
    model._default_manager.bulk_create(rows, batch_size=1000)


def _accounts() -> None:
    """The accounts that people sign in with; coordinator, director and auditor see the first two sites."""
    sites = list(Site.objects.order_by("pk")[:2])
    password = make_password(PASSWORD)
    for email, name, role in (
        ("coordinator@demo.example", "Cory Hale", Role.COORDINATOR),
        ("director@demo.example", "Dirk Amundsen", Role.DIRECTOR),
        ("auditor@demo.example", "Ada Birch", Role.AUDITOR),
    ):
        user = User.objects.create(email=email, name=name, password=password)
        Membership.objects.bulk_create(Membership(user=user, role=role, site=site) for site in sites)
    patient = Patient.objects.get(email="patient@demo.example")
    user = User.objects.create(email=patient.email, name=patient.name, password=password)
    Membership.objects.create(user=user, role=Role.PATIENT, site=sites[0])
    patient.user = user
    patient.save(update_fields=["user"])


def _reset_sequences() -> None:
    """Rows were given their keys; the database must go on counting behind them."""
    written = [SessionSeries, Session, Patient, Admission, Booking]
    statements = connection.ops.sequence_reset_sql(no_style(), written)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _reckon(now: datetime, *, say: Say) -> None:
    """Every week in history as evidence, the open ones as they stand, and the flags that they raise."""
    say("Counting the weeks ...")
    _open_history(now)
    weeks.ensure_weeks(now=now, weeks_ahead=1)
    weeks.recount_stale(now=now, limit=10_000_000)
    ended = TreatmentWeek.objects.filter(ends_at__lte=now - timedelta(hours=48))
    ended.update(closed_at=models.F("ends_at"))
    flags.evaluate(now=now)


def _open_history(now: datetime) -> None:
    rows = []
    for admission in Admission.objects.select_related("site", "program").order_by("pk").iterator(2000):
        week = admission.week_containing(admission.admitted_on)
        last = admission.discharged_on or date.max
        while week.ends_at <= now and week.starts_on <= last:
            rows.append(
                TreatmentWeek(
                    admission_id=admission.pk,
                    patient_id=admission.patient_id,
                    site_id=admission.site_id,
                    program_id=admission.program_id,
                    week=week.starts_on,
                    starts_at=week.starts_at,
                    ends_at=week.ends_at,
                    stale_at=now,
                )
            )
            week = admission.week_containing(week.ends_on + timedelta(days=1))
    TreatmentWeek.objects.bulk_create(rows, batch_size=1000)
