"""Whom a roster may take in besides those who are booked."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from people.domain.time import Interval
from people.models import Admission, Patient, User
from scheduling.models import Booking, Session
from scheduling.models.keep_apart import hidden_sessions

MOST = 12
"""More than these are not read by anybody at a door: a longer name is asked for."""


def walk_in_candidates(session: Session, user: User, *, name: str) -> list[Patient]:
    """Those of this name whom the account sees and who hold no seat here, by name; constant queries.

    Somebody for whom the session does not exist (keep apart) is not among them.
    """
    if not name.strip():
        return []
    here = Booking.objects.live().filter(session_id=session.pk, patient=OuterRef("pk"))
    admitted = Admission.objects.filter(patient=OuterRef("pk"))
    found = Patient.objects.visible_to(user).filter(~Exists(here), Exists(admitted))
    people = list(found.named(name).order_by("name", "pk")[:MOST])
    span = Interval(session.starts_at, session.starts_at + timedelta(seconds=1))
    hidden = hidden_sessions([person.pk for person in people], span)
    return [person for person in people if session.pk not in hidden.get(person.pk, ())]
