"""Rule 3 put onto a record: what the attendance is worth, and the session and policy that it follows from."""

from datetime import datetime
from typing import Any

from attendance.domain.credit import Credit, CreditPolicy, credit
from attendance.models import AttendanceRecord
from people.domain.time import Interval, local_date
from scheduling.models import Session


def policy_of(session: Session) -> CreditPolicy:
    """The policy that its program has in force on the session's day, as the pure value."""
    policy = session.program.policy_on(local_date(session.starts_at, session.site.zone))
    return CreditPolicy(
        grace_minutes=policy.grace_minutes,
        late_cutoff_minutes=policy.late_cutoff_minutes,
        rounding=policy.rounding,
    )


def reckon(record: AttendanceRecord, session: Session, policy: CreditPolicy) -> None:
    """Set the record's figures, and copy onto it what they follow from; nothing is saved."""
    worth = credit(
        session.interval,
        session.break_intervals,
        status=record.status,
        arrived_at=record.arrived_at,
        left_at=record.left_at,
        policy=policy,
    )
    record.starts_at = session.starts_at
    record.ends_at = session.ends_at
    record.breaks = session.breaks
    _set_worth(record, worth)
    record.policy = {
        "grace_minutes": policy.grace_minutes,
        "late_cutoff_minutes": policy.late_cutoff_minutes,
        "rounding": str(policy.rounding),
    }


def reckon_again(record: AttendanceRecord) -> None:
    """Set the record's figures from the times, breaks and policy that it keeps; nothing is saved."""
    worth = credit(
        Interval(record.starts_at, record.ends_at),
        [Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in record.breaks],
        status=record.status,
        arrived_at=record.arrived_at,
        left_at=record.left_at,
        policy=CreditPolicy(**record.policy),
    )
    _set_worth(record, worth)


def _set_worth(record: AttendanceRecord, worth: Credit) -> None:
    record.planned_minutes = worth.planned_minutes
    record.late_minutes = worth.late_minutes
    record.early_minutes = worth.early_minutes
    record.credited_minutes = worth.credited_minutes
    record.deductions = [{"why": str(one.why), "minutes": one.minutes} for one in worth.deductions]


RECKONED = (
    "starts_at",
    "ends_at",
    "breaks",
    "planned_minutes",
    "late_minutes",
    "early_minutes",
    "credited_minutes",
    "deductions",
    "policy",
)
"""The columns that `reckon` sets."""


def facts(record: AttendanceRecord) -> dict[str, Any]:
    """What the trail and an amendment keep of a mark: of an excuse and a remark only where there is one.

    Of a remark, which may name people, its length alone is kept.
    """
    kept: dict[str, Any] = {
        "session": record.session_id,
        "status": record.status,
        "mode": record.mode,
        "arrived_at": record.arrived_at.isoformat() if record.arrived_at else None,
        "left_at": record.left_at.isoformat() if record.left_at else None,
        "excuse_reason": record.excuse_reason,
        "credited_minutes": record.credited_minutes,
    }
    if record.excuse_given_by or record.excuse_given_at or record.document_seen:
        kept["excuse_given_by"] = record.excuse_given_by
        kept["excuse_given_at"] = record.excuse_given_at.isoformat() if record.excuse_given_at else None
        kept["document_seen"] = record.document_seen
    if record.remark:
        kept["remark_characters"] = len(record.remark)
    return kept
