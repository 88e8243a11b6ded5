"""Closures of a site as rows, and the state's holidays as proposals; what they call off is the schedule's business."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

import holidays
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.enums import ClosureKind, ClosureState
from people.errors import InvalidInput
from people.models import Site, SiteClosure, User
from people.services.trail import record

LONGEST_DAYS = 366
LONGEST_REASON = 120


@dataclass(frozen=True)
class ClosureFields:
    """What a closure is: its dates, both included, or hours of one date, in the site's wall clock."""

    starts_on: date
    ends_on: date
    reason: str
    kind: str = ClosureKind.CLOSURE
    starts_at: time | None = None
    ends_at: time | None = None
    by_video_too: bool = False


def check_closure(fields: ClosureFields) -> None:
    """Raises InvalidInput naming every field that is wrong."""
    errors: dict[str, Any] = {}
    if fields.ends_on < fields.starts_on:
        errors["ends_on"] = _("It ends before it starts.")
    elif (fields.ends_on - fields.starts_on).days >= LONGEST_DAYS:
        errors["ends_on"] = _("A closure lasts a year at most.")
    if not fields.reason.strip() or len(fields.reason) > LONGEST_REASON:
        errors["reason"] = _("Say why, in 120 characters or fewer.")
    if (fields.starts_at is None) != (fields.ends_at is None):
        errors["ends_at"] = _("Give both times, or none for whole days.")
    elif fields.starts_at is not None and fields.ends_at is not None:
        if fields.starts_on != fields.ends_on:
            errors["ends_at"] = _("Times go with a single day.")
        elif fields.ends_at <= fields.starts_at:
            errors["ends_at"] = _("It ends before it starts.")
    if fields.kind not in ClosureKind.values:
        errors["kind"] = _("It is a holiday or a closure.")
    if errors:
        raise InvalidInput(errors)


def unsaved(site: Site, fields: ClosureFields) -> SiteClosure:
    """The row that the fields make, to be looked at."""
    return SiteClosure(site=site, **_columns(fields))


def fields_of(closure: SiteClosure) -> ClosureFields:
    """The closure as it stands."""
    return ClosureFields(**{name: getattr(closure, name) for name in ClosureFields.__dataclass_fields__})


def write_closure(
    site: Site, fields: ClosureFields, *, closure: SiteClosure | None, actor: User | None, now: datetime
) -> SiteClosure:
    """The closure in force: a new row, or another form of one that is there. Call it under the site's lock."""
    check_closure(fields)
    row = closure if closure is not None else SiteClosure(site=site, created_at=now, created_by=actor)
    before = _facts(row) if row.pk else None
    for name, value in _columns(fields).items():
        setattr(row, name, value)
    row.state = ClosureState.IN_FORCE
    row.save()
    record("site_closed", row, actor=actor, now=now, before=before, after=_facts(row), reason=row.reason)
    return row


def mark_lifted(closure: SiteClosure, *, actor: User | None, now: datetime) -> None:
    """The site is open after all; a holiday is not proposed again."""
    before = _facts(closure)
    closure.state = ClosureState.LIFTED
    closure.save(update_fields=["state"])
    record("closure_lifted", closure, actor=actor, now=now, before=before, after=_facts(closure))


def import_holidays(site: Site, *, year: int, actor: User | None, now: datetime) -> int:
    """Propose the public holidays of the site's country, and state where one is named, that are not over.

    How many are new. What was there before, edited or lifted too, is left alone: run twice, nothing doubles.
    """
    today = now.astimezone(site.zone).date()
    try:
        found = holidays.country_holidays(site.country, subdiv=site.subdivision or None, years=year)
    except NotImplementedError as error:
        raise InvalidInput({"country": _("No holidays are known of this country or state.")}) from error
    rows = [
        SiteClosure(
            site=site,
            kind=ClosureKind.HOLIDAY,
            state=ClosureState.PROPOSED,
            reason=name[:LONGEST_REASON],
            starts_on=on,
            ends_on=on,
            by_video_too=True,
            holiday_key=on.isoformat(),
            created_at=now,
            created_by=actor,
        )
        for on, name in sorted(found.items())
        if on >= today
    ]
    with transaction.atomic():
        before = site.closures.count()
        SiteClosure.objects.bulk_create(rows, ignore_conflicts=True)
        added = site.closures.count() - before
        if added:
            record("holidays_proposed", site, actor=actor, now=now, after={"year": year, "added": added})
    return added


def propose_holidays(*, now: datetime) -> int:
    """Those of the coming half year for every site; how many are new. A country that nobody knows stops no other."""
    added = 0
    for site in Site.objects.order_by("pk"):
        today = now.astimezone(site.zone).date()
        for year in sorted({today.year, today.year + (today.month > 6)}):
            try:
                added += import_holidays(site, year=year, actor=None, now=now)
            except InvalidInput:
                continue
    return added


def _columns(fields: ClosureFields) -> dict[str, Any]:
    return {**asdict(fields), "reason": fields.reason.strip()}


def _facts(row: SiteClosure) -> dict[str, Any]:
    return {
        "site": row.site_id,
        "state": row.state,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "starts_at": row.starts_at.isoformat() if row.starts_at else None,
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
        "by_video_too": row.by_video_too,
    }
