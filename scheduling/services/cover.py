"""Finding who can lead a session in somebody's place, best first: one session or many at once."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from people.domain.time import Interval
from people.enums import Language
from people.models import Counselor
from scheduling.domain.staffing import LIFTED_WITH_A_REASON, Duty, Finding
from scheduling.models import Booking, Session
from scheduling.services.staffing import Demands, Staff, absent_from, duty_of


@dataclass(frozen=True)
class Candidate:
    """Somebody who might lead a session: what stands against it, and what speaks for it.

    `knows` counts those booked whose primary counselor they are; `lacks` are languages of those booked that they do
    not speak; `day_minutes` is what they would lead on that day with it. `has_hours`: their recorded hours say that
    they are there, rather than that nothing is recorded.
    """

    counselor: Counselor
    findings: tuple[Finding, ...]
    knows: int
    lacks: tuple[str, ...]
    day_minutes: int
    has_hours: bool

    @property
    def is_free(self) -> bool:
        """Whether nothing stands against it."""
        return not self.findings

    @property
    def is_free_with_a_reason(self) -> bool:
        """Whether a coordinator's reason would do."""
        return bool(self.findings) and all(one.code in LIFTED_WITH_A_REASON for one in self.findings)


@dataclass(frozen=True)
class SessionCover:
    """A session that somebody is wanted for: who leads it, who of them is off, and everybody else, the best first."""

    session: Session
    leads: tuple[Counselor, ...]
    absent: frozenset[int]
    booked: int
    languages: Counter[str]
    candidates: tuple[Candidate, ...]
    proposed: Candidate | None = None
    """The best who is free; where several sessions are asked about together, nobody is proposed twice at a time."""

    @property
    def is_uncovered(self) -> bool:
        """Whether nobody is there to lead it."""
        return all(one.pk in self.absent for one in self.leads)

    @property
    def free(self) -> list[Candidate]:
        """Those against whom nothing stands."""
        return [one for one in self.candidates if one.is_free]

    @property
    def replaced(self) -> Counselor | None:
        """Whom a substitute stands in for unless told otherwise: the first who is off, or the one who leads alone."""
        off = [one for one in self.leads if one.pk in self.absent]
        return off[0] if off else (self.leads[0] if len(self.leads) == 1 else None)


def cover_of(session: Session) -> SessionCover:
    """Who could lead one session. It carries its site, program and counselors."""
    return covers_of([session])[0]


def covers_of(sessions: Iterable[Session], *, without: Collection[int] = ()) -> list[SessionCover]:
    """Who could lead each of the sessions (with site, and counselors prefetched), in a constant number of queries.

    Those in `without` are nobody's candidates: they are the ones who are away.
    """
    listed = sorted(sessions, key=lambda one: (one.starts_at, one.pk))
    if not listed:
        return []
    people = list(
        Counselor.objects.filter(sites__in={one.site_id for one in listed}).distinct().prefetch_related("sites")
    )
    span = Interval(min(one.starts_at for one in listed), max(one.ends_at for one in listed))
    staff = Staff.load([one.pk for one in people], span)
    demands = Demands.of({one.program_id for one in listed})
    absent, crowds = absent_from(listed), _crowds(listed)
    found = []
    for session in listed:
        cover = _cover(
            session, people, staff, demands, crowds[session.pk], absent.get(session.pk, frozenset()), without
        )
        if cover.proposed is not None:
            staff.give(duty_of(session, demands), cover.proposed.counselor.pk)
        found.append(cover)
    return found


@dataclass
class _Crowd:
    """Those booked on a session, as far as it matters who leads it."""

    booked: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    primary: Counter[int] = field(default_factory=Counter)


def _crowds(sessions: Sequence[Session]) -> dict[int, _Crowd]:
    found: dict[int, _Crowd] = defaultdict(_Crowd)
    rows = Booking.objects.filter(session__in=sessions, live=True).order_by()
    for pk, language, primary in rows.values_list("session_id", "patient__language", "admission__primary_counselor"):
        crowd = found[pk]
        crowd.booked += 1
        crowd.languages[language] += 1
        crowd.primary[primary] += 1
    return found


def _cover(
    session: Session,
    people: Sequence[Counselor],
    staff: Staff,
    demands: Demands,
    crowd: _Crowd,
    absent: frozenset[int],
    without: Collection[int],
) -> SessionCover:
    duty = duty_of(session, demands)
    leads = tuple(session.counselors.all())
    there = {one.pk for one in leads} | set(without)
    candidates = [
        _candidate(one, duty, staff, crowd)
        for one in people
        if one.pk not in there and any(site.pk == session.site_id for site in one.sites.all())
    ]
    candidates.sort(key=_rank)
    proposed = candidates[0] if candidates and candidates[0].is_free else None
    return SessionCover(session, leads, absent, crowd.booked, crowd.languages, tuple(candidates), proposed)


def _candidate(counselor: Counselor, duty: Duty, staff: Staff, crowd: _Crowd) -> Candidate:
    times = staff.of(counselor.pk)
    speaks = set(counselor.languages) or {Language.ENGLISH.value}
    return Candidate(
        counselor=counselor,
        findings=staff.findings(duty, counselor.pk),
        knows=crowd.primary[counselor.pk],
        lacks=tuple(sorted(set(crowd.languages) - speaks)),
        day_minutes=times.minutes_on(duty.on, without=duty.session_id) + duty.interval.minutes,
        has_hours=times.hours is not None,
    )


def _rank(one: Candidate) -> tuple[Any, ...]:
    """Free before free with a reason before the rest; then who speaks with all, knows most, and has led least."""
    standing = 0 if one.is_free else (1 if one.is_free_with_a_reason else 2)
    return standing, len(one.lacks), -one.knows, one.day_minutes, one.counselor.name, one.counselor.pk
