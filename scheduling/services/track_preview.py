"""What joining series as a track would do: every date is checked before anything is accepted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from people.domain.time import local_date
from people.errors import InvalidInput, NotThere
from people.models import Admission, Patient
from scheduling.enums import BookingStatus, SessionState
from scheduling.errors import LIFTED_BY_STAFF, AlreadyEnrolled, NotEnrolled, SeriesFull
from scheduling.models import (
    ApartSide,
    Booking,
    KeepApart,
    Session,
    SessionSeries,
    StandingBooking,
)
from scheduling.services.places import Judge

A_DAY = timedelta(days=1)
MOST_SERIES = 10


class Outcome(StrEnum):
    """What becomes of a date when the track is joined."""

    FREE = "free"
    KEPT = "kept"
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    OFF = "off"


@dataclass(frozen=True)
class TrackWish:
    """Which series, from when to when (open end: None); `without` are dates that one does without.

    `without_sessions` leaves out single sessions where two fall on one date. Staff's `override_reason` lifts what it
    lifts for a single booking.
    """

    series: tuple[SessionSeries, ...]
    starts_on: date
    ends_on: date | None = None
    without: frozenset[date] = frozenset()
    without_sessions: frozenset[int] = frozenset()
    override_reason: str = ""


@dataclass(frozen=True)
class TrackDate:
    """One occurrence in the horizon: its date at the site, what stands against it, and what becomes of it."""

    session: Session
    on: date
    codes: tuple[str, ...]
    outcome: Outcome


@dataclass(frozen=True)
class TrackPreview:
    """What joining would do, date by date, in the order of time. Dates after `checked_until` are not on yet."""

    wish: TrackWish
    admissions: dict[int, Admission]
    dates: tuple[TrackDate, ...]
    checked_until: date | None

    @property
    def refused(self) -> list[TrackDate]:
        """The dates that must be left out before the rest is accepted."""
        return [one for one in self.dates if one.outcome == Outcome.REFUSED]

    @property
    def booked(self) -> list[TrackDate]:
        """The dates that would be booked, or are booked already and kept."""
        return [one for one in self.dates if one.outcome in (Outcome.FREE, Outcome.KEPT)]


def preview_track(patient: Patient, wish: TrackWish, *, now: datetime) -> TrackPreview:
    """What joining would do now; nothing is written.

    Raises InvalidInput for dates and series that cannot be meant, AlreadyEnrolled, SeriesFull, or NotEnrolled for
    somebody who was never admitted.
    """
    check_wish(wish, now=now)
    refuse_hidden(patient, wish)
    refuse_members(patient, wish)
    return examine(patient, wish, sessions_of(wish), now=now)


def series_of(session: Session) -> int:
    """The series of an occurrence; 0 for a session of none, which has no members."""
    return session.series_id or 0


def check_wish(wish: TrackWish, *, now: datetime) -> None:
    """Raises InvalidInput for dates and series that cannot be meant."""
    if not wish.series or len(wish.series) > MOST_SERIES:
        raise InvalidInput({"series": _("Name from 1 to %(most)d series.") % {"most": MOST_SERIES}})
    if len({series.pk for series in wish.series}) < len(wish.series):
        raise InvalidInput({"series": _("A series is named twice.")})
    if wish.ends_on is not None and wish.ends_on < wish.starts_on:
        raise InvalidInput({"ends_on": _("The last day lies before the first.")})
    if wish.starts_on < min(local_date(now, series.site.zone) for series in wish.series):
        raise InvalidInput({"starts_on": _("This day is over: begin today or later.")})
    if any(series.ends_on is not None and series.ends_on < wish.starts_on for series in wish.series):
        raise InvalidInput({"series": _("The series ends before the first day.")})


def refuse_hidden(patient: Patient, wish: TrackWish) -> None:
    """Raises NotThere for a series that is not on the patient's side of somebody from whom they are kept apart."""
    shared = {series.pk for series in wish.series if series.capacity > 1}
    for pair in KeepApart.objects.standing().of(patient.pk):
        own = ApartSide.objects.filter(keep_apart=pair, series__in=shared, patient=patient)
        if own.count() < len(shared):
            raise NotThere


