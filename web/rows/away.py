"""A day on which somebody is away: each of their sessions with what can be done, and the lists of those called off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.models import Session
from scheduling.services.cover import SessionCover
from web import format as figures
from web.rows.covers import booked_in_words, notes_of
from web.rows.sessions import day_of, kind_of, times_of


@dataclass(frozen=True)
class AwayRow:
    """One of the sessions of somebody who is away, and what can be done about it."""

    pk: int
    day: str
    when: str
    described: str
    booked: str
    choices: tuple[tuple[str, str], ...]
    chosen: str
    why: str
    cover_url: str
    is_stuck: bool


@dataclass(frozen=True)
class CalledOff:
    """One of several sessions that were called off together, with its own list of people to call."""

    url: str
    when: str


def call_list_url(session: Session, together: Sequence[Session]) -> str:
    """Whom to call about a session that was called off, together with others whose lists stay at hand."""
    url = reverse("session-cover", args=[session.pk])
    return f"{url}?with={','.join(str(one.pk) for one in together)}" if len(together) > 1 else url


def called_off_beside(session: Session, others: Sequence[Session]) -> list[CalledOff]:
    """The others that were called off with it, each with the way to its list."""
    together = sorted([session, *others], key=lambda one: (one.starts_at, one.pk))
    return [
        CalledOff(call_list_url(one, together), f"{figures.short_day(day_of(one))}, {times_of(one)}")
        for one in together
        if one.pk != session.pk
    ]


def _proposal(cover: SessionCover) -> str:
    """ "Nora S. knows 4 of them well · 6 h that day with it"."""
    if cover.proposed is None:
        return ""
    name = cover.proposed.counselor.short_name
    return f"{name}: {' · '.join(notes_of(cover.proposed, cover))}"


def away_row(cover: SessionCover, *, may_cancel: bool, chosen: str | None = None) -> AwayRow:
    """The row; who is free stands first in the choices, and is chosen unless something else was said."""
    session = cover.session
    proposed = f"{cover.proposed.counselor.pk}" if cover.proposed is not None else ""
    choices = [(str(one.counselor.pk), one.counselor.name) for one in cover.free]
    choices.append(("", _("Decide later")))
    if may_cancel:
        choices.append(("cancel", _("Call it off")))
    return AwayRow(
        pk=session.pk,
        day=figures.short_day(day_of(session)),
        when=times_of(session),
        described=" · ".join(dict.fromkeys(part for part in (session.title, kind_of(session)) if part)),
        booked=booked_in_words(cover.booked),
        choices=tuple(choices),
        chosen=proposed if chosen is None else chosen,
        why=_proposal(cover),
        cover_url=reverse("session-cover", args=[session.pk]),
        is_stuck=not cover.free,
    )
