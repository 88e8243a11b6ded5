"""What a closure would do before it is saved: which sessions and people it hits, whose weeks it leaves short, and when
most of them could come instead."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from people.domain.time import Interval, local_date, resolve_wall, to_wall
from people.enums import ClosureState
from people.models import Patient, Site, SiteClosure
from people.services.closures import ClosureFields, check_closure, unsaved
from scheduling.domain.replacement import Replacement, best_replacement
from scheduling.enums import BookingStatus, Mode, SessionState
from scheduling.models import Booking, Session
from scheduling.queries import AdmissionCalendar, load_calendars
from scheduling.services.series_fates import Fate
from scheduling.services.series_targets import Target
from scheduling.services.site_times import SiteTimes, span_of
from scheduling.services.staffing import Demands, Staff, duty_of

A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class ShortWeek:
    """A week that would end below its minimum: what is left of it then, and what it had."""

    patient: Patient
    week: date
    left_minutes: int
    before_minutes: int
    minimum_minutes: int

    @property
    def falls(self) -> bool:
        """Whether it is the closure that takes it below."""
        return self.before_minutes >= self.minimum_minutes


@dataclass(frozen=True)
class Suggestion:
    """Another time in the same week for one of the sessions, and how many of its people are free then."""

    session: Session
    interval: Interval
    free: int
    of: int


@dataclass(frozen=True)
class ClosurePreview:
    """Everything that a closure would do. `bookings` are those that end, places in line included; `restored` what it
    called off before and would no longer cover."""

    site: Site
    fields: ClosureFields
    sessions: tuple[Session, ...]
    bookings: tuple[Booking, ...]
    short: tuple[ShortWeek, ...]
    suggestions: tuple[Suggestion, ...]
    restored: tuple[Session, ...] = ()

    @property
    def patients(self) -> list[Patient]:
        """The people who have a seat, each once."""
        return list({row.patient_id: row.patient for row in self.bookings if row.live}.values())

    def fates_of(self, targets: Sequence[Target]) -> tuple[Fate, ...]:
        """What becomes of each booking, for the targets that call the sessions off."""
        by_session = {target.row.pk: target for target in targets}
        return tuple(Fate(row, by_session[row.session_id], ("session_cancelled",)) for row in self.bookings)


def sessions_hit(site: Site, fields: ClosureFields, *, now: datetime) -> QuerySet[Session]:
    """The sessions still to come that could not be held, with what a plan reads of them. Raises InvalidInput."""
    check_closure(fields)
    closed = unsaved(site, fields).interval
    rows: QuerySet[Session] = Session.objects.filter(
        site=site, state=SessionState.SCHEDULED, starts_at__gt=now, starts_at__lt=closed.end, ends_at__gt=closed.start
    ).exclude(bookings__marked_at__isnull=False)
    if not fields.by_video_too:
        rows = rows.exclude(mode=Mode.TELEHEALTH)
    whole = rows.select_related("program", "site", "room", "series").prefetch_related("counselors")
    return whole.order_by("starts_at", "pk")


def preview_closure(
    site: Site, fields: ClosureFields, *, now: datetime, closure: SiteClosure | None = None
) -> ClosurePreview:
    """What it would do, in a constant number of queries but for the suggestions. Raises InvalidInput by field."""
    sessions = list(sessions_hit(site, fields, now=now))
    bookings = list(
        Booking.objects.filter(session__in=sessions)
        .exclude(status=BookingStatus.CANCELLED)
        .select_related("patient", "session", "admission__site", "admission__program")
        .order_by("starts_at", "pk")
    )
    live = [row for row in bookings if row.live]
    calendars = _calendars(live)
    restored = _restored(site, fields, closure, now=now) if closure is not None else []
    return ClosurePreview(
        site=site,
        fields=fields,
        sessions=tuple(sessions),
        bookings=tuple(bookings),
        short=tuple(_short_weeks(live, calendars)),
        suggestions=tuple(_suggestions(site, fields, closure, sessions, live, calendars, restored, now=now)),
        restored=tuple(restored),
    )


def called_off_by(closure: SiteClosure, *, now: datetime) -> QuerySet[Session]:
    """What the closure keeps from taking place and is still to come."""
    rows: QuerySet[Session] = Session.objects.filter(closed_by=closure, state=SessionState.CANCELLED, starts_at__gt=now)
    return rows.order_by("starts_at", "pk")


def _restored(site: Site, fields: ClosureFields, closure: SiteClosure, *, now: datetime) -> list[Session]:
    """What the closure called off and, with these fields, nothing would keep from taking place."""
    whole = called_off_by(closure, now=now).select_related("site", "room", "program")
    rows = list(whole.prefetch_related("counselors"))
    if not rows or closure.state != ClosureState.IN_FORCE:
        return []
    then = _times_then(site, fields, closure, span_of([(row.interval, row.mode) for row in rows]))
    return [row for row in rows if then.columns_at(row.interval, row.mode) is None]


def _times_then(site: Site, fields: ClosureFields, closure: SiteClosure | None, span: Interval) -> SiteTimes:
    """The site's times with these fields, in place of what the closure is today."""
    times = SiteTimes.load(site, span)
    others = [(when, row) for when, row in times.closures if closure is None or row.pk != closure.pk]
    wanted = unsaved(site, fields)
    return replace(times, closures=[*others, (wanted.interval, wanted)])


