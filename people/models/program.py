"""An intensive outpatient track: its weekly minimum and maximum, and its policies."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value

from people.domain.policies import AttendancePolicy, policy_on, read_changes
from people.domain.weeks import Weekday
from people.enums import FirstWeekday, PartialWeekPolicy, Rounding, WaitlistPolicy

if TYPE_CHECKING:
    from datetime import date

    from people.models.user import User


DEFAULT_EXCUSE_REASONS = (
    "work",
    "illness",
    "transport",
    "childcare",
    "court",
    "hospital",
    "relapse",
    "technical failure",
    "money",
    "refused",
    "unknown",
)
"""What excuses, where a program names no reasons of its own (the codes that pages put into words)."""


class ProgramQuerySet(models.QuerySet["Program"]):
    def visible_to(self, user: "User") -> Self:
        """The programs run at the account's sites, and for a patient those that they were admitted to."""
        at_sites = Program.objects.order_by().filter(sites__memberships__user_id=user.pk)
        admitted = Program.objects.order_by().filter(admissions__patient__user_id=user.pk)
        return self.filter(Q(pk__in=at_sites.values("pk")) | Q(pk__in=admitted.values("pk")))


class Program(models.Model):
    """A track at one site or more.

    Minutes a week default to 9 and 19 hours (ASAM level 2.1). Policies: `grace_minutes`, `late_cutoff_minutes`
    (null: none)
    and `rounding` feed rule 3, `partial_week_policy` rule 4; `booking_cutoff_minutes` is how long before the start
    booking closes, `cancel_cutoff_minutes` from when a cancellation counts as late; `close_grace_minutes` rule 6.
    A freed seat for which somebody waits is booked for them or offered, by `waitlist_policy`; an offer is held for
    `offer_minutes`, and no seat is given out less than `waitlist_notice_minutes` before the start. What somebody missed
    is made up for within `make_up_days`, or at any rate in the same week.
    The four policies are those of the program's first day; `policy_changes` lists later ones with the date from which
    each holds (`people/domain/policies.py`), so that they come with the row and no sum asks the database for them.
    So many unexcused absences in an admission, or so many in a row, are worth a flag. Whoever leads its sessions holds
    one of `required_credentials`, where any is named. After so many weeks at target in a row a step down is suggested,
    after so many below a review (`step_down_after_weeks`, `review_after_weeks`).
    """

    name = models.CharField(max_length=120)
    sites = models.ManyToManyField("people.Site", related_name="programs")
    min_minutes = models.PositiveIntegerField(default=540)
    max_minutes = models.PositiveIntegerField(default=1140)
    first_weekday = models.CharField(max_length=9, choices=FirstWeekday.choices, default=FirstWeekday.MONDAY)
    partial_week_policy = models.CharField(
        max_length=8, choices=PartialWeekPolicy.choices, default=PartialWeekPolicy.PRORATE
    )
    transition_weeks = models.PositiveSmallIntegerField(default=2)
    grace_minutes = models.PositiveSmallIntegerField(default=0)
    late_cutoff_minutes = models.PositiveSmallIntegerField(null=True, blank=True, default=15)
    rounding = models.CharField(max_length=10, choices=Rounding.choices, default=Rounding.EXACT)
    booking_cutoff_minutes = models.PositiveIntegerField(default=0)
    cancel_cutoff_minutes = models.PositiveIntegerField(default=24 * 60)
    waitlist_notice_minutes = models.PositiveIntegerField(default=120)
    waitlist_policy = models.CharField(
        max_length=5, choices=WaitlistPolicy.choices, default=WaitlistPolicy.BOOK, db_default=WaitlistPolicy.BOOK
    )
    offer_minutes = models.PositiveSmallIntegerField(default=120, db_default=120)
    make_up_days = models.PositiveSmallIntegerField(default=35, db_default=35)
    slots_open_before_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    close_grace_minutes = models.PositiveIntegerField(default=48 * 60)
    minutes_a_day = models.PositiveSmallIntegerField(default=240)
    sessions_a_day = models.PositiveSmallIntegerField(default=2)
    excuse_reasons = models.JSONField(default=list, blank=True)
    policy_changes = models.JSONField(default=list, blank=True, db_default=models.Value([], models.JSONField()))
    absences_in_all = models.PositiveSmallIntegerField(default=3, db_default=3)
    absences_in_a_row = models.PositiveSmallIntegerField(default=2, db_default=2)
    required_credentials = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    step_down_after_weeks = models.PositiveSmallIntegerField(default=4, db_default=4)
    review_after_weeks = models.PositiveSmallIntegerField(default=2, db_default=2)

    objects: ClassVar = ProgramQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(min_minutes__lte=F("max_minutes")), name="program_min_within_max"),
            models.CheckConstraint(condition=Q(max_minutes__lte=7 * 24 * 60), name="program_max_within_week"),
            models.CheckConstraint(condition=Q(first_weekday__in=FirstWeekday.values), name="program_weekday_known"),
            models.CheckConstraint(
                condition=Q(step_down_after_weeks__gte=1, review_after_weeks__gte=1),
                name="program_suggests_after_weeks",
            ),
            models.CheckConstraint(condition=Q(rounding__in=Rounding.values), name="program_rounding_known"),
            models.CheckConstraint(
                condition=Q(waitlist_policy__in=WaitlistPolicy.values), name="program_waitlist_policy_known"
            ),
            models.CheckConstraint(condition=Q(offer_minutes__gte=1), name="program_offer_is_held"),
        ]

    def __str__(self) -> str:
        return f"program {self.pk}"

    @property
    def reasons_to_excuse(self) -> tuple[str, ...]:
        """The program's own list, or the usual one."""
        return tuple(self.excuse_reasons) or DEFAULT_EXCUSE_REASONS

    @property
    def first_policy(self) -> AttendancePolicy:
        """The policy before any change."""
        return AttendancePolicy(self.grace_minutes, self.late_cutoff_minutes, self.rounding, self.partial_week_policy)

    def policy_on(self, on: "date") -> AttendancePolicy:
        """How attendance counts on the local date."""
        return policy_on(on, first=self.first_policy, changes=read_changes(self.policy_changes))

    @property
    def week_begins(self) -> Weekday:
        """The first day of this program's week."""
        return Weekday[self.first_weekday.upper()]


class Focus(models.Model):
    """What a session is about, from the program's own list; staff see it, messages and feeds do not.

    `required_credentials` asks for one of its codes beside what the program asks for.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="foci")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    required_credentials = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["program", "code"], name="focus_code_once")]

    def __str__(self) -> str:
        return self.code
