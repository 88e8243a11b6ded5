"""A role that an account holds at a site."""

from typing import ClassVar

from django.db import models

from people.enums import Role


class Membership(models.Model):
    """One role of one account at one site."""

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    site = models.ForeignKey("people.Site", on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role", "site"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} at site {self.site_id}"
