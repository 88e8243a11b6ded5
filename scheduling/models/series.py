"""A recurring template of sessions, in the wall clock of its site."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value

from scheduling.enums import Kind, Mode

if TYPE_CHECKING:
    from people.models import User


class SessionSeriesQuerySet(models.QuerySet["SessionSeries"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: the series of their sites. Patients are shown sessions, not templates."""
        return self.filter(site_id__in=user.scope.staff_site_ids)


class SessionSeries(models.Model):
    """Becomes sessions over a rolling horizon.

    `starts_at_local` is the first occurrence's wall time, "YYYY-MM-DDTHH:MM". `breaks` lists
    {"after_minutes", "minutes"} from the start. `materialized_until` is the last site date already turned into
    sessions. `earlier` holds how it recurred before an edit of "this and following": {"rrule", "starts_at_local",
    "duration_minutes", "until_local"}, the last one exclusive, in order; the columns are what holds since then.
    """

    program = models.ForeignKey("people.Program", on_delete=models.PROTECT, related_name="series")
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    focus = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    rrule = models.CharField(max_length=300)
    starts_at_local = models.CharField(max_length=16)
    duration_minutes = models.PositiveSmallIntegerField()
    breaks = models.JSONField(default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(default=12)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    room = models.ForeignKey("people.Room", on_delete=models.SET_NULL, null=True, blank=True, related_name="series")
    counselors = models.ManyToManyField("people.Counselor", related_name="series", blank=True)
    telehealth_url = models.URLField(blank=True, default="", db_default="")
    ends_on = models.DateField(null=True, blank=True)
    earlier = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    materialized_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = SessionSeriesQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(duration_minutes__gte=1), name="series_has_duration"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="series_has_capacity"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="series_kind_known"),
        ]

    def __str__(self) -> str:
        return f"series {self.pk}"


class SeriesPause(models.Model):
    """Dates on which a series takes no place, both ends included: holidays, a week of closure."""

    series = models.ForeignKey(SessionSeries, on_delete=models.CASCADE, related_name="pauses")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar = models.Manager()

    class Meta:
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="series_pause_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"series pause {self.pk}"
