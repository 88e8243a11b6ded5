"""Whom an edit carries along and whom it would leave without a seat; and which counselors and rooms it would need
twice at a time. Everything is read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q

from people.domain.time import Interval
from scheduling.domain.fit import SessionOption
from scheduling.domain.staffing import Duty, Finding
from scheduling.enums import BookingStatus
from scheduling.errors import LIFTED_BY_STAFF
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.queries import AdmissionCalendar, load_calendars, option_of
from scheduling.services.series_targets import Target

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Fate:
    """What becomes of one booking; `codes` say why it would lose its seat, none where it keeps it."""

    booking: Booking
    target: Target
    codes: tuple[str, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Whether the patient would be without the seat."""
        return bool(self.codes)


@dataclass(frozen=True)
class Clash:
    """A counselor or a room that is taken: by the session `other`, or by another of the edit's own occurrences.

    Of a counselor who cannot lead it for another reason, `finding` says why, and `duty` what it is.
    """

    what: Literal["counselor", "room"]
    who: int
    target: Target
    other: int | None
    duty: Duty | None = None
    finding: Finding | None = None

    @property
    def code(self) -> str:
        """What a single session would be refused with."""
        if self.finding is not None:
            return self.finding.code.value
        return "counselor_busy" if self.what == "counselor" else "room_busy"


def fates_of(targets: Sequence[Target]) -> list[Fate]:
    """The bookings, offers and waiting places of the sessions, in the order of the occurrences.

    Who waits takes no time and is carried along. Of the others, those of a session at another time, in another way
    or with more minutes keep their seat where it still fits: enrolled, not on leave, no other appointment and no work
    at the time, and no more than the week's maximum, all with the edit's other occurrences where they will be.
    """
    by_session = {target.session.pk: target for target in targets if target.session is not None and target.differs}
    rows = list(
        Booking.objects.filter(session_id__in=by_session)
        .exclude(status=BookingStatus.CANCELLED)
        .select_related("patient", "admission__site", "admission__program")
        .order_by("starts_at", "pk")
    )
    if not rows:
        return []
    judge = _Judge(rows, by_session) if any(_must_fit(by_session[row.session_id]) for row in rows) else None
    return [Fate(row, by_session[row.session_id], _codes(row, by_session[row.session_id], judge)) for row in rows]


def _must_fit(target: Target) -> bool:
    before = target.session
    if before is None or not target.takes_place:
        return False
    more = target.value("clinical_minutes") > before.clinical_minutes
    return target.change == "moved" or "mode" in target.columns or more


def _codes(row: Booking, target: Target, judge: "_Judge | None") -> tuple[str, ...]:
    if not target.takes_place:
        return ("session_cancelled",)
    if judge is None or not row.live or not _must_fit(target):
        return ()
    return judge.codes(row, target)


class _Judge:
    """Keeps what every patient has at the time, and what the edit has given them back so far."""

    def __init__(self, rows: Sequence[Booking], by_session: dict[int, Target]) -> None:
        self.calendars = _calendars(rows, by_session)
        judged = {pk for pk, target in by_session.items() if not target.takes_place or _must_fit(target)}
        self.taken: dict[int, list[Interval]] = {}
        self.minutes: dict[tuple[int, datetime], int] = {}
        for admission_id, calendar in self.calendars.items():
            self.taken[admission_id] = [one.interval for one in calendar.bookings if one.session_id not in judged]
            for load in calendar.value.weeks:
                here = [one for one in calendar.bookings if one.session_id in judged]
                moved = sum(one.counted_minutes for one in here if load.week.contains(one.interval.start))
                self.minutes[admission_id, load.week.start] = load.counted_minutes - moved

    def codes(self, row: Booking, target: Target) -> tuple[str, ...]:
        """Why the booking does not fit where its session goes; what stood against it is lifted as it was then."""
        calendar = self.calendars[row.admission_id]
        option = _option(target, calendar)
        found = list(self._obstacles(option, row.admission_id, calendar))
        lifted = set(LIFTED_BY_STAFF) if row.override_reason else set()
        if row.work_overlap_accepted:
            lifted.add("overlaps_work")
        codes = tuple(code for code in found if code not in lifted)
        if not codes:
            self.taken[row.admission_id].append(option.interval)
            load = calendar.value.load_at(option.interval.start)
            if load is not None:
                self.minutes[row.admission_id, load.week.start] += option.clinical_minutes
        return codes

    def _obstacles(self, option: SessionOption, admission_id: int, calendar: AdmissionCalendar) -> Iterable[str]:
        if not calendar.value.enrolled_for(option):
            yield "not_enrolled"
        if calendar.value.on_leave(option.local_day):
            yield "on_leave"
        if any(option.interval.overlaps(other) for other in self.taken[admission_id]):
            yield "overlaps_booking"
        if calendar.value.travel_too_short(option):
            yield "travel_too_short"
        if calendar.value.overlaps_work(option):
            yield "overlaps_work"
        load = calendar.value.load_at(option.interval.start)
        if load is not None:
            total = self.minutes[admission_id, load.week.start] + option.clinical_minutes
            if total > load.maximum_minutes:
                yield "over_weekly_maximum"


