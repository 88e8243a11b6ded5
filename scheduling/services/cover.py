"""Finding who can lead a session in somebody's place, best first, and handing it over: one session or many at once."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.time import Interval
from people.enums import Language
from people.errors import InvalidInput
from people.models import Counselor, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.staffing import LIFTED_WITH_A_REASON, Duty, Finding
from scheduling.enums import HOLDS_SEAT, SessionState
from scheduling.errors import CounselorBusy, PreviewOutdated, RosterSigned, SessionCancelled, SessionStarted
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.counselor_times import add_time_off
from scheduling.services.locks import lock_counselors, lock_patients, lock_sessions
from scheduling.services.sessions import cancel_session, facts
from scheduling.services.staffing import Demands, Staff, absent_from, duty_of, first_refusal, lifted_by
from scheduling.signals import session_changed

MOST_AT_ONCE = 60


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


@dataclass(frozen=True)
class Handover:
    """Who leads a session from now on, in whose place; without `absent_id` they come beside whoever is there."""

    session_id: int
    substitute_id: int
    absent_id: int | None = None


@dataclass(frozen=True)
class Away:
    """The stretch in which a counselor is away, to be kept as time off with what is done about it."""

    counselor: Counselor
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Settlement:
    """What was done about several sessions at once, each in the order of time."""

    covered: list[Session] = field(default_factory=list)
    called_off: list[Session] = field(default_factory=list)


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


@retrying_deadlocks
def hand_over(
    handovers: Sequence[Handover], *, actor: User | None, now: datetime, override_reason: str = "", reason: str = ""
) -> list[Session]:
    """Substitute counselors, all or nothing; each session keeps its bookings, its time and its place.

    1. Lock the sessions, then everybody concerned, and read both again.
    2. Refuse a session that is over, PreviewOutdated where whoever is replaced no longer leads it, and what of STAFFING
       stands against a substitute; a reason lifts hours and the day's most.
    3. Take the old ones off, put the new ones on, and say so in the trail and by the signal.
    """
    _check_choices(handovers)
    with refusing({"lead_no_overlap": CounselorBusy, "lead_once": PreviewOutdated}), transaction.atomic():
        sessions = lock_sessions(*(one.session_id for one in handovers))
        _lock_people(handovers)
        return _write(handovers, sessions, actor=actor, now=now, override_reason=override_reason, reason=reason)


@retrying_deadlocks
def settle(
    handovers: Sequence[Handover],
    called_off: Collection[int],
    *,
    actor: User | None,
    now: datetime,
    override_reason: str = "",
    reason: str = "",
    away: Away,
    keep_time_off: bool = True,
) -> Settlement:
    """Some of a counselor's sessions handed over, others called off, and the time off kept, all or nothing.

    Raises what handing over and calling off raise, and PreviewOutdated for a session that they no longer lead.
    """
    if set(called_off) & {one.session_id for one in handovers}:
        raise InvalidInput({"sessions": _("A session is either covered or called off.")})
    with refusing({"lead_no_overlap": CounselorBusy, "lead_once": PreviewOutdated}), transaction.atomic():
        booked = Booking.objects.filter(session_id__in=called_off, status__in=HOLDS_SEAT)
        lock_patients(booked.values_list("patient_id", flat=True))
        sessions = lock_sessions(*(one.session_id for one in handovers), *called_off)
        done = Settlement()
        if handovers:
            _check_choices(handovers)
            _lock_people(handovers)
            done.covered.extend(
                _write(handovers, sessions, actor=actor, now=now, override_reason=override_reason, reason=reason)
            )
        leads = _leads(called_off)
        for pk in sorted(set(called_off)):
            _refuse_over(sessions[pk], now=now)
            if away.counselor.pk not in leads[pk]:
                raise PreviewOutdated(_("Somebody else has seen to it meanwhile"), session=str(pk))
            done.called_off.append(cancel_session(sessions[pk], actor=actor, now=now, reason=reason))
        if keep_time_off:
            add_time_off(
                away.counselor,
                starts_at=away.starts_at,
                ends_at=away.ends_at,
                reason=away.reason,
                actor=actor,
                now=now,
            )
    return done


# --- writing ---


def _write(
    handovers: Sequence[Handover],
    sessions: dict[int, Session],
    *,
    actor: User | None,
    now: datetime,
    override_reason: str,
    reason: str,
) -> list[Session]:
    """Under the locks of the sessions and of everybody concerned."""
    leads = _leads(sessions)
    for one in handovers:
        _refuse_stale(one, sessions.get(one.session_id), leads, now=now)
    _refuse_unfit(handovers, sessions, override_reason)
    before = {pk: {**facts(sessions[pk]), "counselors": leads[pk]} for pk in {one.session_id for one in handovers}}
    for one in handovers:
        SessionCounselor.objects.filter(session_id=one.session_id, counselor_id=one.absent_id or 0).delete()
    SessionCounselor.objects.bulk_create(
        SessionCounselor(
            session=sessions[one.session_id],
            counselor_id=one.substitute_id,
            starts_at=sessions[one.session_id].starts_at,
            ends_at=sessions[one.session_id].ends_at,
        )
        for one in handovers
    )
    Session.objects.filter(pk__in=before).update(changed_at=now)
    after = _leads({pk: sessions[pk] for pk in before})
    for pk, was in before.items():
        session = sessions[pk]
        session.changed_at = now
        record(
            "session_covered",
            session,
            actor=actor,
            now=now,
            before={"counselors": was["counselors"]},
            after={"counselors": after[pk]},
            reason=override_reason or reason,
        )
        session_changed.send(Session, session_id=pk, before=was, actor=actor, now=now)
    return [sessions[pk] for pk in sorted(before, key=lambda pk: (sessions[pk].starts_at, pk))]


def _check_choices(handovers: Sequence[Handover]) -> None:
    if not 1 <= len(handovers) <= MOST_AT_ONCE:
        raise InvalidInput({"sessions": _("Name at least one session, and not too many.")})
    given = {(one.session_id, one.substitute_id) for one in handovers}
    freed = [(one.session_id, one.absent_id) for one in handovers if one.absent_id is not None]
    if len(given) < len(handovers) or len(set(freed)) < len(freed):
        raise InvalidInput({"sessions": _("Name each session once.")})


def _lock_people(handovers: Sequence[Handover]) -> None:
    named = {one.substitute_id for one in handovers} | {one.absent_id for one in handovers if one.absent_id is not None}
    lock_counselors(named)


def _refuse_stale(one: Handover, session: Session | None, leads: dict[int, list[int]], *, now: datetime) -> None:
    if session is None:
        raise InvalidInput({"sessions": _("There is no such session.")})
    _refuse_over(session, now=now)
    there = leads[session.pk]
    if one.substitute_id in there or (one.absent_id is not None and one.absent_id not in there):
        raise PreviewOutdated(_("Somebody else has seen to it meanwhile"), session=str(session.pk))
    if not Counselor.objects.filter(pk=one.substitute_id, sites=session.site_id).exists():
        raise InvalidInput({"substitute": _("A counselor does not work at this site.")})


def _refuse_over(session: Session, *, now: datetime) -> None:
    if session.state == SessionState.CANCELLED:
        raise SessionCancelled(session=str(session.pk))
    if session.state == SessionState.SIGNED:
        raise RosterSigned(session=str(session.pk))
    if session.ends_at <= now:
        raise SessionStarted(session=str(session.pk))


def _refuse_unfit(handovers: Sequence[Handover], sessions: dict[int, Session], override_reason: str) -> None:
    """Asked in the order of time, each after what the substitute was given before."""
    ordered = sorted(handovers, key=lambda one: (sessions[one.session_id].starts_at, one.session_id))
    demands = Demands.of({sessions[one.session_id].program_id for one in ordered})
    duties = {one.session_id: duty_of(sessions[one.session_id], demands) for one in ordered}
    span = Interval(
        min(duty.interval.start for duty in duties.values()), max(duty.interval.end for duty in duties.values())
    )
    staff = Staff.load({one.substitute_id for one in ordered}, span)
    lifted = lifted_by(override_reason)
    found: list[tuple[Duty, Finding]] = []
    for one in ordered:
        duty = duties[one.session_id]
        found += [(duty, reason) for reason in staff.findings(duty, one.substitute_id) if reason.code not in lifted]
        staff.give(duty, one.substitute_id)
    refusal = first_refusal(found)
    if refusal is not None:
        raise refusal


def _leads(sessions: Iterable[int]) -> dict[int, list[int]]:
    """Who leads each, by id."""
    ids = set(sessions)
    found: dict[int, list[int]] = {pk: [] for pk in ids}
    rows = SessionCounselor.objects.filter(session_id__in=ids).order_by("counselor_id")
    for session_id, pk in rows.values_list("session_id", "counselor_id"):
        found[session_id].append(pk)
    return found


# --- finding ---


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
