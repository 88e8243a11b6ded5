"""Two patients who must never share a session, and how what is on is divided between them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from people.domain.time import Interval
from scheduling.enums import ApartReason

if TYPE_CHECKING:
    from people.models import User


class KeepApartQuerySet(models.QuerySet["KeepApart"]):
    def visible_to(self, user: "User") -> Self:
        """Those who plan at a site of either patient; it is not known that there is a pair to anybody else."""
        from people.models import Admission

        theirs = Admission.objects.filter(site_id__in=user.scope.managed_site_ids).values("patient_id")
        return self.filter(Q(first__in=theirs) | Q(second__in=theirs))

    def standing(self) -> Self:
        """Those that nobody has ended."""
        return self.filter(ended_at=None)

    def of(self, patient_id: int) -> Self:
        """Those that the patient is one of."""
        return self.filter(Q(first_id=patient_id) | Q(second_id=patient_id))


class KeepApart(models.Model):
    """A pair, by the smaller id first. What begins after `made_at` is divided between the two (domain: keep apart).

    A session that two can share exists only for the one to whose side it, or else its series, was given; one that was
    given to neither exists for neither of them, until somebody divides it. A refusal while seats are free would tell
    one where the other is.
    """

    first = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=ApartReason.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar = KeepApartQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="apart_smaller_first"),
            models.UniqueConstraint(fields=["first", "second"], condition=Q(ended_at=None), name="apart_once"),
            models.CheckConstraint(condition=Q(reason__in=ApartReason.values), name="apart_reason_known"),
        ]

    def __str__(self) -> str:
        return f"keep apart {self.pk}"

    @property
    def patient_ids(self) -> tuple[int, int]:
        return self.first_id, self.second_id


class ApartSide(models.Model):
    """A series, or one session, given to one of the two; a session's own row goes before its series'."""

    keep_apart = models.ForeignKey(KeepApart, on_delete=models.CASCADE, related_name="sides")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    series = models.ForeignKey(
        "scheduling.SessionSeries", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    session = models.ForeignKey("scheduling.Session", on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["keep_apart", "series"], name="side_of_series_once"),
            models.UniqueConstraint(fields=["keep_apart", "session"], name="side_of_session_once"),
            models.CheckConstraint(
                condition=Q(series=None, session__isnull=False) | Q(series__isnull=False, session=None),
                name="side_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"side {self.pk}"


def hidden_from(patient_id: int) -> Q:
    """The sessions that do not exist for the patient, as a condition on sessions."""
    apart = KeepApart.objects.standing().of(patient_id).filter(made_at__lt=OuterRef("starts_at"))
    given = ApartSide.objects.filter(keep_apart=OuterRef("pk"), session_id=OuterRef(OuterRef("pk")))
    by_series = ApartSide.objects.filter(keep_apart=OuterRef("pk"), series_id=OuterRef(OuterRef("series_id")))
    theirs = Q(Exists(given.filter(patient_id=patient_id))) | (
        ~Q(Exists(given)) & Q(Exists(by_series.filter(patient_id=patient_id)))
    )
    return Q(Exists(apart.exclude(theirs)), capacity__gt=1)


def hidden_sessions(patient_ids: Iterable[int], span: Interval) -> dict[int, frozenset[int]]:
    """For each patient who is kept apart from somebody, the sessions starting in the span that do not exist for them.

    One query where nobody is, and one more for each who is.
    """
    from scheduling.models.session import Session

    wanted = set(patient_ids)
    pairs = KeepApart.objects.standing().filter(Q(first__in=wanted) | Q(second__in=wanted))
    found: dict[int, set[int]] = defaultdict(set)
    for pair in pairs.values_list("first_id", "second_id"):
        for patient_id in wanted & set(pair):
            found[patient_id] = set()
    for patient_id in found:
        rows = Session.objects.starting_in(span).filter(hidden_from(patient_id))
        found[patient_id] = set(rows.values_list("pk", flat=True))
    return {patient_id: frozenset(ids) for patient_id, ids in found.items()}
