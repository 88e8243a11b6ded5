"""What follows here from changes of plans and consents, in the transaction of the change. Only rows are written."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from people.models import Admission, Leave, User
from people.signals import admission_ended, consent_changed, leave_changed
from scheduling.services.absences import follow_discharge, follow_leave
from scheduling.services.invitations import withdraw_without_consent


@receiver(admission_ended, dispatch_uid="scheduling.admission_ended")
def on_admission_ended(*, admission: Admission, actor: User | None, now: datetime, **_: Any) -> None:
    """Nothing after the last day stays booked."""
    follow_discharge(admission, actor=actor, now=now)


@receiver(leave_changed, dispatch_uid="scheduling.leave_changed")
def on_leave_changed(*, admission: Admission, leave: Leave | None, actor: User | None, now: datetime, **_: Any) -> None:
    """Nothing stays booked on its days; what it no longer covers is booked again for standing members."""
    follow_leave(admission, leave, actor=actor, now=now)


@receiver(consent_changed, dispatch_uid="scheduling.consent_changed")
def on_consent_changed(*, member_id: int, now: datetime, **_: Any) -> None:
    """A consent that is taken back takes its invitations with it."""
    withdraw_without_consent(member_id, now=now)