def _calendars(rows: Sequence[Booking], by_session: dict[int, Target]) -> dict[int, AdmissionCalendar]:
    admissions = {row.admission_id: row.admission for row in rows if row.live}
    targets = [by_session[row.session_id] for row in rows]
    moments = [target.starts_at for target in targets] + [row.starts_at for row in rows]
    first, last = min(moments).date() - A_DAY, max(moments).date() + A_DAY
    return load_calendars(list(admissions.values()), first=first, last=last)


def _option(target: Target, calendar: AdmissionCalendar) -> SessionOption:
    before = target.row
    changed = Session(
        pk=before.pk,
        program=before.program,
        site=before.site,
        kind=target.value("kind"),
        mode=target.value("mode"),
        starts_at=target.starts_at,
        ends_at=target.ends_at,
        clinical_minutes=target.value("clinical_minutes"),
        capacity=before.capacity,
        state=before.state,
    )
    return option_of(changed, zone=calendar.zone)


# --- counselors and rooms ---


def clashes_of(targets: Sequence[Target]) -> list[Clash]:
    """Whom and what the edit would need twice at a time; only of occurrences that get another time, room or person."""
    staying = [target for target in targets if target.takes_place]
    asked = [target for target in staying if _needs_place(target)]
    if not asked:
        return []
    span = Interval(min(one.starts_at for one in asked), max(one.ends_at for one in asked))
    own = {target.session.pk for target in targets if target.session is not None}
    leads, rooms = _taken(span, asked, own)
    for target in staying:
        if target not in asked:
            _occupy(target, leads, rooms)
    found = []
    for target in asked:
        found += _clashes(target, leads, rooms)
        _occupy(target, leads, rooms)
    return found


def _needs_place(target: Target) -> bool:
    return target.change in {"moved", "added"} or target.counselor_ids is not None or "room_id" in target.columns


Taken = dict[int, list[tuple[Interval, int | None]]]


def _taken(span: Interval, asked: Sequence[Target], own: set[int]) -> tuple[Taken, Taken]:
    leads: Taken = defaultdict(list)
    rooms: Taken = defaultdict(list)
    people = {pk for target in asked for pk in target.leads()}
    places = {pk for target in asked if (pk := target.value("room_id")) is not None}
    within = Q(starts_at__lt=span.end, ends_at__gt=span.start)
    rows = SessionCounselor.objects.filter(within, counselor_id__in=people, live=True).exclude(session_id__in=own)
    for pk, start, end, session_id in rows.values_list("counselor_id", "starts_at", "ends_at", "session_id"):
        leads[pk].append((Interval(start, end), session_id))
    sessions = Session.objects.live().filter(within, room_id__in=places).exclude(pk__in=own)
    for pk, start, end, session_id in sessions.values_list("room_id", "starts_at", "ends_at", "pk"):
        rooms[pk].append((Interval(start, end), session_id))
    return leads, rooms


def _clashes(target: Target, leads: Taken, rooms: Taken) -> list[Clash]:
    here = Interval(target.starts_at, target.ends_at)
    found = []
    for pk in target.leads():
        found += [Clash("counselor", pk, target, by) for at, by in leads[pk] if at.overlaps(here)]
    room_id = target.value("room_id")
    if room_id is not None:
        found += [Clash("room", room_id, target, by) for at, by in rooms[room_id] if at.overlaps(here)]
    return found


def _occupy(target: Target, leads: Taken, rooms: Taken) -> None:
    here = Interval(target.starts_at, target.ends_at)
    session_id = target.session.pk if target.session is not None else None
    for pk in target.leads():
        leads[pk].append((here, session_id))
    room_id = target.value("room_id")
    if room_id is not None:
        rooms[room_id].append((here, session_id))
