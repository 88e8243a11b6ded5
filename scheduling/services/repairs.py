"""What would bring the weeks of many people back, for a board: read in a constant number of queries. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from people.domain.time import Interval, local_date
from people.models import Admission
from scheduling.domain.fit import Obstacle, SessionOption, why_not
from scheduling.domain.planner import WeekAsk
from scheduling.domain.repair import Repair, WhyNot, repair, why_not_repaired
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.queries import load_calendars
from scheduling.services.outlook import ask_of


@dataclass(frozen=True)
class WeekRepair:
    """What would repair one person's week, or what alone stands in the way; days and times are those of `zone`."""

    repair: Repair | None
    why_not: WhyNot | None
    counted_minutes: int
    zone: ZoneInfo

    @property
    def total_minutes(self) -> int:
        """What the week comes to once the repair is booked."""
        return self.counted_minutes + (self.repair.minutes if self.repair else 0)


def repairs_for(
    admissions: Sequence[Admission], on: date, *, now: datetime, without_session: int | None = None
) -> dict[int, WeekRepair]:
    """For each admission (with program and site), by its id, what would repair its week that holds the date; as it
    would be if one session did not take place.

    A constant number of queries, however many there are; a few thousandths of a second each.
    """
    if not admissions:
        return {}
    calendars = load_calendars(admissions, first=on, last=on, without_session=without_session)
    weeks = {admission.pk: admission.week_containing(on) for admission in admissions}
    first = min(week.starts_at for week in weeks.values())
    last = max(week.ends_at for week in weeks.values())
    span = Interval(max(first, now), max(last, now + timedelta(seconds=1)))
    offer = _Offer({admission.program_id for admission in admissions}, span, without_session=without_session)
    found: dict[int, WeekRepair] = {}
    for admission in admissions:
        calendar, week = calendars[admission.pk], weeks[admission.pk]
        ask = ask_of(admission, week, calendar)
        open_to: dict[tuple[Obstacle, ...], list[SessionOption]] = defaultdict(list)
        if ask.need_minutes:
            for option in offer.of(admission.program_id, calendar.zone, week.interval):
                open_to[why_not(option, calendar.value, now=now)].append(option)
        counted = sum(row.counted_minutes for row in calendar.week_bookings(week))
        found[admission.pk] = _week_repair(open_to, ask, admission, counted)
    return found


def _week_repair(
    open_to: dict[tuple[Obstacle, ...], list[SessionOption]], ask: WeekAsk, admission: Admission, counted: int
) -> WeekRepair:
    free = open_to[()]
    best = repair(free, ask=ask, home_site_id=admission.site_id)
    obstacle = None
    if ask.need_minutes and (best is None or not best.reaches):
        obstacle = why_not_repaired(
            free, ask=ask, full=open_to[(Obstacle.SESSION_FULL,)], at_work=open_to[(Obstacle.OVERLAPS_WORK,)]
        )
    return WeekRepair(best, obstacle, counted, admission.zone)


class _Offer:
    """What the programs put on in a span, as options whose days are those of a zone."""

    def __init__(self, program_ids: Iterable[int], span: Interval, *, without_session: int | None = None) -> None:
        self._rows: dict[int, list[Any]] = defaultdict(list)
        self._options: dict[tuple[int, str], list[SessionOption]] = {}
        sessions = (
            Session.objects.filter(program_id__in=sorted(program_ids), state=SessionState.SCHEDULED)
            .starting_in(span)
            .exclude(pk=without_session or 0)
            .order_by("starts_at", "pk")
            .values_list(
                "pk",
                "program_id",
                "site_id",
                "starts_at",
                "ends_at",
                "clinical_minutes",
                "mode",
                "kind",
                "capacity",
                "seats_taken",
                "seats_held",
                "program__booking_cutoff_minutes",
                "site__travel",
                "caseload_of_id",
                named=True,
            )
        )
        for row in sessions:
            self._rows[row.program_id].append(row)

    def of(self, program_id: int, zone: ZoneInfo, week: Interval) -> list[SessionOption]:
        """The program's sessions that start in the week."""
        if (program_id, zone.key) not in self._options:
            self._options[program_id, zone.key] = [_option(row, zone) for row in self._rows[program_id]]
        return [option for option in self._options[program_id, zone.key] if week.contains(option.interval.start)]


def _option(row: Any, zone: ZoneInfo) -> SessionOption:
    return SessionOption(
        id=row.pk,
        interval=Interval(row.starts_at, row.ends_at),
        clinical_minutes=row.clinical_minutes,
        mode=row.mode,
        kind=row.kind,
        seats_left=row.capacity - row.seats_taken - row.seats_held,
        site_id=row.site_id,
        local_day=local_date(row.starts_at, zone),
        state=SessionState.SCHEDULED,
        booking_closes_at=row.starts_at - timedelta(minutes=row.program__booking_cutoff_minutes),
        program_id=row.program_id,
        ways=tuple((int(pk), minutes) for pk, minutes in row.site__travel.items()),
        caseload_of=row.caseload_of_id,
    )
