"""Reading what an account is, where it is at home, and whether a row is still there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet

from people.domain.time import Interval
from people.enums import Look
from people.errors import NotThere
from people.models import Admission, Patient, Site, SiteClosure, TrailEntry, User

NOWHERE = ZoneInfo("UTC")

Row = TypeVar("Row", bound=Model)


def there(rows: QuerySet[Row], pk: int) -> Row:
    """The row as it stands now; services ask so under their locks. Raises NotThere where it was taken away."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotThere
    return row


def home_zone(user: User) -> ZoneInfo:
    """The zone in which the account's days begin: a patient's home site's, else that of their first role, else UTC."""
    if user.scope.patient_id is not None:
        zone = zone_of_patient(user.scope.patient_id)
        if zone is not None:
            return zone
    site_id = next((site_id for _, site_id in user.scope.memberships if site_id is not None), None)
    site = Site.objects.filter(pk=site_id).first() if site_id is not None else None
    return site.zone if site is not None else NOWHERE


def latest_admission(patient: Patient | int) -> Admission | None:
    """The running or last admission, with its site, program and counselor."""
    patient_id = patient.pk if isinstance(patient, Patient) else patient
    rows = Admission.objects.filter(patient_id=patient_id).select_related("site", "program", "primary_counselor")
    return rows.order_by("-admitted_on", "-pk").first()


def zone_of_patient(patient: Patient | int) -> ZoneInfo | None:
    """The zone of the latest admission's home site; None for somebody who was never admitted."""
    patient_id = patient.pk if isinstance(patient, Patient) else patient
    latest = Admission.objects.filter(patient_id=patient_id).select_related("site").first()
    return latest.zone if latest is not None else None


def last_look(patient_id: int, *, before: datetime, but: User) -> TrailEntry | None:
    """When somebody else last opened anything of the patient's; who it was is on the entry, as an id."""
    looks = TrailEntry.objects.filter(patient_id=patient_id, at__lt=before, action__in=Look.values)
    return looks.exclude(actor_id=but.pk).order_by("-at", "-pk").first()


def trail_about(about: Mapping[str, Collection[int]]) -> QuerySet[TrailEntry]:
    """What was changed of these rows, ids by their type, the latest first; looks are left out."""
    wanted = Q(pk__in=())
    for subject_type, ids in about.items():
        wanted |= Q(subject_type=subject_type, subject_id__in=ids)
    return TrailEntry.objects.filter(wanted).exclude(action__in=Look.values).order_by("-at", "-pk")


def closures_in(site: Site, interval: Interval) -> list[SiteClosure]:
    """The closures in force of a site that meet the interval, in one query: why a week lost evenings."""
    rows = SiteClosure.objects.in_force().near(interval).filter(site=site).select_related("site")
    return [row for row in rows if row.interval.overlaps(interval)]
