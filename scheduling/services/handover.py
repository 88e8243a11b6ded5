"""Handing sessions over to somebody else: one, or all that a counselor leads while they are away."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.constraints import refusing
from people.domain.time import Interval
from people.errors import InvalidInput
from people.models import Counselor, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.staffing import Duty, Finding
from scheduling.enums import HOLDS_SEAT, SessionState
from scheduling.errors import CounselorBusy, PreviewOutdated, RosterSigned, SessionCancelled, SessionStarted
from scheduling.models import Booking, Session, SessionCounselor
from scheduling.services.counselor_times import add_time_off
from scheduling.services.locks import lock_counselors, lock_patients, lock_sessions
from scheduling.services.sessions import cancel_session, facts
from scheduling.services.staffing import Demands, Staff, duty_of, first_refusal, lifted_by
from scheduling.signals import session_changed

MOST_AT_ONCE = 60


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
