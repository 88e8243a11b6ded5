"""A place with its own time zone, and the rooms in it."""

from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Value

from people.domain.opening import OpeningHours, read_hours
from people.validators import validate_time_zone

if TYPE_CHECKING:
    from people.models.user import User


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, user: "User") -> Self:
        """The sites at which the account holds any role."""
        return self.filter(memberships__user_id=user.pk).distinct()


class Site(models.Model):
    """Where people meet. Recurrence and weeks are reckoned in `time_zone`.

    `sender_name` is what messages call the clinic: it must not betray the care (42 CFR Part 2).
    `opening_hours` maps weekday numbers ("0" is Monday) to lists of ["HH:MM", "HH:MM"]; empty means always open.
    `travel` copies the site's `SiteTravel` rows: minutes to other sites, by their id as a string.
    `country` and `subdivision` (ISO 3166: "US", "CO") say whose public holidays are proposed.
    """

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    address = models.CharField(max_length=200, blank=True)
    directions = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    sender_name = models.CharField(max_length=60, blank=True)
    opening_hours = models.JSONField(default=dict, blank=True)
    travel = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    country = models.CharField(max_length=2, default="US", db_default="US")
    subdivision = models.CharField(max_length=3, blank=True, default="", db_default="")

    objects: ClassVar = SiteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return f"site {self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def ways(self) -> tuple[tuple[int, int], ...]:
        """Minutes to other sites, by their id; nothing where nothing was said."""
        return tuple((int(pk), minutes) for pk, minutes in self.travel.items())

    @property
    def open_times(self) -> OpeningHours:
        """When it is open."""
        return OpeningHours(read_hours(self.opening_hours), self.zone)


class Room(models.Model):
    """A room of a site; `seats` counts everybody in it, guests of family sessions included.

    One that is not `active` is offered for nothing new; what is on in it stays.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)
    seats = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="room_name_once"),
            models.CheckConstraint(condition=models.Q(seats__gte=1), name="room_has_seats"),
        ]

    def __str__(self) -> str:
        return f"room {self.pk}"
