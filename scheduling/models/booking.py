"""A patient's promise to come."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from people.domain.time import Interval
from scheduling.enums import HOLDS_SEAT, BookingStatus

if TYPE_CHECKING:
    from datetime import datetime

    from people.models import User
    from scheduling.models.session import Session


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the patients that one sees; a counselor also sees every booking of the sessions that they lead."""
        from people.models import Patient
        from scheduling.models.session import SessionCounselor

        seen = Q(patient__in=Patient.objects.visible_to(user).values("pk"))
        if user.scope.counselor_id is not None:
            seen |= Q(
                session__in=SessionCounselor.objects.filter(counselor_id=user.scope.counselor_id).values("session_id")
            )
        return self.filter(seen)

    def live(self) -> Self:
        """Those that hold a seat of a session that takes place."""
        return self.filter(live=True)

    def overlapping(self, interval: Interval) -> Self:
        return self.filter(starts_at__lt=interval.end, ends_at__gt=interval.start)


class Booking(models.Model):
    """One patient on one session; cancelled ones stay, and a new booking of the same session keeps the `uid`.

    `starts_at`, `ends_at` and `live` copy the session's for the database's constraints; `week` is the first local
    date of the admission's week that it counts in. `counted_minutes` is the session's clinical minutes until it is
    marked (`marked_at`), the credited minutes afterwards, and 0 while no seat is held: maximum, board, repair and
    planner sum this one column. One made by a standing booking names it; moved to another session it still does, and
    `stands_for` is then the evening of the series. One that a leave took names that leave.
    `offer_expires_at` says until when the seat is, or was, held for whoever waited for it; it stays as history.
    A late cancellation that staff excused keeps who did so, when and why. `makes_up_for` is the absence that this one
    stands for (missed, given up late or called off by the clinic), of the same person, and each is made up for once;
    it changes no minutes.
    `sequence` rises with each change of time, place or status (RFC 5545, section 3.8.7.4).
    """

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="bookings")
    admission = models.ForeignKey("people.Admission", on_delete=models.PROTECT, related_name="bookings")
    session = models.ForeignKey("scheduling.Session", on_delete=models.PROTECT, related_name="bookings")
    standing_booking = models.ForeignKey(
        "scheduling.StandingBooking",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bookings",
        db_index=False,
    )
    stands_for = models.ForeignKey(
        "scheduling.Session", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    status = models.CharField(max_length=10, choices=BookingStatus.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    live = models.BooleanField()
    week = models.DateField()
    counted_minutes = models.PositiveSmallIntegerField()
    marked_at = models.DateTimeField(null=True, blank=True)
    uid = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(default=0)
    work_overlap_accepted = models.BooleanField(default=False)
    override_reason = models.CharField(max_length=300, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    cancel_reason = models.CharField(max_length=300, blank=True)
    cancelled_for_leave = models.ForeignKey(
        "people.Leave",
        on_delete=models.DO_NOTHING,  # one that was called off still says why the booking went
        db_constraint=False,
        null=True,
        blank=True,
        related_name="cancelled_bookings",
        db_index=False,
    )
    late = models.BooleanField(default=False)
    late_excused_at = models.DateTimeField(null=True, blank=True)
    late_excused_by = models.ForeignKey(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    late_excuse_reason = models.CharField(max_length=60, blank=True, default="", db_default="")
    makes_up_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="make_ups", db_index=False
    )
    changed_at = models.DateTimeField()

    objects: ClassVar = BookingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["patient", "starts_at"], name="booking_patient_start"),
            models.Index(fields=["admission", "week"], name="booking_admission_week"),
            models.Index(fields=["session", "status"], name="booking_session_status"),
            models.Index(fields=["starts_at"], condition=Q(live=True), name="booking_live_start"),
            models.Index(fields=["starts_at"], condition=Q(status=BookingStatus.WAITLISTED), name="booking_line_start"),
            models.Index(
                fields=["offer_expires_at"], condition=Q(status=BookingStatus.OFFERED), name="booking_open_offer"
            ),
            models.Index(
                fields=["standing_booking"], condition=Q(standing_booking__isnull=False), name="booking_standing"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "session"], condition=~Q(status=BookingStatus.CANCELLED), name="booking_once"
            ),
            models.UniqueConstraint(
                fields=["makes_up_for"],
                condition=Q(makes_up_for__isnull=False) & ~Q(status=BookingStatus.CANCELLED),
                name="booking_makes_up_once",
            ),
            models.CheckConstraint(condition=~Q(makes_up_for=F("id")), name="booking_makes_up_for_another"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
            models.CheckConstraint(condition=Q(live=False) | Q(status__in=HOLDS_SEAT), name="booking_live_holds_seat"),
            models.CheckConstraint(condition=Q(live=True) | Q(counted_minutes=0), name="booking_counts_while_live"),
            models.CheckConstraint(condition=Q(status__in=BookingStatus.values), name="booking_status_known"),
            models.CheckConstraint(
                condition=~Q(status=BookingStatus.OFFERED) | Q(offer_expires_at__isnull=False),
                name="booking_offer_ends",
            ),
            models.CheckConstraint(
                condition=Q(late_excused_at=None) | Q(late=True, status=BookingStatus.CANCELLED),
                name="booking_excuse_is_of_late",
            ),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"

    @property
    def evening(self) -> "Session":
        """The session that a standing booking meant: its own, or the one that it was moved from."""
        return self.stands_for or self.session

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def held_until(self) -> "datetime | None":
        """Until when the seat is held for the patient's answer; None where no answer is waited for."""
        return self.offer_expires_at if self.status == BookingStatus.OFFERED else None
