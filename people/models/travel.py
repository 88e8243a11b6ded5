"""How long it takes from one site to another, either way."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

LONGEST_MINUTES = 600


class SiteTravel(models.Model):
    """One row a pair of sites, the smaller id first. `Site.travel` of both copies it, for the calculations."""

    first = models.ForeignKey("people.Site", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("people.Site", on_delete=models.CASCADE, related_name="+", db_index=False)
    minutes = models.PositiveSmallIntegerField()

    objects: ClassVar = models.Manager()

    class Meta:
        ordering: ClassVar = ["first_id", "second_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="travel_once"),
            models.CheckConstraint(condition=Q(first_id__lt=F("second_id")), name="travel_in_order"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_MINUTES), name="travel_minutes_known"
            ),
        ]

    def __str__(self) -> str:
        return f"travel {self.pk}"
