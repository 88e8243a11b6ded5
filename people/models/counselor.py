"""Somebody who leads sessions, and what they are licensed to lead."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q, Value

if TYPE_CHECKING:
    from people.models.user import User


class CounselorQuerySet(models.QuerySet["Counselor"]):
    def visible_to(self, user: "User") -> Self:
        """Colleagues at the account's sites; a patient sees those of the sites that they attend."""
        colleagues = Counselor.objects.order_by().filter(sites__memberships__user_id=user.pk)
        attended = Counselor.objects.order_by().filter(sites__admissions__patient__user_id=user.pk)
        return self.filter(Q(pk__in=colleagues.values("pk")) | Q(pk__in=attended.values("pk")))


class Counselor(models.Model):
    """A counselor, with the sites that they work at; `user` is empty for one who has no account yet.

    `credentials` are the letters after the name, as they sign; what is asked for and checked are the rows of
    CounselorCredential. `languages` are codes of people.enums.Language. `daily_maximum_minutes` is the most that they
    lead on one day, from start to end of each session; none where it is empty.
    """

    user = models.OneToOneField(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="counselor"
    )
    name = models.CharField(max_length=150)
    credentials = models.CharField(max_length=80, blank=True)
    sites = models.ManyToManyField("people.Site", related_name="counselors")
    languages = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    daily_maximum_minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    objects: ClassVar = CounselorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(daily_maximum_minutes=None)
                | Q(daily_maximum_minutes__gte=1, daily_maximum_minutes__lte=1440),
                name="counselor_day_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"counselor {self.pk}"

    @property
    def short_name(self) -> str:
        """First name and initial, as patients see it: "Dana K."."""
        first, _, last = self.name.partition(" ")
        return f"{first} {last[0]}." if last else first


class CounselorCredential(models.Model):
    """A licence or certificate, by its code ("LAC"); it is in force through `valid_until`, or without an end."""

    counselor = models.ForeignKey(Counselor, on_delete=models.CASCADE, related_name="held_credentials")
    code = models.CharField(max_length=24)
    number = models.CharField(max_length=40, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    objects: ClassVar = models.Manager()

    class Meta:
        ordering: ClassVar = ["code", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["counselor", "code"], name="credential_once"),
            models.CheckConstraint(condition=~Q(code=""), name="credential_has_code"),
        ]

    def __str__(self) -> str:
        return f"credential {self.pk}"
