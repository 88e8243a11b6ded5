"""What a year of use leaves in a clinic, by the product's own services and at the demo's first site alone, so that it
takes the same moment however large the demo is."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import CharField, F, Max, Value
from django.db.models.functions import Cast, Concat, LPad

from attendance.enums import AttendanceStatus
from attendance.models import AttendanceRecord
from attendance.services.amending import amend
from attendance.services.roster_rules import RosterRow
from people.domain.time import local_date
from people.enums import ClosureState
from people.models import Admission, Patient, Site, User
from people.services.closures import ClosureFields, fields_of
from scheduling.enums import ApartReason
from scheduling.models import Booking
from scheduling.services.closures import close_site
from scheduling.services.keep_apart import keep_apart, propose_division
from web.demo.households import put_down_households
from web.demo.line import show_the_lines
from web.demo.members import put_down_members
from web.demo.story import ROLES

A_DAY = timedelta(days=1)
UNTOUCHED = 15 * A_DAY
"""What is on in the next days is as the demo's people booked it; closures lie behind that."""

WEDNESDAY = 2
LEFT_EARLY = timedelta(minutes=25)


def lead_everyday_lives(patient: Patient, coordinator: User, *, now: datetime) -> None:
    """Lines, memberships, families, a pair kept apart and closures; the demo patient's own week stays as it is."""
    last = Booking.objects.aggregate(last=Max("pk"))["last"] or 0
    site = Site.objects.order_by("pk")[0]
    admitted = Admission.objects.filter(site=site, discharged_on=None)
    people = list(admitted.order_by("patient_id").values_list("patient_id", flat=True))
    cast = {patient.pk + number for number in range(len(ROLES) + 1)}
    others = [pk for pk in people if pk not in cast]
    show_the_lines(patient, now=now)
    members = put_down_members(site, others, coordinator=coordinator, now=now)
    put_down_households(site, patient, others, now=now)
    _keep_two_apart([pk for pk in others if pk not in members], coordinator, now=now)
    _close_for_two_days(site, coordinator, now=now)
    # The same seed makes the same clinic: what is random in real life is not.
    uid = Concat(LPad(Cast(F("pk"), CharField()), 32, Value("0")), Value("@appointments"))
    Booking.objects.filter(pk__gt=last).update(uid=uid)


def correct_a_closed_week(*, now: datetime) -> None:
    """Somebody is found, a week later, to have left before the end: the closed week has a second revision."""
    record = (
        AttendanceRecord.objects.filter(
            status=AttendanceStatus.PRESENT,
            arrived_at=None,
            left_at=None,
            session__roster__signed_at__isnull=False,
            session__kind="group",
            booking__admission__weeks__week=F("booking__week"),
            booking__admission__weeks__closed_at__lte=now,
            patient__user=None,
        )
        .select_related("session__roster__signed_by")
        .order_by("-starts_at", "pk")
        .first()
    )
    if record is None:
        return
    signer = record.session.roster.signed_by
    if signer is not None:
        row = RosterRow(record.booking_id, left_at=record.ends_at - LEFT_EARLY)
        amend(record, row, "The sign-in sheet says when they left", actor=signer, now=now)


def _keep_two_apart(people: Sequence[int], coordinator: User, *, now: datetime) -> None:
    """Two of the people in care, one of each program; each keeps the evenings of their own."""
    pair: dict[int, Patient] = {}
    rows = Admission.objects.filter(patient__in=people, discharged_on=None).select_related("patient")
    for admission in rows.order_by("pk"):
        pair[admission.program_id] = admission.patient
    if len(pair) > 1:
        first, second = sorted(pair.values(), key=lambda one: one.pk)[:2]
        sides = {share.thing: share.patient_id or first.pk for share in propose_division(first, second, now=now)}
        keep_apart(first, second, reason=ApartReason.COURT, sides=sides, actor=coordinator, now=now)


def _close_for_two_days(site: Site, coordinator: User, *, now: datetime) -> None:
    """A day of training, and the first of the state's holidays that lies as far ahead; the others wait for somebody."""
    today = local_date(now, site.zone)
    proposed = site.closures.filter(state=ClosureState.PROPOSED, starts_on__gt=today + UNTOUCHED).order_by("starts_on")
    day = _next_wednesday(today + UNTOUCHED, without=set(proposed.values_list("starts_on", flat=True)))
    close_site(site, ClosureFields(day, day, "Staff training"), actor=coordinator, now=now)
    holiday = proposed.first()
    if holiday is not None:
        close_site(site, fields_of(holiday), closure=holiday, actor=coordinator, now=now)


def _next_wednesday(after: date, *, without: set[date]) -> date:
    day = after + (WEDNESDAY - after.weekday()) % 7 * A_DAY
    while day in without:
        day += 7 * A_DAY
    return day
