"""Family members of a patient, and what the patient lets them know."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from people.enums import FamilyShare, Language

if TYPE_CHECKING:
    from datetime import date

    from people.models.user import User


class FamilyMemberQuerySet(models.QuerySet["FamilyMember"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the patients that one sees; they have no accounts of their own."""
        from people.models.patient import Patient

        return self.filter(patient__in=Patient.objects.visible_to(user).values("pk"))

    def current(self) -> Self:
        """Those whom nobody has taken off the list."""
        return self.filter(removed_at=None)


class FamilyMember(models.Model):
    """Somebody whom a patient may have invited. Needs no account; learns nothing without a consent in force."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="family_members")
    name = models.CharField(max_length=150)
    relation = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ENGLISH)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = FamilyMemberQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return f"family member {self.pk}"


class FamilyConsentQuerySet(models.QuerySet["FamilyConsent"]):
    def in_force_on(self, on: "date") -> Self:
        """Those that hold on the day: begun, not run out, not taken back, and of somebody still on the list."""
        return self.filter(starts_on__lte=on, ends_on__gte=on, revoked_at=None, member__removed_at=None)

    def sharing(self, share: FamilyShare) -> Self:
        """Those that name the thing to be shared."""
        column = {FamilyShare.INVITATIONS: "shares_invitations", FamilyShare.ATTENDANCE: "shares_attendance"}[share]
        return self.filter(**{column: True})


class FamilyConsent(models.Model):
    """What a patient lets one family member know, from one day to another (both included; 42 CFR 2.31).

    `wording` is the sentence that the patient agreed to, as they read it. It may be taken back at any moment.
    """

    member = models.ForeignKey(FamilyMember, on_delete=models.PROTECT, related_name="consents")
    shares_invitations = models.BooleanField(default=True)
    shares_attendance = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField()
    wording = models.CharField(max_length=500)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar = FamilyConsentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-given_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="consent_dates_in_order"),
            models.CheckConstraint(
                condition=Q(shares_invitations=True) | Q(shares_attendance=True), name="consent_shares_something"
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
