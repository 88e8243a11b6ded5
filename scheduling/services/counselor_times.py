"""A counselor's hours and time off. What is planned stays planned: a cover is found for it, or it is called off."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from people.errors import InvalidInput
from people.models import Counselor, Site, User
from people.queries import there
from people.services.trail import record
from scheduling.enums import SessionState
from scheduling.models import CounselorAvailability, Session, TimeOff
from scheduling.services.locks import lock_counselors
from scheduling.services.work_hours import WorkHoursFields, check_work_hours

LONGEST_TIME_OFF = timedelta(days=366)


@dataclass(frozen=True)
class AvailabilityFields:
    """Hours that recur at a site, in its wall clock: the first ones, the rule, and the dates in force."""

    site: Site
    starts_at_local: str
    ends_at_local: str
    rrule: str
    starts_on: date | None = None
    ends_on: date | None = None


def add_availability(
    counselor: Counselor, fields: AvailabilityFields, *, actor: User | None, now: datetime
) -> CounselorAvailability:
    """New hours; with the first ones the counselor is no longer available always. Raises InvalidInput by field."""
    columns = _checked(counselor, fields)
    with transaction.atomic():
        lock_counselors([counselor.pk])
        row = CounselorAvailability.objects.create(counselor=counselor, **columns)
        record("availability_added", row, actor=actor, now=now, after=_facts(row))
    return row


def change_availability(
    row: CounselorAvailability, fields: AvailabilityFields, *, actor: User | None, now: datetime
) -> CounselorAvailability:
    """The hours with new fields. Raises InvalidInput naming every field that is wrong, NotThere for hours that were
    taken away meanwhile."""
    columns = _checked(row.counselor, fields)
    with transaction.atomic():
        lock_counselors([row.counselor_id])
        current: CounselorAvailability = there(CounselorAvailability.objects.all(), row.pk)
        before = _facts(current)
        for name, value in columns.items():
            setattr(current, name, value)
        current.save()
        record("availability_changed", current, actor=actor, now=now, before=before, after=_facts(current))
    return current


def remove_availability(row: CounselorAvailability, *, actor: User | None, now: datetime) -> None:
    """Take the hours away; without any row the counselor is available always again. Raises NotThere the second time."""
    with transaction.atomic():
        lock_counselors([row.counselor_id])
        current: CounselorAvailability = there(CounselorAvailability.objects.all(), row.pk)
        record("availability_removed", current, actor=actor, now=now, before=_facts(current))
        current.delete()


def add_time_off(
    counselor: Counselor,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    actor: User | None,
    now: datetime,
) -> TimeOff:
    """Time in which the counselor is put on nothing. What they lead then stays theirs until somebody covers it.

    Raises InvalidInput naming the field.
    """
    _check_time_off(starts_at, ends_at, reason)
    with transaction.atomic():
        lock_counselors([counselor.pk])
        row = TimeOff.objects.create(
            counselor=counselor,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason.strip(),
            created_at=now,
            created_by=actor,
        )
        record("time_off_added", row, actor=actor, now=now, after=_off_facts(row))
    return row


def change_time_off(
    row: TimeOff, *, starts_at: datetime, ends_at: datetime, reason: str, actor: User | None, now: datetime
) -> TimeOff:
    """The time off with other ends or another reason. Raises InvalidInput naming the field, NotThere for one that was
    taken back meanwhile."""
    _check_time_off(starts_at, ends_at, reason)
    with transaction.atomic():
        lock_counselors([row.counselor_id])
        current: TimeOff = there(TimeOff.objects.all(), row.pk)
        before = _off_facts(current)
        current.starts_at, current.ends_at, current.reason = starts_at, ends_at, reason.strip()
        current.save()
        record("time_off_changed", current, actor=actor, now=now, before=before, after=_off_facts(current))
    return current


def remove_time_off(row: TimeOff, *, actor: User | None, now: datetime) -> None:
    """The counselor is there after all; what others cover by now stays theirs. Raises NotThere the second time."""
    with transaction.atomic():
        lock_counselors([row.counselor_id])
        current: TimeOff = there(TimeOff.objects.all(), row.pk)
        record("time_off_removed", current, actor=actor, now=now, before=_off_facts(current))
        current.delete()


def led_between(
    counselor: Counselor, *, starts_at: datetime, ends_at: datetime, by: User, now: datetime
) -> QuerySet[Session]:
    """The counselor's sessions still ahead that reach into the stretch, in order of time: those that `by` may hand
    over. What is led at a site that somebody else manages is that site's to cover.
    """
    rows: QuerySet[Session] = Session.objects.filter(
        leads__counselor=counselor,
        state=SessionState.SCHEDULED,
        starts_at__gt=now,
        starts_at__lt=ends_at,
        ends_at__gt=starts_at,
    )
    if by.scope.counselor_id != counselor.pk:
        rows = rows.filter(site_id__in=by.scope.managed_site_ids)
    return rows.order_by("starts_at", "pk")


def _checked(counselor: Counselor, fields: AvailabilityFields) -> dict[str, Any]:
    if not fields.rrule.strip():
        raise InvalidInput({"rrule": _("Say how these hours recur, such as FREQ=WEEKLY;BYDAY=MO.")})
    if not counselor.sites.filter(pk=fields.site.pk).exists():
        raise InvalidInput({"site": _("A counselor does not work at this site.")})
    columns = check_work_hours(
        WorkHoursFields(
            starts_at_local=fields.starts_at_local,
            ends_at_local=fields.ends_at_local,
            time_zone=fields.site.time_zone,
            rrule=fields.rrule,
            starts_on=fields.starts_on,
            ends_on=fields.ends_on,
        )
    )
    kept = ("starts_at_local", "ends_at_local", "rrule", "starts_on", "ends_on")
    return {"site": fields.site, **{name: columns[name] for name in kept}}


def _check_time_off(starts_at: datetime, ends_at: datetime, reason: str) -> None:
    if ends_at <= starts_at:
        raise InvalidInput({"ends_at": _("The time off must end after it starts.")})
    if ends_at - starts_at > LONGEST_TIME_OFF:
        raise InvalidInput({"ends_at": _("Time off lasts a year at most.")})
    if len(reason.strip()) > 120:
        raise InvalidInput({"reason": _("Say why in 120 characters or fewer.")})


def _facts(row: CounselorAvailability) -> dict[str, Any]:
    return {
        "counselor": row.counselor_id,
        "site": row.site_id,
        "starts_at_local": row.starts_at_local,
        "ends_at_local": row.ends_at_local,
        "rrule": row.rrule,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }


def _off_facts(row: TimeOff) -> dict[str, Any]:
    """Why somebody is away stays out of the trail: it may be an illness."""
    return {
        "counselor": row.counselor_id,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }
