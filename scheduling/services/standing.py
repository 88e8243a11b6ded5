"""Leaving a series, and what nobody booked yet: standing bookings after they were made."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from people.constraints import refusing
from people.errors import InvalidInput
from people.models import Patient, User
from people.queries import there
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.enums import BookingStatus, SessionState
from scheduling.models import Booking, Session, SessionSeries, StandingBooking, StandingGap
from scheduling.services.booking_facts import CALLED_OFF
from scheduling.services.booking_rows import CONSTRAINTS
from scheduling.services.locks import lock_patient, lock_sessions
from scheduling.services.places import Judge, Wish, write_places
from scheduling.services.releases import release_all
from scheduling.services.tracks import facts

A_DAY = timedelta(days=1)
EXPECTED = frozenset({"on_leave", "not_enrolled"})
"""A date on which nothing is expected of the patient is no gap: nobody need act on it."""

LEFT = "left the series"


def bookings_from(standing: StandingBooking, on: date, *, now: datetime) -> list[Booking]:
    """What leaving from the day on would cancel, the times that evenings were moved to included.

    What has begun by now stays on its roster.
    """
    rows = (
        Booking.objects.filter(standing_booking=standing, starts_at__gt=now, marked_at=None)
        .exclude(status=BookingStatus.CANCELLED)
        .select_related("session__site", "stands_for__site", "admission__program", "admission__site")
        .order_by("starts_at", "pk")
    )
    return [row for row in rows if row.evening.occurs_on >= on]


@retrying_deadlocks
def leave_series(
    standing: StandingBooking, *, from_on: date, actor: User | None, now: datetime, reason: str = ""
) -> tuple[StandingBooking, list[Booking]]:
    """The membership ends the day before, and the bookings from then on are cancelled, none of them late.

    From its first day on, it is withdrawn: the row stays as history. It never ends before an evening that has begun:
    what was held stays within it. Raises InvalidInput for a day after its end.
    """
    with transaction.atomic():
        lock_patient(standing.patient_id)
        row = there(StandingBooking.objects.all(), standing.pk)
        if row.withdrawn_at is not None or (row.ends_on is not None and from_on > row.ends_on):
            raise InvalidInput({"from": _("The standing booking has ended by then.")})
        cancelled = release_all(bookings_from(row, from_on, now=now), actor=actor, now=now, reason=reason or LEFT)
        last = max(from_on - A_DAY, _last_begun(row, now=now))
        end_membership(row, last=last, actor=actor, now=now, reason=reason or LEFT)
    return row, cancelled


def _last_begun(row: StandingBooking, *, now: datetime) -> date:
    """The date of its latest evening that has begun and was not given up; the earliest of all days without one."""
    held = Booking.objects.filter(standing_booking=row, stands_for=None, starts_at__lte=now)
    held = held.exclude(status=BookingStatus.CANCELLED).select_related("session__site")
    latest = held.order_by("-session__occurrence_local").first()
    return latest.session.occurs_on if latest is not None else date.min


def end_membership(row: StandingBooking, *, last: date, actor: User | None, now: datetime, reason: str) -> None:
    """Write the last day under the patient's lock, or that it never began; open gaps after it are closed."""
    before = facts(row)
    if last < row.starts_on:
        row.withdrawn_at = now
    else:
        row.ends_on = last
    row.left_at, row.left_by, row.leave_reason = now, actor, reason[:300]
    row.save(update_fields=["ends_on", "withdrawn_at", "left_at", "left_by", "leave_reason"])
    later = row.gaps.filter(closed_at=None, session__occurrence_local__gte=f"{last + A_DAY}T00:00")
    later.update(closed_at=now, outcome=StandingGap.Outcome.DISMISSED)
    record("left_series", row, actor=actor, now=now, patient_id=row.patient_id, before=before, after=facts(row))


def missing(rows: QuerySet[StandingBooking], *, now: datetime) -> list[tuple[int, int, int]]:
    """The places that nobody booked: (patient, standing booking, session), sessions ahead only, in one query.

    One that was cancelled stays so: its row says that somebody skipped the evening, or moved it. Only what a leave
    took is asked for again, or the clinic, where the evening takes place after all; whether the leave still covers the
    day is for the judge. Gaps that are closed are left alone.
    """
    first = Concat(Cast("starts_on", CharField()), Value("T00:00"))
    last = Concat(Cast("ends_on", CharField()), Value("T99:99"))
    rows_there = Booking.objects.filter(patient_id=OuterRef("patient_id"), session_id=OuterRef("session_pk"))
    taken_away = Q(cancelled_for_leave__isnull=False) | Q(cancel_reason=CALLED_OFF)
    wanted_again = Booking.objects.filter(taken_away, pk=OuterRef("latest"), status=BookingStatus.CANCELLED)
    closed = StandingGap.objects.filter(
        standing_booking_id=OuterRef("pk"), session_id=OuterRef("session_pk"), closed_at__isnull=False
    )
    found = (
        rows.in_force()  # type: ignore[attr-defined]
        .annotate(
            session_pk=F("series__sessions__pk"),
            occurrence=F("series__sessions__occurrence_local"),
            session_state=F("series__sessions__state"),
            session_start=F("series__sessions__starts_at"),
            latest=Subquery(rows_there.order_by("-pk").values("pk")[:1]),
        )
        .filter(session_state=SessionState.SCHEDULED, session_start__gt=now)
        .filter(Q(ends_on=None) | Q(occurrence__lte=last), occurrence__gte=first)
        .filter(Q(latest=None) | Exists(wanted_again), ~Exists(closed))
    )
    return list(found.order_by("patient_id", "created_at", "pk").values_list("patient_id", "pk", "session_pk"))


