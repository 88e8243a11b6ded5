"""Who has a seat of their own in the demo's series: members since some weeks, one of them for the second time.

The rows are put down as years of use leave them; what they book ahead is left to the sweep that keeps everybody's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from people.domain.time import local_date, resolve_wall
from people.models import Patient, Site, User
from people.services.trail import record
from scheduling.models import Booking, SessionSeries, StandingBooking, StandingGap
from scheduling.services.booking import cancel
from scheduling.services.standing import fill_standing
from scheduling.services.track_preview import TrackDate, TrackPreview, TrackWish, preview_track
from scheduling.services.tracks import facts

AN_HOUR, A_DAY, A_WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MOST_OF_A_SERIES = 3
MOST_LOOKED_AT = 8
MOST_LEFT_OUT = 4
"""Whoever could not come on more dates than that would have joined another series."""

NOT_ASKED_FOR = frozenset({"on_leave", "not_enrolled", "session_started"})
"""Why nothing is expected on a date."""

BOOKED_BEFORE = 2
AWAY_BETWEEN = 2 * A_WEEK


@dataclass(frozen=True)
class _Member:
    """Somebody who joins, the days on which they came so far, and what stands against the days ahead."""

    patient: Patient
    series: SessionSeries
    came_on: Sequence[date]
    preview: TrackPreview


def put_down_members(site: Site, people: Sequence[int], *, coordinator: User, now: datetime) -> list[int]:
    """Some of the people (their keys) become members of the site's series of several evenings; the keys of those."""
    members: list[_Member] = []
    for series in SessionSeries.objects.filter(site=site, kind="group", rrule__contains=",").order_by("pk"):
        taken = {one.patient.pk for one in members}
        found = _who_would_join(series, [pk for pk in people if pk not in taken], now=now)
        members += [one for one, _ in zip(found, range(MOST_OF_A_SERIES), strict=False)]
    if not members:
        return []
    again = min(members, key=lambda one: (one.came_on[0], one.patient.pk))
    for number, one in enumerate(members):
        began = one.came_on[0]
        if one is again:
            _was_member(one, began, coordinator)
            began = min(began + A_WEEK + AWAY_BETWEEN, local_date(now, site.zone))
        row = _join(one, began, coordinator)
        full = [date for date in one.preview.refused if not set(date.codes) & NOT_ASKED_FOR]
        _leave_out(row, full[1 if number == 0 else 0 :])
    fill_standing(now=now)
    # The sweep would have booked them one by one, as each came into the horizon.
    Booking.objects.filter(standing_booking__isnull=False, created_at=now).update(created_at=now - AN_HOUR)
    _skip_an_evening(members[-1].patient, now=now)
    return [one.patient.pk for one in members]


def _who_would_join(series: SessionSeries, people: Sequence[int], *, now: datetime) -> Iterator[_Member]:
    """Those who come often and could go on coming, the most faithful first."""
    zone = series.site.zone
    came = Q(bookings__session__series=series, bookings__live=True, bookings__starts_at__lt=now)
    often = Patient.objects.filter(pk__in=people, admissions__program=series.program, admissions__discharged_on=None)
    counted = often.annotate(number=Count("bookings", filter=came)).filter(number__gte=BOOKED_BEFORE)
    for patient in counted.order_by("-number", "pk")[:MOST_LOOKED_AT]:
        held = patient.bookings.live().filter(session__series=series, starts_at__lt=now)
        days = sorted(booking.session.occurs_on for booking in held.select_related("session"))
        preview = preview_track(patient, TrackWish((series,), local_date(now, zone)), now=now)
        if len(preview.refused) <= MOST_LEFT_OUT:
            yield _Member(patient, series, days, preview)


def _was_member(one: _Member, began: date, coordinator: User) -> None:
    """They had joined before, and left after a week."""
    row = _join(one, began, coordinator, ends_on=began + A_WEEK - A_DAY)
    before = {**facts(row), "ends_on": None}
    row.left_at, row.left_by, row.leave_reason = _noon(began + A_WEEK - A_DAY, one.series), coordinator, "New shifts"
    row.save(update_fields=["left_at", "left_by", "leave_reason"])
    record(
        "left_series",
        row,
        actor=coordinator,
        now=row.left_at,
        patient_id=row.patient_id,
        before=before,
        after=facts(row),
    )


def _join(one: _Member, began: date, coordinator: User, *, ends_on: date | None = None) -> StandingBooking:
    """A membership with the seats that they had and have within it."""
    joined_at = _noon(began - A_DAY, one.series)
    program = one.series.program_id
    admission = one.patient.admissions.filter(program=program, discharged_on=None).latest("admitted_on")
    row = StandingBooking.objects.create(
        patient=one.patient,
        admission=admission,
        series=one.series,
        starts_on=began,
        ends_on=ends_on,
        created_at=joined_at,
        created_by=coordinator,
    )
    seats = Booking.objects.live().filter(patient=one.patient, session__series=one.series)
    seats = seats.filter(session__occurrence_local__gte=f"{began}T00:00")
    if ends_on is not None:
        seats = seats.filter(session__occurrence_local__lt=f"{ends_on + A_DAY}T00:00")
    seats.update(standing_booking=row)
    after = {**facts(row), "ends_on": None}
    record("joined_series", row, actor=coordinator, now=joined_at, patient_id=row.patient_id, after=after)
    return row


def _leave_out(row: StandingBooking, dates: Sequence[TrackDate]) -> None:
    """The dates that they do without, as agreed when they joined."""
    StandingGap.objects.bulk_create(
        StandingGap(
            standing_booking=row,
            session=one.session,
            codes=list(one.codes),
            raised_at=row.created_at,
            closed_at=row.created_at,
            outcome=StandingGap.Outcome.LEFT_OUT,
        )
        for one in dates
    )


def _skip_an_evening(patient: Patient, *, now: datetime) -> None:
    """They do without one of their evenings, and keep the rest."""
    ahead = patient.bookings.live().filter(standing_booking__isnull=False, starts_at__gt=now + A_WEEK)
    booking = ahead.exclude(session__bookings__status="waitlisted").order_by("starts_at").first()
    if booking is not None:
        cancel(booking, actor=None, now=now, reason="School play")


def _noon(on: date, series: SessionSeries) -> datetime:
    return resolve_wall(datetime.combine(on, time(12)), series.site.zone)