def _calendars(live: Sequence[Booking]) -> dict[int, AdmissionCalendar]:
    if not live:
        return {}
    days = [row.starts_at.date() for row in live]
    admissions = {row.admission_id: row.admission for row in live}
    return load_calendars(list(admissions.values()), first=min(days) - A_DAY, last=max(days) + A_DAY)


def _short_weeks(live: Sequence[Booking], calendars: dict[int, AdmissionCalendar]) -> list[ShortWeek]:
    """The weeks that would be below their minimum, those that fall first, then the larger shortfall."""
    lost: dict[tuple[int, date], int] = defaultdict(int)
    patients = {row.admission_id: row.patient for row in live}
    for row in live:
        lost[row.admission_id, row.week] += row.counted_minutes
    found = []
    for (admission_id, week), minutes in lost.items():
        calendar = calendars[admission_id]
        before = sum(row.counted_minutes for row in calendar.bookings if row.week == week)
        minimum = calendar.targets[week].min_minutes
        if before - minutes < minimum:
            found.append(ShortWeek(patients[admission_id], week, before - minutes, before, minimum))
    return sorted(found, key=lambda one: (not one.falls, one.left_minutes - one.minimum_minutes, one.patient.pk))


def _suggestions(
    site: Site,
    fields: ClosureFields,
    closure: SiteClosure | None,
    sessions: Sequence[Session],
    live: Sequence[Booking],
    calendars: dict[int, AdmissionCalendar],
    restored: Sequence[Session],
    *,
    now: datetime,
) -> list[Suggestion]:
    """For each session with people on it, another day of its week at the same time of day; what comes back by the
    change has its room and its counselors then."""
    booked: dict[int, list[Booking]] = defaultdict(list)
    for row in live:
        booked[row.session_id].append(row)
    wanted = [session for session in sessions if booked[session.pk]]
    if not wanted:
        return []
    span = Interval(min(one.starts_at for one in wanted) - A_WEEK, max(one.ends_at for one in wanted) + A_WEEK)
    times = _times_then(site, fields, closure, span)
    closed = unsaved(site, fields).interval
    leads = {one.pk for session in wanted for one in session.counselors.all()}
    own = {session.pk for session in sessions}
    staff = Staff.load(leads, span, without_sessions=own)
    demands = Demands.of(session.program_id for session in (*wanted, *restored))
    rooms = Session.objects.live().overlapping(span).filter(room_id__in={one.room_id for one in wanted if one.room_id})
    taken: dict[int | None, list[Interval]] = defaultdict(list)
    for room_id, start, end in rooms.exclude(pk__in=own).values_list("room_id", "starts_at", "ends_at"):
        taken[room_id].append(Interval(start, end))
    for back in restored:
        taken[back.room_id].append(back.interval)
        for pk in leads & {one.pk for one in back.counselors.all()}:
            staff.give(duty_of(back, demands), pk)
    found = []
    for session in wanted:
        slots = [
            slot
            for slot in _slots(session, now=now)
            if not slot.overlaps(closed)
            and times.closure_at(slot, session.mode) is None
            and not times.is_outside(slot, session.mode)
            and _staffed(session, slot, staff, demands)
        ]
        people: dict[Hashable, list[Interval]] = {
            row.patient_id: _busy(calendars[row.admission_id], own) for row in booked[session.pk]
        }
        best = best_replacement(slots, blocked=taken[session.room_id] if session.room_id else (), people=people)
        if best is not None:
            found.append(_suggestion(session, best, len(people)))
    return found


def _suggestion(session: Session, best: Replacement, people: int) -> Suggestion:
    return Suggestion(session, best.interval, len(best.free), people)


def _slots(session: Session, *, now: datetime) -> list[Interval]:
    """The same time of day on the other days of the week, Monday to Sunday, that are still to come."""
    zone = session.site.zone
    wall = to_wall(session.starts_at, zone)
    monday = wall - timedelta(days=wall.weekday())
    length = session.ends_at - session.starts_at
    starts = [resolve_wall(monday + timedelta(days=day), zone) for day in range(7) if day != wall.weekday()]
    return [Interval(start, start + length) for start in starts if start > now]


def _staffed(session: Session, slot: Interval, staff: Staff, demands: Demands) -> bool:
    """Whether all who lead it could lead it then."""
    duty = duty_of(session, demands)
    moved = type(duty)(duty.session_id, slot, duty.site_id, local_date(slot.start, session.site.zone), duty.asks)
    return not any(staff.findings(moved, one.pk) for one in session.counselors.all())


def _busy(calendar: AdmissionCalendar, without: set[int]) -> list[Interval]:
    """When the patient cannot come: other appointments, work and the way to it."""
    booked: list[Interval] = [row.interval for row in calendar.bookings if row.session_id not in without]
    return booked + [busy.whole for busy in calendar.value.busy]
