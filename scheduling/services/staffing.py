"""Who can lead what: counselors' hours, time off, credentials and days, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from people.domain.time import Interval, local_date, merge
from people.errors import Refusal
from people.models import Counselor, CounselorCredential, Focus, Program
from scheduling.domain.staffing import LIFTED_WITH_A_REASON, CounselorTimes, Duty, Finding, Hindrance, findings
from scheduling.domain.work_hours import busy_in
from scheduling.enums import Mode
from scheduling.errors import STAFFING
from scheduling.models import CounselorAvailability, Session, SessionCounselor, TimeOff

A_DAY = timedelta(days=1)
NOTHING: frozenset[Hindrance] = frozenset()


def lifted_by(override_reason: str) -> frozenset[Hindrance]:
    """What a coordinator's reason lifts; nothing without one."""
    return LIFTED_WITH_A_REASON if override_reason.strip() else NOTHING


@dataclass(frozen=True)
class Demands:
    """Which credentials programs and their foci ask for."""

    programs: Mapping[int, frozenset[str]]
    foci: Mapping[tuple[int, str], frozenset[str]]

    @classmethod
    def of(cls, program_ids: Iterable[int]) -> "Demands":
        """Those of the programs, in two queries."""
        ids = set(program_ids)
        programs = Program.objects.filter(pk__in=ids).order_by().values_list("pk", "required_credentials")
        foci = Focus.objects.filter(program_id__in=ids).order_by()
        return cls(
            {pk: frozenset(codes) for pk, codes in programs if codes},
            {
                (pk, code): frozenset(codes)
                for pk, code, codes in foci.values_list("program_id", "code", "required_credentials")
                if codes
            },
        )

    def asks(self, program_id: int, focus: str) -> tuple[frozenset[str], ...]:
        """The sets of which a session's counselor holds one each."""
        found = (self.programs.get(program_id), self.foci.get((program_id, focus)))
        return tuple(codes for codes in found if codes)


def duty_of(session: Session, demands: Demands) -> Duty:
    """The session, with its site, as something to be led."""
    return Duty(
        session_id=session.pk,
        interval=session.interval,
        site_id=session.site_id,
        on=local_date(session.starts_at, session.site.zone),
        asks=demands.asks(session.program_id, session.focus),
        in_person=session.mode != Mode.TELEHEALTH,
        ways=session.site.ways,
    )


class Staff:
    """Some counselors over a span of time. It answers what stands against each, and remembers what was given out."""

    def __init__(self, times: Mapping[int, CounselorTimes]) -> None:
        self._times = dict(times)

    @classmethod
    def load(cls, counselor_ids: Iterable[int], span: Interval, *, without_sessions: Collection[int] = ()) -> "Staff":
        """Five queries; none where nobody is named. Sessions that are left out stand in nobody's way."""
        ids = set(counselor_ids)
        if not ids:
            return cls({})
        hours, off, led, held = _hours(ids, span), _time_off(ids, span), _led(ids, span, without_sessions), _held(ids)
        most = dict(Counselor.objects.filter(pk__in=ids).order_by().values_list("pk", "daily_maximum_minutes"))
        return cls(
            {
                pk: CounselorTimes(
                    counselor_id=pk,
                    hours=hours.get(pk),
                    off=tuple(off.get(pk, ())),
                    led=tuple(led.get(pk, ())),
                    daily_maximum_minutes=most.get(pk),
                    credentials=held.get(pk, {}),
                )
                for pk in ids
            }
        )

    def of(self, counselor_id: int) -> CounselorTimes:
        """What is known of one."""
        return self._times[counselor_id]

    def findings(self, duty: Duty, counselor_id: int) -> tuple[Finding, ...]:
        """Every reason against."""
        return findings(duty, self._times[counselor_id])

    def give(self, duty: Duty, counselor_id: int) -> None:
        """From here on they lead it too."""
        self._times[counselor_id] = self._times[counselor_id].with_duty(duty)


def refuse_unfit(
    duties: Iterable[Duty], counselor_ids: Collection[int], *, lifted: Collection[Hindrance] = NOTHING
) -> None:
    """Raises the first refusal of STAFFING that stands against any of them, its `data["clashes"]` naming every one.

    Call it under the counselors' locks. What each is given counts for the next.
    """
    wanted = list(duties)
    if not wanted or not counselor_ids:
        return
    span = Interval(min(one.interval.start for one in wanted), max(one.interval.end for one in wanted))
    staff = Staff.load(counselor_ids, span)
    found: list[tuple[Duty, Finding]] = []
    for duty in wanted:
        for pk in sorted(counselor_ids):
            found += [(duty, one) for one in staff.findings(duty, pk) if one.code not in lifted]
            staff.give(duty, pk)
    refusal = first_refusal(found)
    if refusal is not None:
        raise refusal


def first_refusal(found: Collection[tuple[Duty, Finding]]) -> Refusal | None:
    """What stands first in the order of STAFFING, naming all that stands; None where nothing does."""
    codes = {finding.code.value for _duty, finding in found}
    first = next((code for code in STAFFING if code in codes), None)
    return _refusal(first, found) if first is not None else None


