"""One patient's week as booking sees it at a moment: what is on, what fits, and what repairs it. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Count, Q

from people.domain.targets import MOST_DAYS_PER_WEEK, Target
from people.domain.time import Interval, local_date
from people.domain.weeks import Week
from people.models import Admission
from scheduling.domain.bookable import DayLoad, WeekLimits
from scheduling.domain.fit import Mode, Obstacle, SessionOption, why_not
from scheduling.domain.planner import WeekAsk
from scheduling.domain.repair import Repair, WhyNot, repair, why_not_repaired
from scheduling.domain.work_hours import WorkPattern, busy_in
from scheduling.enums import BookingStatus
from scheduling.models import Session
from scheduling.queries import AdmissionCalendar, SessionFit, for_display, load_calendars, open_sessions, option_of

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WeekOutlook:
    """A week of an admission: its target, what stands in it, and the sessions still ahead beside booking's answer.

    Each session carries `waiting_count`, the number of people in line for it.
    """

    week: Week
    calendar: AdmissionCalendar
    target: Target
    sessions: tuple[SessionFit, ...]
    ask: WeekAsk

    @property
    def counted_minutes(self) -> int:
        """Credited and booked together."""
        return sum(row.counted_minutes for row in self.calendar.week_bookings(self.week))

    @property
    def need_minutes(self) -> int:
        """What is left to book until the week's minimum."""
        return self.ask.need_minutes

    @cached_property
    def bookable_minutes(self) -> int:
        """The most that can still be added (rule 5)."""
        return self.ask.limits.bookable(self._options())

    @cached_property
    def repair(self) -> Repair | None:
        """The fewest sessions that bring the week back; None where nothing is left to book, or nothing can be."""
        return repair(self._options(), ask=self.ask, home_site_id=self.calendar.home_site_id)

    @cached_property
    def why_not(self) -> WhyNot | None:
        """What alone keeps the week from its minimum; None where nothing single does, or nothing has to."""
        if not self.need_minutes or (self.repair is not None and self.repair.reaches):
            return None
        return why_not_repaired(
            self._options(),
            ask=self.ask,
            full=self._options(Obstacle.SESSION_FULL),
            at_work=self._options(Obstacle.OVERLAPS_WORK),
        )

    @property
    def repairing(self) -> tuple[Session, ...]:
        """The sessions that the repair would book, in order of time."""
        found = self.repair.added if self.repair else ()
        return tuple(session for option in found if (session := self.session(option.id)) is not None)

    def session(self, session_id: object) -> Session | None:
        """One of the sessions by its id."""
        return next((fit.session for fit in self.sessions if fit.session.pk == session_id), None)

    def _options(self, *but_for: Obstacle) -> list[SessionOption]:
        """The sessions that nothing stands before, or exactly the obstacles named."""
        return [option_of(fit.session, zone=self.calendar.zone) for fit in self.sessions if fit.why_not == but_for]


def week_outlook(
    admission: Admission,
    week: Week,
    *,
    now: datetime,
    work: Sequence[WorkPattern] | None = None,
    without_booking: int | None = None,
) -> WeekOutlook:
    """The outlook of one admission (with site and program) in a week. `work` stands for other hours than those kept,
    to see what they would leave; `without_booking` for what there would be if that one were given up.

    A constant number of queries.
    """
    calendar = load_calendars([admission], first=week.starts_on, last=week.starts_on, without_booking=without_booking)[
        admission.pk
    ]
    if work is not None:
        window = Interval(week.starts_at - A_DAY, week.ends_at + A_DAY)
        value = replace(calendar.value, busy=tuple(busy_in(work, window=window)))
        calendar = replace(calendar, value=value)
    target = calendar.targets[week.starts_on]
    return WeekOutlook(
        week=week,
        calendar=calendar,
        target=target,
        sessions=_sessions_ahead(admission, week, calendar, now=now),
        ask=ask_of(admission, week, calendar),
    )


def _sessions_ahead(
    admission: Admission, week: Week, calendar: AdmissionCalendar, *, now: datetime
) -> tuple[SessionFit, ...]:
    ahead = for_display(open_sessions([admission.program_id], span=week.interval)).filter(starts_at__gt=now)
    waiting = Count("bookings", filter=Q(bookings__status=BookingStatus.WAITLISTED))
    fits = (
        SessionFit(
            session,
            tuple(str(code) for code in why_not(option_of(session, zone=calendar.zone), calendar.value, now=now)),
        )
        for session in ahead.annotate(waiting_count=waiting)
    )
    return tuple(fit for fit in fits if fit.exists)


def ask_of(admission: Admission, week: Week, calendar: AdmissionCalendar) -> WeekAsk:
    """What the week still asks for.

    A day counts as used once something is booked or credited on it; one that was missed is free again.
    """
    target = calendar.targets[week.starts_on]
    loads: dict[date, DayLoad] = {}
    trips, counted = set(), 0
    for row in calendar.week_bookings(week):
        if row.counted_minutes > 0:
            day = local_date(row.interval.start, calendar.zone)
            before = loads.get(day, DayLoad(0, 0))
            loads[day] = DayLoad(before.minutes + row.counted_minutes, before.sessions + 1)
            counted += row.counted_minutes
            if row.mode != Mode.TELEHEALTH:
                trips.add(day)
    limits = WeekLimits(
        room_minutes=target.max_minutes - counted,
        days_limit=target.days_per_week or MOST_DAYS_PER_WEEK,
        existing_by_day=loads,
        minutes_a_day=admission.program.minutes_a_day,
        sessions_a_day=admission.program.sessions_a_day,
    )
    return WeekAsk(max(0, target.min_minutes - counted), limits, trip_days=frozenset(trips))
