"""What became of the demo's bookings: who came, late, early, excused or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from attendance.domain.credit import CreditPolicy, credit
from attendance.models import AttendanceRecord
from people.models import Program
from scheduling.models import Booking, Session
from web.demo.people import Person

REASONS = ("work", "illness", "transport", "childcare", "court")


@dataclass(frozen=True)
class Outcome:
    """How one booking was kept."""

    status: str
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    excuse_reason: str = ""


def outcome_for(person: Person, session: Session, *, rng: Random) -> Outcome:
    """Mostly present and on time; some late, some early, some excused, a few not at all."""
    if rng.random() < person.reliability:
        if rng.random() < 0.1:
            return Outcome("present", arrived_at=session.starts_at + timedelta(minutes=rng.randrange(3, 15)))
        if rng.random() < 0.05:
            return Outcome("present", left_at=session.ends_at - timedelta(minutes=rng.choice([10, 20, 40])))
        return Outcome("present")
    kind = rng.random()
    if kind < 0.45:
        return Outcome("excused", excuse_reason=rng.choice(REASONS))
    if kind < 0.93:
        return Outcome("no_show")
    return Outcome("turned_away", arrived_at=session.starts_at + timedelta(minutes=25))


def record_of(booking: Booking, session: Session, outcome: Outcome, *, program: Program, recorded_by_id: int | None) -> AttendanceRecord:
    """The attendance record, reckoned by the same function as a counselor's; the booking carries its minutes."""
    policy = CreditPolicy(program.grace_minutes, program.late_cutoff_minutes, program.rounding)
    found = credit(
        session.interval,
        session.break_intervals,
        status=outcome.status,
        arrived_at=outcome.arrived_at,
        left_at=outcome.left_at,
        policy=policy,
    )
    recorded_at = session.ends_at + timedelta(minutes=4)
    booking.marked_at = recorded_at
    booking.counted_minutes = found.credited_minutes
    return AttendanceRecord(
        booking=booking,
        session=session,
        patient_id=booking.patient_id,
        status=outcome.status,
        mode="telehealth" if session.mode == "telehealth" else "in_person",
        arrived_at=outcome.arrived_at,
        left_at=outcome.left_at,
        excuse_reason=outcome.excuse_reason,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        breaks=session.breaks,
        planned_minutes=found.planned_minutes,
        late_minutes=found.late_minutes,
        early_minutes=found.early_minutes,
        credited_minutes=found.credited_minutes,
        deductions=[{"why": str(one.why), "minutes": one.minutes} for one in found.deductions],
        policy={
            "grace_minutes": policy.grace_minutes,
            "late_cutoff_minutes": policy.late_cutoff_minutes,
            "rounding": str(policy.rounding),
        },
        recorded_at=recorded_at,
        recorded_by_id=recorded_by_id,
    )
