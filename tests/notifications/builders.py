"""Small builders that the shared cast lacks."""

from typing import Any

from people.models import Patient, User
from scheduling.models import Session
from scheduling.services.session_rules import SessionFields


def account_of(patient: Patient) -> User:
    """The account of one who has one."""
    assert patient.user is not None
    return patient.user


def fields_of(session: Session, **changes: Any) -> SessionFields:
    """The fields of a session as it stands, some of them changed."""
    fields = {
        "program": session.program,
        "site": session.site,
        "kind": session.kind,
        "title": session.title,
        "focus": session.focus,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "capacity": session.capacity,
        "counselors": tuple(session.counselors.all()),
        "room": session.room,
        "mode": session.mode,
        "telehealth_url": session.telehealth_url,
    }
    return SessionFields(**{**fields, **changes})
