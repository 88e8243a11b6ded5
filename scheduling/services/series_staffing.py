"""Whom an edit of a series, or a new one, would put where they cannot be: off, elsewhere, too long a day, unlicensed.

Who is needed twice at a time is `series_fates`' question.
"""

from collections.abc import Collection, Iterable, Sequence

from people.domain.time import Interval, local_date
from people.models import Site
from scheduling.domain.recurrence import Occurrence
from scheduling.domain.staffing import Duty, Finding, Hindrance
from scheduling.enums import Mode
from scheduling.services.series_fates import Clash
from scheduling.services.series_rules import SeriesFields
from scheduling.services.series_targets import Target
from scheduling.services.staffing import NOTHING, Demands, Staff

DONE_WITHOUT = frozenset({Hindrance.BUSY, Hindrance.TRAVEL})
"""Another session, there or elsewhere: occurrences of a new series that meet one are made without the counselor."""


def unfit_in(targets: Sequence[Target], *, lifted: Collection[Hindrance] = NOTHING) -> list[Clash]:
    """What stands against those whom an edit asks anew, or asks at another time, less what is lifted.

    Occurrences that keep their time and their people are not asked about: what stood when they were planned stands.
    """
    asked = [(target, who) for target in targets if (who := _asked(target))]
    if not asked:
        return []
    everybody = {pk for _target, who in asked for pk in who}
    own = {target.session.pk for target in targets if target.session is not None}
    span = Interval(min(one.starts_at for one, _who in asked), max(one.ends_at for one, _who in asked))
    staff = Staff.load(everybody, span, without_sessions=own)
    duties = _duties(targets)
    found = []
    for target in targets:
        if not target.takes_place:
            continue
        duty = duties[id(target)]
        who = _asked(target)
        for pk in target.leads() if target.session is not None or target.counselor_ids else ():
            if pk not in everybody:
                continue
            if pk in who:
                found += [
                    Clash("counselor", pk, target, None, duty, finding)
                    for finding in staff.findings(duty, pk)
                    if finding.code not in lifted and finding.code is not Hindrance.BUSY
                ]
            staff.give(duty, pk)
    return found


def unfit_occurrences(
    fields: SeriesFields, found: Iterable[Occurrence], *, lifted: Collection[Hindrance] = NOTHING
) -> list[tuple[Duty, Finding]]:
    """The same for a series that is to be made: every reason but another session, which its occurrences do without."""
    wanted = list(found)
    ids = sorted(counselor.pk for counselor in fields.counselors)
    if not wanted or not ids:
        return []
    staff = Staff.load(ids, Interval(min(one.starts_at for one in wanted), max(one.ends_at for one in wanted)))
    duties = duties_of(fields, wanted, Demands.of([fields.program.pk]))
    clashes: list[tuple[Duty, Finding]] = []
    for duty in duties:
        for pk in ids:
            against = staff.findings(duty, pk)
            clashes += [(duty, one) for one in against if one.code not in {*lifted, *DONE_WITHOUT}]
            staff.give(duty, pk)
    return clashes


def duties_of(fields: SeriesFields, wanted: Sequence[Occurrence], demands: Demands) -> list[Duty]:
    """A series' occurrences as something to be led."""
    asks = demands.asks(fields.program.pk, fields.focus)
    zone, ways, in_person = fields.site.zone, fields.site.ways, fields.mode != Mode.TELEHEALTH
    return [
        Duty(
            None,
            Interval(one.starts_at, one.ends_at),
            fields.site.pk,
            local_date(one.starts_at, zone),
            asks,
            in_person=in_person,
            ways=ways,
        )
        for one in wanted
    ]


def _asked(target: Target) -> set[int]:
    """Whom the edit asks about this occurrence."""
    if not target.takes_place:
        return set()
    if target.change in {"moved", "added"} or "focus" in target.columns:
        return set(target.leads())
    if target.counselor_ids is None:
        return set()
    return set(target.counselor_ids) - {one.pk for one in target.row.counselors.all()}


def _duties(targets: Sequence[Target]) -> dict[int, Duty]:
    sites = Site.objects.in_bulk({one.value("site_id") for one in targets})
    demands = Demands.of({one.value("program_id") for one in targets})
    found = {}
    for target in targets:
        site = sites[target.value("site_id")]
        found[id(target)] = Duty(
            target.session.pk if target.session is not None else None,
            Interval(target.starts_at, target.ends_at),
            site.pk,
            local_date(target.starts_at, site.zone),
            demands.asks(target.value("program_id"), target.value("focus") or ""),
        )
    return found
