"""What a site's closures and hours make of the occurrences of an edit."""

from collections.abc import Sequence
from dataclasses import replace

from people.domain.time import Interval
from people.errors import Refusal
from people.models import Site
from scheduling.enums import SessionState
from scheduling.services.series_targets import Target
from scheduling.services.site_times import SiteTimes, shut_columns, span_of

ANEW = frozenset({"moved", "added"})
"""What is to take place at a time at which it did not before."""
DOORS = frozenset({"state", "closed_by_id", "outside_hours"})


def around_shut_doors(site: Site, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Of many occurrences those that would come to lie in a closure of the site wait there, called off.

    What is kept off already and stays where it is stays off: giving back is the doors' business, not an edit's. To put
    one outside the hours refuses the edit.
    """
    asked = [(Interval(one.starts_at, one.ends_at), "") for one in targets if one.change in ANEW]
    if not asked:
        return targets
    times = SiteTimes.load(site, span_of(asked))
    found = (_behind(times, one) if one.change in ANEW else one for one in targets)
    return tuple(one for one in found if one.change != "shut" or one.differs)


def _behind(times: SiteTimes, one: Target) -> Target:
    here, row, mode = Interval(one.starts_at, one.ends_at), one.session, one.value("mode")
    if row is not None and row.is_shut_out and (here, mode) == (row.interval, row.mode):
        columns = {name: value for name, value in one.columns.items() if name not in DOORS}
        return replace(one, change="shut", columns=columns)
    closure = times.closure_at(here, mode)
    if closure is None:
        return one
    values = {**one.columns, **shut_columns(closure), "state": SessionState.CANCELLED, "off_series": False}
    if row is not None:
        values["seats_held"] = 0
        values = {name: value for name, value in values.items() if getattr(row, name) != value}
    return replace(one, change="shut", columns=values)


def shut_for(targets: Sequence[Target]) -> Refusal | None:
    """What the site's hours and closures say against occurrences that get another time or mode, or are new."""
    asked = [
        target for target in targets if target.change in ANEW or (target.change == "kept" and "mode" in target.columns)
    ]
    if not asked:
        return None
    wanted = [(Interval(one.starts_at, one.ends_at), one.value("mode")) for one in asked]
    site_id = next((one.session.site_id for one in targets if one.session is not None), asked[0].value("site_id"))
    return SiteTimes.load(Site.objects.get(pk=site_id), span_of(wanted)).refusal(wanted)
