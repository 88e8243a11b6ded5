"""Dates, or hours of one date, on which a site is closed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from people.domain.time import Interval, resolve_wall
from people.enums import ClosureKind, ClosureState

if TYPE_CHECKING:
    from people.models.user import User


class SiteClosureQuerySet(models.QuerySet["SiteClosure"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the sites at which the account has a staff role."""
        return self.filter(site_id__in=user.scope.staff_site_ids)

    def in_force(self) -> Self:
        """Those on which the site is closed."""
        return self.filter(state=ClosureState.IN_FORCE)

    def near(self, interval: Interval) -> Self:
        """Those that may meet the interval, in whatever zone their site lies; ask `interval` of each."""
        a_day = timedelta(days=1)
        return self.filter(starts_on__lte=(interval.end + a_day).date(), ends_on__gte=(interval.start - a_day).date())


class SiteClosure(models.Model):
    """A closure of a site, or a holiday; both dates included, in its wall clock.

    Where it is closed for a part of one date, `starts_at` and `ends_at` say for which.
    `by_video_too`: sessions by video do not take place either. `holiday_key` is the date that the state's calendar
    gave a holiday: whatever becomes of the row, that holiday is not proposed again.
    """

    site = models.ForeignKey("people.Site", on_delete=models.CASCADE, related_name="closures")
    kind = models.CharField(max_length=8, choices=ClosureKind.choices, default=ClosureKind.CLOSURE)
    state = models.CharField(max_length=8, choices=ClosureState.choices, default=ClosureState.IN_FORCE)
    reason = models.CharField(max_length=120)
    starts_on = models.DateField()
    ends_on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    by_video_too = models.BooleanField(default=False)
    holiday_key = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar = SiteClosureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_on", "starts_at", "id"]
        indexes: ClassVar = [models.Index(fields=["site", "ends_on"], name="closure_site_end")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="closure_ends_after_start"),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at"), ends_on=F("starts_on")),
                name="closure_times_of_one_day",
            ),
            models.CheckConstraint(condition=Q(kind__in=ClosureKind.values), name="closure_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ClosureState.values), name="closure_state_known"),
            models.UniqueConstraint(
                fields=["site", "holiday_key"], condition=~Q(holiday_key=""), name="closure_holiday_once"
            ),
        ]

    def __str__(self) -> str:
        return f"closure {self.pk}"

    @property
    def interval(self) -> Interval:
        """From when to when, as instants; its site must be read."""
        zone = self.site.zone
        midnight = datetime.min.time()
        if self.starts_at is not None and self.ends_at is not None:
            start, end = (datetime.combine(self.starts_on, at) for at in (self.starts_at, self.ends_at))
        else:
            start = datetime.combine(self.starts_on, midnight)
            end = datetime.combine(self.ends_on + timedelta(days=1), midnight)
        return Interval(resolve_wall(start, zone), resolve_wall(end, zone))
