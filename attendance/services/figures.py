"""The figures of treatment weeks, reckoned for many at once from what was booked, marked, planned and put on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from attendance.domain.status import BOARD_ORDER, projected_minutes, shortfall_minutes, week_status
from attendance.models import Requirement, TreatmentWeek
from attendance.services.offers import Booked, Offers, WeekOffer
from attendance.services.requirement_figures import Requirements, WeekAhead, at_stake
from people.domain.targets import MOST_DAYS_PER_WEEK, PartialWeekPolicy, Phase, Target, target_for
from people.domain.time import DateRange, Interval, local_date
from people.models import Admission, Leave, PlanPhase, Program, Site
from people.services.plans import as_phase
from scheduling.domain.bookable import DayLoad, WeekLimits
from scheduling.models import Booking
from scheduling.models.keep_apart import hidden_sessions
from scheduling.queries import AdmissionCalendar, load_calendars

BILLABLE_DAY_MINUTES = 180
"""What payers ask of a day (H0015 and several states); requirements of one's own come beside it."""


@dataclass(frozen=True)
class Figures:
    """What a recount writes onto a week; every field is a column of `TreatmentWeek`."""

    min_minutes: int
    max_minutes: int
    exempt: bool
    transition: bool
    credited_minutes: int
    booked_minutes: int
    bookable_minutes: int
    offered_minutes: int
    scheduled_minutes: int
    days: int
    billable_days: int
    requirements: list[dict[str, Any]]
    at_stake: int
    shortfall_minutes: int
    status: str
    status_rank: int

    def differ_from(self, week: TreatmentWeek) -> bool:
        """Whether the week's row says anything else."""
        return any(getattr(week, name) != value for name, value in asdict(self).items())

    def put_on(self, week: TreatmentWeek) -> None:
        """Set the week's columns; nothing is saved."""
        for name, value in asdict(self).items():
            setattr(week, name, value)


class Places:
    """Programs and sites, read once and shared by every admission of a recount."""

    def __init__(self) -> None:
        self._programs: dict[int, Program] = {}
        self._sites: dict[int, Site] = {}

    def admissions(self, ids: Iterable[int]) -> dict[int, Admission]:
        """The admissions with their program and site, by id."""
        rows = Admission.objects.in_bulk(sorted(set(ids)))
        self._programs |= Program.objects.in_bulk({row.program_id for row in rows.values()} - self._programs.keys())
        self._sites |= Site.objects.in_bulk({row.site_id for row in rows.values()} - self._sites.keys())
        for row in rows.values():
            row.program, row.site = self._programs[row.program_id], self._sites[row.site_id]
        return rows


class Plans:
    """Phases and leave of many admissions."""

    def __init__(self, admission_ids: Iterable[int]) -> None:
        ids = sorted(set(admission_ids))
        self._phases: dict[int, list[Phase]] = defaultdict(list)
        self._leaves: dict[int, list[DateRange]] = defaultdict(list)
        for phase in PlanPhase.objects.filter(admission_id__in=ids):
            self._phases[phase.admission_id].append(as_phase(phase))
        for leave in Leave.objects.filter(admission_id__in=ids):
            self._leaves[leave.admission_id].append(DateRange(leave.starts_on, leave.ends_on))

    def leaves_of(self, admission: Admission) -> Sequence[DateRange]:
        """The admission's leave."""
        return self._leaves.get(admission.pk, ())

    def target_of(self, admission: Admission, week: date) -> Target:
        """What the week asks for (rule 4)."""
        return target_for(
            week,
            admitted_on=admission.admitted_on,
            discharged_on=admission.discharged_on,
            phases=self._phases.get(admission.pk, ()),
            leaves=self.leaves_of(admission),
            program_max_minutes=admission.program.max_minutes,
            partial_week_policy=PartialWeekPolicy(admission.program.policy_on(week).partial_week_policy),
        )


def figures_of(
    weeks: Sequence[TreatmentWeek],
    *,
    places: Places,
    offers: Offers,
    now: datetime,
    kept: Mapping[tuple[int, date], Sequence[Requirement]] | None = None,
) -> dict[int, Figures]:
    """The figures of the weeks, by id, in a number of queries that depends on the distinct week dates alone.

    `kept` are the requirements that closed weeks are judged by (see `Requirements`).
    """
    admissions = places.admissions(week.admission_id for week in weeks)
    plans, asked = Plans(admissions), Requirements(admissions, kept)
    booked = _booked(weeks)
    by_date: dict[date, list[TreatmentWeek]] = defaultdict(list)
    for week in weeks:
        by_date[week.week].append(week)
    span = Interval(min(week.starts_at for week in weeks), max(week.ends_at for week in weeks))
    hidden = hidden_sessions([week.patient_id for week in weeks], span)
    found: dict[int, Figures] = {}
    for starts_on, rows in by_date.items():
        theirs = [admissions[row.admission_id] for row in rows]
        offers.load(theirs, starts_on)
        asked.load_natures(theirs, starts_on)
        not_over = [admissions[row.admission_id] for row in rows if now < row.ends_at]
        calendars = load_calendars(not_over, first=starts_on, last=starts_on) if not_over else {}
        for row, admission in zip(rows, theirs, strict=True):
            own, leaves = booked[row.admission_id, row.week], plans.leaves_of(admission)
            target = plans.target_of(admission, row.week)
            offer = offers.of(admission, row.week, hidden=hidden.get(admission.patient_id, frozenset()))
            dates = DateRange(admission.admitted_on, admission.discharged_on)
            calendar = calendars.get(admission.pk)
            ahead = _ahead(calendar, offer, admission.program, target, now=now) if calendar else WeekAhead()
            sittings = [one.sitting(admission.zone) for one in own]
            found[row.pk] = _figures(
                target,
                _Sums.of(own, admission),
                offered=offer.offered_to(dates, leaves, own, counselor_id=admission.primary_counselor_id),
                bookable=ahead.limits.bookable(ahead.options) if ahead.limits else 0,
                requirements=asked.standing(
                    admission,
                    admission.week_containing(row.week),
                    sittings,
                    leaves,
                    ahead,
                    now=now,
                    closes=row.closed_at is not None,
                ),
                is_open=row.closed_at is None,
            )
    return found