def fill_standing(*, now: datetime) -> int:
    """Book every place that nobody booked, a transaction a patient; how many were. Run twice, nothing doubles.

    What clashes becomes a gap that staff see, and is tried again by the next sweep.
    """
    by_patient: dict[int, list[int]] = defaultdict(list)
    for patient_id, standing_id, _session in missing(StandingBooking.objects.all(), now=now):
        by_patient[patient_id].append(standing_id)
    return sum(len(fill_patient(pk, now=now)) for pk in sorted(by_patient))


@retrying_deadlocks
def fill_patient(patient_id: int, *, now: datetime, actor: User | None = None) -> list[Booking]:
    """The places of one patient that nobody booked. May stand inside a transaction that holds the patient's lock."""
    with refusing(CONSTRAINTS), transaction.atomic():
        lock_patient(patient_id)
        pairs = missing(StandingBooking.objects.filter(patient_id=patient_id), now=now)
        sessions = lock_sessions(*(session_id for *_rest, session_id in pairs))
        return seat([(standing_id, sessions[pk]) for _p, standing_id, pk in pairs], actor=actor, now=now)


def seat(pairs: Iterable[tuple[int, Session]], *, actor: User | None, now: datetime) -> list[Booking]:
    """Book what fits of the places, in the order of time and of joining, and raise a gap for what does not.

    Call it under the locks of the patients and sessions.
    """
    listed = list(pairs)
    if not listed:
        return []
    rows = {
        row.pk: row
        for row in StandingBooking.objects.filter(pk__in={pk for pk, _session in listed}).select_related(
            "admission__site", "admission__program"
        )
    }
    wishes = [Wish(rows[pk], session) for pk, session in listed]
    wishes.sort(key=lambda one: (one.session.starts_at, one.standing.created_at, one.standing.pk))
    judge = Judge(list({row.admission_id: row.admission for row in rows.values()}.values()), [s for _pk, s in listed])
    fitting, clashing = [], []
    for wish in wishes:
        codes = judge.codes(wish.standing.admission_id, wish.session, now=now)
        if set(codes) - _lifted(wish.standing):
            clashing.append(Wish(wish.standing, wish.session, codes))
        else:
            fitting.append(Wish(wish.standing, wish.session, codes))
            judge.take(wish.standing.admission_id, wish.session)
    made = write_places(fitting, actor=actor, now=now)
    _close_gaps(fitting, now=now)
    _raise_gaps([wish for wish in clashing if not set(wish.codes) & EXPECTED], now=now)
    return made


def _lifted(standing: StandingBooking) -> frozenset[str]:
    """What the reason given at joining lifts for later dates too: work hours. A maximum is asked for each week anew."""
    return frozenset({"overlaps_work"}) if standing.override_reason else frozenset()


def _close_gaps(fitting: Sequence[Wish], *, now: datetime) -> None:
    pairs = {(wish.standing.pk, wish.session.pk) for wish in fitting}
    open_gaps = StandingGap.objects.filter(
        closed_at=None, standing_booking_id__in={pk for pk, _s in pairs}, session_id__in={pk for _s, pk in pairs}
    )
    closed = [gap.pk for gap in open_gaps if (gap.standing_booking_id, gap.session_id) in pairs]
    if closed:
        StandingGap.objects.filter(pk__in=closed).update(closed_at=now, outcome=StandingGap.Outcome.BOOKED)


def _raise_gaps(clashing: Sequence[Wish], *, now: datetime) -> None:
    """One row for each; a gap that stands already is told the reasons of today."""
    StandingGap.objects.bulk_create(
        [
            StandingGap(standing_booking=one.standing, session=one.session, codes=list(one.codes), raised_at=now)
            for one in clashing
        ],
        update_conflicts=True,
        unique_fields=["standing_booking", "session"],
        update_fields=["codes"],
        batch_size=500,
    )


def member_ids(*series_ids: int, now: datetime) -> set[int]:
    """The patients with a standing booking of one of the series now or later."""
    return set(_members(*series_ids, now=now).values_list("patient_id", flat=True))


def with_members(series_ids: Iterable[int], *, now: datetime) -> set[int]:
    """Those of the series of which somebody has a standing booking now or later."""
    return set(_members(*series_ids, now=now).values_list("series_id", flat=True))


def seat_members(series: SessionSeries, sessions: Sequence[Session], *, now: datetime) -> list[Booking]:
    """Book the members on occurrences that were just made, or came back; call it under the locks of series and members.

    Who had skipped one that comes back, or moved it, does not have it again. Whoever joined between the two locks, and
    is held by somebody else at this moment, is left to the sweep.
    """
    rows = _members(series.pk, now=now)
    patient_ids = set(rows.values_list("patient_id", flat=True))
    if not patient_ids or not sessions:
        return []
    free = Patient.objects.select_for_update(no_key=True, skip_locked=True)
    locked = set(free.filter(pk__in=patient_ids).values_list("pk", flat=True))
    by_id = {session.pk: session for session in sessions}
    for session in sessions:
        session.program, session.site = series.program, series.site
    asked = [
        (standing_id, by_id[session_id])
        for patient_id, standing_id, session_id in missing(rows, now=now)
        if patient_id in locked and session_id in by_id
    ]
    return seat(asked, actor=None, now=now)


def _members(*series_ids: int, now: datetime) -> QuerySet[StandingBooking]:
    lately = now.date() - A_DAY
    rows: QuerySet[StandingBooking] = StandingBooking.objects.filter(series_id__in=series_ids).in_force()
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=lately))