def refuse_members(patient: Patient, wish: TrackWish) -> None:
    """Raises AlreadyEnrolled for days that the patient has already, SeriesFull where each seat has its owner."""
    pks = [series.pk for series in wish.series]
    held = list(StandingBooking.objects.filter(series_id__in=pks).in_force_between(wish.starts_on, wish.ends_on))
    own = [row for row in held if row.patient_id == patient.pk]
    if own:
        raise AlreadyEnrolled(
            standing_bookings=[str(row.pk) for row in own], series=[str(row.series_id) for row in own]
        )
    for series in wish.series:
        day = _full_from([row for row in held if row.series_id == series.pk], series.capacity, wish.starts_on)
        if day is not None:
            raise SeriesFull(
                _("From %(day)s on every seat is a standing booking already.") % {"day": day.isoformat()},
                series=str(series.pk),
                starts_on=day.isoformat(),
            )


def _full_from(members: Sequence[StandingBooking], capacity: int, first: date) -> date | None:
    """The first day from `first` on that has as many members as seats; None where every day has a seat left."""
    for day in sorted({first, *(row.starts_on for row in members if row.starts_on > first)}):
        if sum(row.covers(day) for row in members) >= capacity:
            return day
    return None


def sessions_of(wish: TrackWish) -> list[Session]:
    """The occurrences of the track that are on already, in the order of time."""
    rows = Session.objects.filter(
        series_id__in=[series.pk for series in wish.series],
        occurrence_local__gte=f"{wish.starts_on}T00:00",
    ).select_related("program", "site")
    if wish.ends_on is not None:
        rows = rows.filter(occurrence_local__lt=f"{wish.ends_on + A_DAY}T00:00")
    return list(rows.order_by("starts_at", "pk"))


def examine(patient: Patient, wish: TrackWish, sessions: list[Session], *, now: datetime) -> TrackPreview:
    """Look at every date, in the order of time. Raises NotEnrolled for somebody who was never admitted."""
    sessions = sorted(sessions, key=lambda one: (one.starts_at, one.pk))
    _check_without(wish, sessions)
    admissions = _admissions(patient, wish)
    judge = Judge(list({row.pk: row for row in admissions.values()}.values()), sessions)
    lifted = LIFTED_BY_STAFF if wish.override_reason.strip() else frozenset()
    booked = Booking.objects.filter(patient=patient, session__in=sessions, status=BookingStatus.BOOKED)
    held = set(booked.values_list("session_id", flat=True))
    dates = []
    for session in sessions:
        admission = admissions[series_of(session)]
        codes = judge.codes(admission.pk, session, now=now)
        outcome = _outcome(session, wish, codes, held=session.pk in held, lifted=lifted)
        if outcome == Outcome.FREE:
            judge.take(admission.pk, session)
        dates.append(TrackDate(session, session.occurs_on, codes, outcome))
    until = [series.materialized_until for series in wish.series if series.materialized_until is not None]
    return TrackPreview(wish, admissions, tuple(dates), min(until, default=None))


def _outcome(
    session: Session, wish: TrackWish, codes: tuple[str, ...], *, held: bool, lifted: frozenset[str]
) -> Outcome:
    if session.state == SessionState.CANCELLED:
        return Outcome.OFF
    if session.occurs_on in wish.without or session.pk in wish.without_sessions:
        return Outcome.LEFT_OUT
    if held:
        return Outcome.KEPT
    return Outcome.REFUSED if set(codes) - lifted else Outcome.FREE


def _check_without(wish: TrackWish, sessions: Iterable[Session]) -> None:
    listed = list(sessions)
    strange = wish.without - {session.occurs_on for session in listed}
    if strange or wish.without_sessions - {session.pk for session in listed}:
        named = ", ".join(day.isoformat() for day in sorted(strange))
        raise InvalidInput({"without": _("There is nothing of this track to leave out on %(days)s.") % {"days": named}})


def _admissions(patient: Patient, wish: TrackWish) -> dict[int, Admission]:
    """For each series the admission that it belongs to: to its program where there is one, else one of those days."""
    rows = list(
        Admission.objects.filter(patient=patient)
        .in_force_between(wish.starts_on, wish.ends_on or date.max)
        .select_related("site", "program")
        .order_by("admitted_on", "pk")
    )
    if not rows:
        raise NotEnrolled(codes=["not_enrolled"])
    return {
        series.pk: next((row for row in rows if row.program_id == series.program_id), rows[0]) for series in wish.series
    }