@dataclass(frozen=True)
class _Sums:
    """A week's bookings, summed."""

    credited_minutes: int
    booked_minutes: int
    scheduled_minutes: int
    days: int
    billable_days: int

    @classmethod
    def of(cls, booked: Iterable[Booked], admission: Admission) -> "_Sums":
        credited, promised, scheduled = 0, 0, 0
        by_day: dict[date, int] = defaultdict(int)
        for one in booked:
            scheduled += one.clinical_minutes
            if one.marked:
                credited += one.counted_minutes
                by_day[local_date(one.interval.start, admission.zone)] += one.counted_minutes
            else:
                promised += one.counted_minutes
        days = sum(minutes > 0 for minutes in by_day.values())
        billable = sum(minutes >= BILLABLE_DAY_MINUTES for minutes in by_day.values())
        return cls(credited, promised, scheduled, days, billable)


def _booked(weeks: Sequence[TreatmentWeek]) -> dict[tuple[int, date], list[Booked]]:
    """The live bookings of the weeks, by admission and week."""
    found: dict[tuple[int, date], list[Booked]] = defaultdict(list)
    rows = (
        Booking.objects.live()
        .filter(admission_id__in={week.admission_id for week in weeks}, week__in={week.week for week in weeks})
        .order_by("starts_at", "pk")
        .values_list(
            "admission_id",
            "week",
            "session_id",
            "starts_at",
            "ends_at",
            "session__clinical_minutes",
            "counted_minutes",
            "marked_at",
            "session__kind",
            "session__focus",
        )
    )
    for admission_id, week, session_id, starts_at, ends_at, clinical, counted, marked_at, kind, focus in rows:
        one = Booked(session_id, Interval(starts_at, ends_at), clinical, counted, marked_at is not None, kind, focus)
        found[admission_id, week].append(one)
    return found


def _ahead(
    calendar: AdmissionCalendar, offer: WeekOffer, program: Program, target: Target, *, now: datetime
) -> WeekAhead:
    """What the patient can still book that week, within the plan's days, the day's limits and the maximum.

    A day counts as used once something is booked or credited on it; one that was missed is free for a make-up.
    """
    load = calendar.value.weeks[0]
    room_minutes = load.maximum_minutes - load.counted_minutes
    if room_minutes < 1:
        return WeekAhead()
    loads: dict[date, DayLoad] = {}
    for row in calendar.bookings:
        if row.counted_minutes > 0 and load.week.contains(row.interval.start):
            day = local_date(row.interval.start, calendar.zone)
            before = loads.get(day, DayLoad(0, 0))
            loads[day] = DayLoad(before.minutes + row.counted_minutes, before.sessions + 1)
    limits = WeekLimits(
        room_minutes=room_minutes,
        days_limit=target.days_per_week or MOST_DAYS_PER_WEEK,
        existing_by_day=loads,
        minutes_a_day=program.minutes_a_day,
        sessions_a_day=program.sessions_a_day,
    )
    return WeekAhead(offer.bookable_by(calendar.value, now=now), limits)


def _figures(
    target: Target,
    sums: _Sums,
    *,
    offered: int,
    bookable: int,
    requirements: list[dict[str, Any]],
    is_open: bool,
) -> Figures:
    status = week_status(
        min_minutes=target.min_minutes,
        max_minutes=target.max_minutes,
        credited_minutes=sums.credited_minutes,
        booked_minutes=sums.booked_minutes,
        bookable_minutes=bookable,
        is_open=is_open,
        exempt=target.exempt,
    )
    projected = projected_minutes(
        credited_minutes=sums.credited_minutes, booked_minutes=sums.booked_minutes, is_open=is_open
    )
    return Figures(
        min_minutes=target.min_minutes,
        max_minutes=target.max_minutes,
        exempt=target.exempt,
        transition=target.transition,
        credited_minutes=sums.credited_minutes,
        booked_minutes=sums.booked_minutes if is_open else 0,
        bookable_minutes=bookable,
        offered_minutes=offered,
        scheduled_minutes=sums.scheduled_minutes,
        days=sums.days,
        billable_days=sums.billable_days,
        requirements=requirements,
        at_stake=at_stake(requirements),
        shortfall_minutes=shortfall_minutes(min_minutes=target.min_minutes, projected_minutes=projected),
        status=str(status),
        status_rank=BOARD_ORDER.index(status),
    )
