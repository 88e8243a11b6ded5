"""Somebody who leads sessions."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models.user import User


class CounselorQuerySet(models.QuerySet["Counselor"]):
    def visible_to(self, user: "User") -> Self:
        """Colleagues at the account's sites; a patient sees those of the sites that they attend."""
        colleagues = Counselor.objects.order_by().filter(sites__memberships__user_id=user.pk)
        attended = Counselor.objects.order_by().filter(sites__admissions__patient__user_id=user.pk)
        return self.filter(Q(pk__in=colleagues.values("pk")) | Q(pk__in=attended.values("pk")))


class Counselor(models.Model):
    """A counselor, with the sites that they work at; `user` is empty for one who has no account yet."""

    user = models.OneToOneField(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="counselor"
    )
    name = models.CharField(max_length=150)
    credentials = models.CharField(max_length=80, blank=True)
    sites = models.ManyToManyField("people.Site", related_name="counselors")

    objects: ClassVar = CounselorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return f"counselor {self.pk}"

    @property
    def short_name(self) -> str:
        """First name and initial, as patients see it: "Dana K."."""
        first, _, last = self.name.partition(" ")
        return f"{first} {last[0]}." if last else first
