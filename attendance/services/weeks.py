"""Treatment weeks: a row for each admission and open week, and its figures kept up to date (rule 5)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from attendance.models import TreatmentWeek
from attendance.services.figures import Figures, Places, figures_of
from attendance.services.offers import Offers
from people.domain.time import local_date
from people.domain.weeks import Week, Weekday, week_of
from people.models import Admission

AT_ONCE = 500
"""Weeks read, reckoned and written together: what bounds memory and the length of a lock."""

CLAIMED_AT_ONCE = 2_000
LEASE = timedelta(minutes=5)
"""How long a worker keeps the weeks that it claimed; no task lives longer."""

FURTHEST_AHEAD = timedelta(weeks=26)
A_WEEK = timedelta(days=7)


def ensure_weeks(*, now: datetime, weeks_ahead: int = 1, weeks_back: int = 1) -> int:
    """A row for each admission in force in last week, this week and the weeks ahead; the number made.

    One query for each distinct week date that lacks rows or not, so it costs little where all is there already.
    """
    made = 0
    for starts_on, first_weekday, zones in _weeks_around(now, range(-weeks_back, weeks_ahead + 1)):
        missing = (
            Admission.objects.in_force_between(starts_on, starts_on + timedelta(days=6))
            .filter(program__first_weekday=first_weekday, site__time_zone__in=zones)
            .exclude(Exists(TreatmentWeek.objects.filter(admission=OuterRef("pk"), week=starts_on)))
            .select_related("site", "program")
            .order_by("pk")
        )
        rows = (
            _new_week(admission, admission.week_containing(starts_on), now=now)
            for admission in missing.iterator(AT_ONCE)
        )
        made += _create(rows)
    return made


def recount(week_ids: Iterable[int], *, now: datetime) -> int:
    """Count these weeks again; the number written. Left alone: closed ones, and those that change meanwhile.

    1. Note how often each was found behind so far, before anything that bears on it is read.
    2. Batch by batch, read with a constant number of queries, and reckon the figures.
    3. Lock the rows by id; write what differs, and clear `stale_at`, where the note still holds.
    """
    ids = sorted(set(week_ids))
    noted = _change_counts(ids)
    places, offers = Places(), Offers(now=now)
    written = 0
    for chunk in _chunks(ids):
        weeks = list(TreatmentWeek.objects.open().filter(pk__in=chunk).order_by("pk"))
        if weeks:
            found = figures_of(weeks, places=places, offers=offers, now=now)
            written += _write(weeks, found, noted, now=now)
    return written


def recount_stale(*, now: datetime, limit: int = 20_000) -> int:
    """Count again the weeks that are behind, the oldest first, up to `limit`; the number written.

    A worker claims some for five minutes, so that two do not count the same ones; what a crash leaves is taken up after
    that.
    """
    written = 0
    for _ in range(0, limit, CLAIMED_AT_ONCE):
        claimed = _claim(now)
        if not claimed:
            break
        written += recount(claimed, now=now)
    return written


def recount_patient(patient_id: int, *, now: datetime, first: date | None = None, last: date | None = None) -> int:
    """Count one patient's open weeks that meet the dates at once, making those that lack; the number written.

    Without dates: last week, this week and the next. At most half a year ahead.
    """
    admissions = Admission.objects.filter(patient_id=patient_id).select_related("site", "program").order_by("pk")
    week_ids: list[int] = []
    for admission in admissions:
        today = local_date(now, admission.zone)
        begin = admission.week_containing(first or today - A_WEEK).starts_on
        end = min(last or today + A_WEEK, today + FURTHEST_AHEAD)
        weeks = _weeks_in_force(admission, begin, end)
        known = TreatmentWeek.objects.filter(admission=admission, week__range=(begin, end))
        present = set(known.values_list("week", flat=True))
        _create(_new_week(admission, week, now=now) for week in weeks if week.starts_on not in present)
        week_ids += known.open().values_list("pk", flat=True)
    return recount(week_ids, now=now)


def _weeks_around(now: datetime, offsets: Sequence[int]) -> Iterator[tuple[date, str, list[str]]]:
    """Each distinct week: its first date, the first weekday of its programs, and the zones in which it is meant."""
    kinds = (
        Admission.objects.filter(Q(discharged_on=None) | Q(discharged_on__gte=now.date() - 3 * A_WEEK))
        .order_by()
        .values_list("program__first_weekday", "site__time_zone")
        .distinct()
    )
    zones: dict[tuple[date, str], list[str]] = defaultdict(list)
    for first_weekday, zone_name in kinds:
        week = week_of(now, zone=ZoneInfo(zone_name), first_weekday=Weekday.named(first_weekday))
        for offset in offsets:
            zones[week.starts_on + offset * A_WEEK, first_weekday].append(zone_name)
    for (starts_on, first_weekday), names in sorted(zones.items()):
        yield starts_on, first_weekday, sorted(names)


def _weeks_in_force(admission: Admission, first: date, last: date) -> Iterator[Week]:
    """The weeks between the dates in which the admission has a day."""
    begin = max(first, admission.admitted_on)
    end = min(last, admission.discharged_on or last)
    if begin > end:
        return
    week = admission.week_containing(begin)
    while week.starts_on <= end:
        yield week
        week = admission.week_containing(week.starts_on + A_WEEK)


def _new_week(admission: Admission, week: Week, *, now: datetime) -> TreatmentWeek:
    return TreatmentWeek(
        admission=admission,
        patient_id=admission.patient_id,
        site_id=admission.site_id,
        program_id=admission.program_id,
        week=week.starts_on,
        starts_at=week.starts_at,
        ends_at=week.ends_at,
        stale_at=now,
    )


def _create(rows: Iterable[TreatmentWeek]) -> int:
    """Make the rows in batches; one that somebody else makes at the same moment is left to them."""
    made, batch = 0, []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            made += len(TreatmentWeek.objects.bulk_create(batch, ignore_conflicts=True))
            batch = []
    return made + len(TreatmentWeek.objects.bulk_create(batch, ignore_conflicts=True))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


def _change_counts(ids: Sequence[int]) -> dict[int, int]:
    """How often each week has been found behind."""
    counts: dict[int, int] = {}
    for chunk in _chunks(ids):
        counts.update(TreatmentWeek.objects.filter(pk__in=chunk).values_list("pk", "change_count"))
    return counts


def _claim(now: datetime) -> list[int]:
    """The ids of the next stale weeks, claimed by a conditional update."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    with transaction.atomic():
        weeks = TreatmentWeek.objects.open().filter(free, stale_at__isnull=False)
        oldest = weeks.select_for_update(skip_locked=True).order_by("stale_at", "pk")
        ids = list(oldest.values_list("pk", flat=True)[:CLAIMED_AT_ONCE])
        for chunk in _chunks(ids):
            TreatmentWeek.objects.filter(pk__in=chunk).update(claimed_until=now + LEASE)
    return ids


def _write(
    weeks: Sequence[TreatmentWeek], found: Mapping[int, Figures], noted: Mapping[int, int], *, now: datetime
) -> int:
    """Write the figures of the weeks that were not found behind again since their count was noted."""
    with transaction.atomic():
        locked = TreatmentWeek.objects.open().select_for_update().filter(pk__in=list(found)).order_by("pk")
        counts = dict(locked.values_list("pk", "change_count"))
        current = [week for week in weeks if counts.get(week.pk) == noted[week.pk]]
        differing = [week for week in current if found[week.pk].differ_from(week)]
        for week in differing:
            found[week.pk].put_on(week)
        TreatmentWeek.objects.bulk_create(
            differing,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*Figures.__dataclass_fields__],
        )
        written = [week.pk for week in current]
        TreatmentWeek.objects.filter(pk__in=written).update(computed_at=now, stale_at=None, claimed_until=None)
        passed_over = sorted(found.keys() - set(written))
        if passed_over:
            TreatmentWeek.objects.filter(pk__in=passed_over).update(claimed_until=None)
    return len(written)
