"""Writing how long the way between two sites is."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.errors import InvalidInput
from people.models import Site, SiteTravel, User
from people.models.travel import LONGEST_MINUTES
from people.services.trail import record


def set_travel(site: Site, other: Site, *, minutes: int | None, actor: User | None, now: datetime) -> None:
    """The way between two sites, the same in both directions; None: nothing is known of it, and nothing asked.

    What is planned already stays; the way is asked of what is booked, made or moved from now on. Raises InvalidInput
    for a site and itself, and for minutes that are none.
    """
    if site.pk == other.pk:
        raise InvalidInput({"site": _("Name another site.")})
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise InvalidInput({"minutes": _("A way takes from 1 minute to 10 hours.")})
    first, second = sorted((site.pk, other.pk))
    with transaction.atomic():
        locked = {
            row.pk: row
            for row in Site.objects.select_for_update(no_key=True).filter(pk__in=(first, second)).order_by("pk")
        }
        before = locked[first].travel.get(str(second))
        if minutes is None:
            SiteTravel.objects.filter(first_id=first, second_id=second).delete()
        else:
            SiteTravel.objects.update_or_create(first_id=first, second_id=second, defaults={"minutes": minutes})
        for row, there in ((locked[first], second), (locked[second], first)):
            row.travel.pop(str(there), None)
            if minutes is not None:
                row.travel[str(there)] = minutes
            row.save(update_fields=["travel"])
        after = {"sites": [first, second], "minutes": minutes}
        record("travel_changed", locked[first], actor=actor, now=now, before={"minutes": before}, after=after)
    site.travel, other.travel = locked[site.pk].travel, locked[other.pk].travel
