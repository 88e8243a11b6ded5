"""Who is looking, and at which of their weeks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from attendance.services.weeks import FURTHEST_AHEAD
from people.domain.time import local_date
from people.domain.weeks import Week
from people.models import Admission, Patient, User
from scheduling.models import Booking

P = ParamSpec("P")
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Visit:
    """A patient on one of their own pages. `admissions` come newest first, with program, site and counselor."""

    user: User
    patient: Patient
    admissions: tuple[Admission, ...]
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the newest admission's home site; UTC for somebody who was never admitted."""
        return self.admissions[0].zone if self.admissions else ZoneInfo("UTC")

    @property
    def today(self) -> date:
        """The date at the home site."""
        return local_date(self.now, self.zone)

    @property
    def upcoming(self) -> Admission | None:
        """An admission that is still to begin."""
        return next((one for one in self.admissions if one.admitted_on > self.today), None)

    def week_with(self, on: date) -> "PatientWeek | None":
        """The patient's week that holds the day; None where none of its days lies in an admission."""
        found = [PatientWeek(admission, admission.week_containing(on), self.now) for admission in self.admissions]
        inside = [one for one in found if one.is_in_force]
        return next((one for one in inside if one.admission.covers(on)), inside[0] if inside else None)

    def week_of(self, booking: Booking) -> "PatientWeek":
        """The week that one of their bookings counts in."""
        admission = next(one for one in self.admissions if one.pk == booking.admission_id)
        return PatientWeek(admission, admission.week_of(booking.starts_at), self.now)


@dataclass(frozen=True)
class PatientWeek:
    """One week of one admission, seen now."""

    admission: Admission
    week: Week
    now: datetime

    @property
    def is_in_force(self) -> bool:
        """Whether the admission covers at least one of its days, and it is not further ahead than weeks are counted."""
        begun = self.admission.admitted_on <= self.week.ends_on
        ended = self.admission.discharged_on is not None and self.admission.discharged_on < self.week.starts_on
        first = max(self.week.starts_on, self.admission.admitted_on)
        return begun and not ended and first <= self.today + FURTHEST_AHEAD

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the home site."""
        return self.admission.zone

    @property
    def today(self) -> date:
        """The date at the home site."""
        return local_date(self.now, self.zone)

    @property
    def is_current(self) -> bool:
        """Whether this is the week that runs."""
        return self.week.contains(self.now)

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return self.now >= self.week.ends_at

    @property
    def before(self) -> date:
        """The first day of the week before."""
        return self.week.starts_on - A_WEEK

    @property
    def after(self) -> date:
        """The first day of the week after."""
        return self.week.starts_on + A_WEEK


PatientView = Callable[Concatenate[HttpRequest, Visit, P], HttpResponse]


def patient_page(view: PatientView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page of the patient who is signed in. Others find nothing; strangers sign in first."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = cast(User, request.user)
        patient = Patient.objects.filter(user=user).first()
        if patient is None:
            raise Http404
        admissions = Admission.objects.filter(patient=patient).select_related("program", "site", "primary_counselor")
        visit = Visit(user, patient, tuple(admissions), timezone.now())
        return view(request, visit, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", login_required(wrapped))


def asked_day(request: HttpRequest, name: str) -> date | None:
    """A date from the address; None where there is none, or none that can be read."""
    try:
        asked = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return asked if 1971 <= asked.year <= 2099 else None
