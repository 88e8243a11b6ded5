"""What a program puts on in a week, read once for everybody whose week it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attendance.domain.offered import most_attendable_minutes
from people.domain.time import DateRange, Interval, local_date
from people.models import Admission
from scheduling.domain.fit import PatientCalendar, SessionOption, why_not
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.queries import option_of


@dataclass(frozen=True)
class Booked:
    """One live booking, as the figures of a week need it."""

    session_id: int
    interval: Interval
    clinical_minutes: int
    counted_minutes: int
    marked: bool


class WeekOffer:
    """The sessions of one program in one week of one zone."""

    def __init__(self, sessions: Iterable[Session], *, zone: ZoneInfo, now: datetime) -> None:
        """`sessions` take or took place. A full one is offered to those alone who booked it."""
        self._zone = zone
        options = [option_of(session, zone=zone) for session in sessions if session.seats_left > 0]
        self._with_seats = {option.id: option for option in options}
        self._days = {option.local_day for option in options}
        choices: dict[tuple[object, ...], list[SessionOption]] = {}
        for option in options:
            if option.seats_left > 0 and now < min(option.booking_closes_at, option.interval.start):
                choices.setdefault(_choice(option), []).append(option)
        self._choices = list(choices.values())
        self._offered: dict[tuple[object, ...], int] = {}

    def bookable_by(self, calendar: PatientCalendar, *, now: datetime) -> list[SessionOption]:
        """What booking would accept from the patient at this moment: of equal choices one."""
        fitting = []
        for same in self._choices:
            option = same[0]
            if calendar.waiting and len(same) > 1:
                option = next((one for one in same if one.id not in calendar.waiting), option)
            if not why_not(option, calendar, now=now):
                fitting.append(option)
        return fitting

    def offered_to(self, dates: DateRange, leaves: Sequence[DateRange], booked: Iterable[Booked]) -> int:
        """The most minutes that one person could have attended on their days: of what had a seat, and their own."""

        def theirs(on: date) -> bool:
            return dates.contains(on) and not any(leave.contains(on) for leave in leaves)

        own = {
            one.session_id: (one.interval, one.clinical_minutes)
            for one in booked
            if one.session_id not in self._with_seats and theirs(local_date(one.interval.start, self._zone))
        }
        excluded = frozenset(day for day in self._days if not theirs(day))
        key = (excluded, frozenset(own))
        if key not in self._offered:
            open_to_them = [
                (option.interval, option.clinical_minutes)
                for option in self._with_seats.values()
                if option.local_day not in excluded
            ]
            self._offered[key] = most_attendable_minutes([*open_to_them, *own.values()])
        return self._offered[key]


class Offers:
    """Week offers by program, zone and week, kept for as long as one recount runs."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[int, str, date], WeekOffer] = {}

    def load(self, admissions: Iterable[Admission], week: date) -> None:
        """Read what the admissions' programs put on in the week that starts on the date, all in one query."""
        missing = {
            _key(admission, week): admission for admission in admissions if _key(admission, week) not in self._known
        }
        if not missing:
            return
        weeks = {key: admission.week_containing(week).interval for key, admission in missing.items()}
        span = Interval(min(one.start for one in weeks.values()), max(one.end for one in weeks.values()))
        by_program: dict[int, list[Session]] = {}
        sessions = (
            Session.objects.filter(program_id__in={key[0] for key in missing})
            .exclude(state=SessionState.CANCELLED)
            .starting_in(span)
            .select_related("program")
            .order_by("starts_at", "pk")
        )
        for session in sessions:
            by_program.setdefault(session.program_id, []).append(session)
        for key, admission in missing.items():
            sessions_of_week = [one for one in by_program.get(key[0], ()) if weeks[key].contains(one.starts_at)]
            self._known[key] = WeekOffer(sessions_of_week, zone=admission.zone, now=self._now)

    def of(self, admission: Admission, week: date) -> WeekOffer:
        """What is on for the admission in the week; `load` has read it."""
        return self._known[_key(admission, week)]


def _key(admission: Admission, week: date) -> tuple[int, str, date]:
    return admission.program_id, admission.site.time_zone, week


def _choice(option: SessionOption) -> tuple[object, ...]:
    """Sessions alike in this are refused or accepted alike, and add the same."""
    return option.interval, option.clinical_minutes, option.mode == "telehealth", option.booking_closes_at
