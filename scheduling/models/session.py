"""One occurrence: what can be booked."""

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable

from people.domain.time import Interval, local_date
from people.enums import ClosureState
from scheduling.enums import Kind, Mode, SessionState

if TYPE_CHECKING:
    from people.models import User


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: "User") -> Self:
        """Staff: the sessions of their sites and those that they lead. Patients: those of their programs."""
        scope = user.scope
        seen: Combinable | Q = Q(site_id__in=scope.staff_site_ids)
        if scope.counselor_id is not None:
            seen |= Exists(SessionCounselor.objects.filter(session=OuterRef("pk"), counselor_id=scope.counselor_id))
        if scope.patient_id is not None:
            seen |= Q(program__in=_programs_of(scope.patient_id)) | Exists(_bookings_of(scope.patient_id))
        rows = self.filter(seen)
        return rows.existing_for(scope.patient_id) if scope.patient_id is not None else rows

    def existing_for(self, patient_id: int) -> Self:
        """Without those on the other side of somebody from whom the patient is kept apart."""
        from scheduling.models.keep_apart import hidden_from

        return self.exclude(hidden_from(patient_id))

    def live(self) -> Self:
        return self.exclude(state=SessionState.CANCELLED)

    def outside_hours(self, *, now: datetime) -> Self:
        """Those still to come that are not held because the site is not open then."""
        return self.filter(outside_hours=True, state=SessionState.CANCELLED, starts_at__gt=now)

    def starting_in(self, interval: Interval) -> Self:
        """Those that belong to the interval: a session belongs to where it starts."""
        return self.filter(starts_at__gte=interval.start, starts_at__lt=interval.end)

    def overlapping(self, interval: Interval) -> Self:
        return self.filter(starts_at__lt=interval.end, ends_at__gt=interval.start)


class Session(models.Model):
    """A session with its seats.

    `breaks` lists [start, end] pairs of UTC instants in ISO form, inside the session; `clinical_minutes` is the time
    less them.
    `seats_taken` moves only by one conditional UPDATE; `seats_held` are freed seats that the waitlist may want.
    `occurrence_local` is the wall time that the series gave it, and stays its identity when it is moved. `off_series`
    marks one that the series itself took away (an edit, its end, a pause): where the series wants it again it comes
    back under its id, while one that somebody cancelled stays cancelled.
    `closed_by` is the closure of the site that called it off, and `outside_hours` marks one for whose time the site's
    hours leave no room: what the doors alone keep from taking place is given back when they open (`site_reopening`).
    `caseload_of` keeps it for the people whose primary counselor that is; staff book anybody all the same.
    `guests_expected` are family members who said that they come: they count against the room, never against the seats.
    """

    series = models.ForeignKey(
        "scheduling.SessionSeries", on_delete=models.PROTECT, null=True, blank=True, related_name="sessions"
    )
    occurrence_local = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001  (null: not of a series; UNIQUE needs it)
    program = models.ForeignKey("people.Program", on_delete=models.PROTECT, related_name="sessions")
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    focus = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    breaks = models.JSONField(default=list, blank=True)
    clinical_minutes = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField()
    seats_taken = models.PositiveSmallIntegerField(default=0)
    seats_held = models.PositiveSmallIntegerField(default=0)
    guests_expected = models.PositiveSmallIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=SessionState.choices, default=SessionState.SCHEDULED)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    room = models.ForeignKey("people.Room", on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions")
    telehealth_url = models.URLField(blank=True)
    off_series = models.BooleanField(default=False, db_default=False)
    counselors = models.ManyToManyField(
        "people.Counselor", through="scheduling.SessionCounselor", related_name="sessions"
    )
    caseload_of = models.ForeignKey(
        "people.Counselor", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    closed_by = models.ForeignKey(
        "people.SiteClosure", on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions", db_index=False
    )
    outside_hours = models.BooleanField(default=False, db_default=False)
    changed_at = models.DateTimeField()

    objects: ClassVar = SessionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["program", "starts_at"], name="session_program_start"),
            models.Index(fields=["site", "starts_at"], name="session_site_start"),
            models.Index(fields=["closed_by"], condition=Q(closed_by__isnull=False), name="session_closed_by"),
            models.Index(fields=["site", "starts_at"], condition=Q(outside_hours=True), name="session_outside_hours"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="session_has_capacity"),
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("capacity") - F("seats_held")), name="session_never_overbooked"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="session_kind_known"),
            models.CheckConstraint(condition=Q(state__in=SessionState.values), name="session_state_known"),
            models.UniqueConstraint(fields=["series", "occurrence_local"], name="session_occurrence_once"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def break_intervals(self) -> tuple[Interval, ...]:
        return tuple(Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in self.breaks)

    @property
    def seats_left(self) -> int:
        return max(0, self.capacity - self.seats_taken - self.seats_held)

    @property
    def occurs_on(self) -> date:
        """The date at its site that the series gave the occurrence, moved or not; of a session of none its own."""
        if self.occurrence_local is None:
            return local_date(self.starts_at, self.site.zone)
        return date.fromisoformat(self.occurrence_local[:10])

    @property
    def is_live(self) -> bool:
        return self.state != SessionState.CANCELLED

    @property
    def is_shut_out(self) -> bool:
        """Whether it is the site's closed doors alone that keep it from taking place."""
        closed = self.closed_by is not None and self.closed_by.state == ClosureState.IN_FORCE
        return not self.is_live and (self.outside_hours or closed)


class SessionCounselor(models.Model):
    """Who leads a session; copies its times and liveness for the database's constraint against leading two at once."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="leads")
    counselor = models.ForeignKey("people.Counselor", on_delete=models.PROTECT, related_name="leads")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    live = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["counselor", "starts_at"], name="lead_counselor_start")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "counselor"], name="lead_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="lead_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"


def on_sessions_led_by(counselor_id: int) -> Q:
    """The patients booked on live sessions of the counselor, as a condition on patients."""
    from scheduling.models.booking import Booking

    led = SessionCounselor.objects.filter(counselor_id=counselor_id, live=True).values("session_id")
    return Q(pk__in=Booking.objects.filter(session_id__in=led, live=True).values("patient_id"))


def _programs_of(patient_id: int) -> models.QuerySet:  # type: ignore[type-arg]
    from people.models import Admission

    return Admission.objects.filter(patient_id=patient_id).values("program_id")


def _bookings_of(patient_id: int) -> models.QuerySet:  # type: ignore[type-arg]
    from scheduling.models.booking import Booking

    return Booking.objects.filter(session=OuterRef("pk"), patient_id=patient_id)