def _refusal(code: str, found: Collection[tuple[Duty, Finding]]) -> Refusal:
    """The refusal with a sentence that names who it is about, and all that was found as data."""
    ids = {finding.counselor_id for _duty, finding in found if finding.code == code}
    names = ", ".join(Counselor.objects.filter(pk__in=ids).values_list("name", flat=True))
    sentences = {
        Hindrance.BUSY: _("%(who)s leads another session at that time"),
        Hindrance.TRAVEL: _("%(who)s would not get there from another site in time"),
        Hindrance.TIME_OFF: _("%(who)s is off at that time"),
        Hindrance.NOT_QUALIFIED: _("%(who)s lacks a credential that is asked for"),
        Hindrance.UNAVAILABLE: _("This lies outside the hours of %(who)s"),
        Hindrance.OVER_DAILY_MAXIMUM: _("This would go past the day's most of %(who)s"),
    }
    busy = sorted({str(pk) for _duty, one in found for pk in one.facts.get("sessions", ())}, key=int)
    data: dict[str, Any] = {"clashes": [clash_data(duty, finding) for duty, finding in found]}
    if code in (Hindrance.BUSY, Hindrance.TRAVEL):
        data["sessions"] = busy
    return STAFFING[code](sentences[Hindrance(code)] % {"who": names}, **data)


def clash_data(duty: Duty, finding: Finding) -> dict[str, Any]:
    """A finding as the API says it: ids as text, moments and dates in ISO form."""
    return {
        "code": finding.code.value,
        "counselor": str(finding.counselor_id),
        "session": None if duty.session_id is None else str(duty.session_id),
        "starts_at": duty.interval.start.isoformat(),
        **{name: _plain(value) for name, value in finding.facts.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return [value.start.isoformat(), value.end.isoformat()]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str) else (value if isinstance(value, int) else str(value))


# --- reading ---


def _hours(ids: set[int], span: Interval) -> dict[int, dict[Hashable, list[Interval]]]:
    """Merged hours by counselor and site, a day wider than the span; nobody without a row is in it."""
    window = Interval(span.start - A_DAY, span.end + A_DAY)
    patterns: dict[int, dict[Hashable, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in CounselorAvailability.objects.filter(counselor_id__in=ids).select_related("site"):
        patterns[row.counselor_id][row.site_id].append(row.pattern)
    return {
        pk: {site_id: merge(busy.work for busy in busy_in(rows, window=window)) for site_id, rows in by_site.items()}
        for pk, by_site in patterns.items()
    }


def _time_off(ids: set[int], span: Interval) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = defaultdict(list)
    rows = TimeOff.objects.filter(counselor_id__in=ids, starts_at__lt=span.end, ends_at__gt=span.start)
    for pk, start, end in rows.values_list("counselor_id", "starts_at", "ends_at"):
        found[pk].append(Interval(start, end))
    return found


def _led(ids: set[int], span: Interval, without: Collection[int]) -> dict[int, list[Duty]]:
    """What they lead on the days of the span: a day and more wider, for the minutes of those days."""
    found: dict[int, list[Duty]] = defaultdict(list)
    rows = SessionCounselor.objects.filter(
        counselor_id__in=ids, live=True, starts_at__lt=span.end + 2 * A_DAY, ends_at__gt=span.start - 2 * A_DAY
    ).exclude(session_id__in=without)
    columns = (
        "counselor_id",
        "session_id",
        "starts_at",
        "ends_at",
        "session__site_id",
        "session__site__time_zone",
        "session__mode",
    )
    for pk, session_id, start, end, site_id, zone, mode in rows.values_list(*columns):
        on = local_date(start, ZoneInfo(zone))
        in_person = mode != Mode.TELEHEALTH
        found[pk].append(Duty(session_id, Interval(start, end), site_id, on, in_person=in_person))
    return found


def _held(ids: set[int]) -> dict[int, dict[str, date | None]]:
    found: dict[int, dict[str, date | None]] = defaultdict(dict)
    rows = CounselorCredential.objects.filter(counselor_id__in=ids).order_by()
    for pk, code, until in rows.values_list("counselor_id", "code", "valid_until"):
        found[pk][code] = until
    return found


def absent_from(sessions: Iterable[Session]) -> dict[int, frozenset[int]]:
    """For each session the counselors on it (prefetched) who are off then, in one query; only sessions with some."""
    listed = list(sessions)
    leads = {session.pk: [one.pk for one in session.counselors.all()] for session in listed}
    ids = {pk for pks in leads.values() for pk in pks}
    if not ids:
        return {}
    span = Interval(min(one.starts_at for one in listed), max(one.ends_at for one in listed))
    off = _time_off(ids, span)
    found = {
        session.pk: frozenset(
            pk for pk in leads[session.pk] if any(one.overlaps(session.interval) for one in off.get(pk, ()))
        )
        for session in listed
    }
    return {pk: who for pk, who in found.items() if who}
