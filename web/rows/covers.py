"""Who can take a session over, and who loses by one that is called off, in the few words of a staff list."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.enums import Language
from people.models import Counselor
from scheduling.domain.staffing import Finding, Hindrance
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.services.cover import Candidate, SessionCover
from scheduling.services.losses import Loss
from web import format as figures
from web.components.actions import Action
from web.rows.repairs import named, repair_forecast
from web.rows.schedule_notices import when_and_where
from web.rows.sessions import kind_of


@dataclass(frozen=True)
class CandidateRow:
    """Somebody who might lead it: what speaks for them, what against, and the tap that puts them on it."""

    pk: int
    name: str
    notes: tuple[str, ...]
    against: tuple[str, ...]
    action: Action | None
    needs_reason: bool


@dataclass(frozen=True)
class LossRow:
    """Somebody who was to come: how to reach them, and what makes good their hours."""

    name: str
    url: str
    phone: str
    language: str
    forecast: str
    forecast_strong: str
    is_whole: bool
    action: Action | None


@dataclass(frozen=True)
class CoverView:
    """The page about one session that somebody is wanted for."""

    answer: str
    described: str
    leads: str
    free: tuple[CandidateRow, ...]
    others: tuple[CandidateRow, ...]
    losses: tuple[LossRow, ...]
    losses_in_short: str
    replaced: Counselor | None
    is_off: bool
    is_over: bool


def cover_view(
    cover: SessionCover, losses: Sequence[Loss], *, now: dt.datetime, may_lift: bool, may_book: bool
) -> CoverView:
    """The page's rows; `may_lift`: a reason may put somebody on it outside their hours, `may_book`: for patients."""
    session = cover.session
    off, over = session.state == SessionState.CANCELLED, session.ends_at <= now
    rows = [_candidate_row(one, cover, number=number) for number, one in enumerate(cover.candidates)]
    booked = booked_in_words(len(losses) if off else cover.booked)
    parts = (when_and_where(session), session.title, kind_of(session), booked)
    return CoverView(
        answer=_answer(cover, losses, off=off, over=over),
        described=" · ".join(dict.fromkeys(part for part in parts if part)),
        leads=leads_in_words(cover),
        free=tuple(row for row in rows if not row.against),
        others=tuple(row if may_lift else _without_reason(row) for row in rows if row.against),
        losses=tuple(_loss_row(one, session, may_book=may_book and off) for one in losses),
        losses_in_short=_in_short(losses),
        replaced=cover.replaced,
        is_off=off,
        is_over=over or session.state == SessionState.SIGNED,
    )


def leads_in_words(cover: SessionCover) -> str:
    """ "Dana K. is off", "Dana K. leads it", "Nobody leads it"."""
    off = [one.short_name for one in cover.leads if one.pk in cover.absent]
    if off:
        return _("%(who)s is off then") % {"who": get_text_list(off, _("and"))}
    there = [one.short_name for one in cover.leads]
    if there:
        return _("%(who)s leads it") % {"who": get_text_list(there, _("and"))}
    return _("Nobody leads it")


def notes_of(one: Candidate, cover: SessionCover) -> tuple[str, ...]:
    """What speaks for somebody, and what to know of them."""
    notes = []
    if one.knows:
        words = ngettext("knows %(count)d of them well", "knows %(count)d of them well", one.knows)
        notes.append(words % {"count": one.knows})
    for code in one.lacks:
        number = cover.languages[code]
        words = ngettext(
            "%(count)d of them speaks %(language)s, %(name)s does not",
            "%(count)d of them speak %(language)s, %(name)s does not",
            number,
        )
        said = {"count": number, "language": language_name(code), "name": one.counselor.short_name}
        notes.append(words % said)
    spoken = [code for code in cover.languages if code != Language.ENGLISH and code not in one.lacks]
    notes += [
        _("speaks %(language)s as some of them do") % {"language": language_name(code)} for code in sorted(spoken)
    ]
    notes.append(_("%(time)s that day with it") % {"time": figures.minutes(one.day_minutes)})
    if not one.has_hours:
        notes.append(_("no hours recorded"))
    return tuple(notes)


def language_name(code: str) -> str:
    """The language, in that of the page."""
    return {Language.ENGLISH.value: _("English"), Language.SPANISH.value: _("Spanish")}.get(code, code)


def against_in_words(found: Finding) -> str:
    """Why somebody cannot, in a few words."""
    facts = found.facts
    if found.code is Hindrance.NOT_QUALIFIED:
        lists = [get_text_list(codes, _("or")) for codes in facts["one_of"]]
        return _("lacks %(codes)s") % {"codes": "; ".join(lists)}
    if found.code is Hindrance.OVER_DAILY_MAXIMUM:
        said = {"time": figures.minutes(facts["minutes"]), "most": figures.minutes(facts["maximum_minutes"])}
        return _("%(time)s that day, %(most)s at most") % said
    words = {
        Hindrance.BUSY: _("leads another session then"),
        Hindrance.TRAVEL: _("cannot get there from another site in time"),
        Hindrance.TIME_OFF: _("off then"),
        Hindrance.UNAVAILABLE: _("outside their hours"),
    }
    return words[found.code]


def _candidate_row(one: Candidate, cover: SessionCover, *, number: int) -> CandidateRow:
    session, replaced = cover.session, cover.replaced
    fields = {
        "do": "give",
        "substitute": str(one.counselor.pk),
        "absent": str(replaced.pk) if replaced is not None else "",
    }
    action = Action(
        _("Give it to %(name)s") % {"name": one.counselor.short_name},
        reverse("session-cover", args=[session.pk]),
        method="post",
        look="primary" if number == 0 else "soft",
        fields=fields,
    )
    return CandidateRow(
        pk=one.counselor.pk,
        name=one.counselor.name,
        notes=notes_of(one, cover),
        against=tuple(against_in_words(found) for found in one.findings),
        action=action if one.is_free else None,
        needs_reason=one.is_free_with_a_reason,
    )


def _without_reason(row: CandidateRow) -> CandidateRow:
    return CandidateRow(row.pk, row.name, row.notes, row.against, None, needs_reason=False)


def _loss_row(one: Loss, session: Session, *, may_book: bool) -> LossRow:
    week, patient = one.week, one.patient
    forecast, strong = repair_forecast(week)
    action = None
    if may_book and week.repair is not None:
        when = named(week.repair.added, week.zone)
        action = Action(
            _("Book %(when)s") % {"when": when},
            reverse("session-cover", args=[session.pk]),
            method="post",
            hint=patient.name,
            small=True,
            fields={"do": "book", "patient": str(patient.pk), "sessions": ",".join(map(str, one.repair_ids))},
        )
    return LossRow(
        name=patient.name,
        url=reverse("patient", args=[patient.pk]),
        phone=patient.phone,
        language="" if patient.language == Language.ENGLISH else language_name(patient.language),
        forecast=forecast,
        forecast_strong=strong,
        is_whole=week.repair is None and week.why_not is None,
        action=action,
    )


def _answer(cover: SessionCover, losses: Sequence[Loss], *, off: bool, over: bool) -> str:
    if off:
        words = ngettext("%(count)d person to call", "%(count)d people to call", len(losses))
        return words % {"count": len(losses)} if losses else _("Called off. Nobody was booked.")
    if over:
        return _("This session is over")
    free = cover.free
    if len(free) == 1:
        return _("%(name)s is free and qualified") % {"name": free[0].counselor.short_name}
    if free:
        return ngettext(
            "%(count)d person is free and qualified", "%(count)d people are free and qualified", len(free)
        ) % {"count": len(free)}
    return _("Nobody is free at that time")


def booked_in_words(number: int) -> str:
    """ "12 people booked"."""
    return ngettext("%(count)d person booked", "%(count)d people booked", number) % {"count": number}


def _in_short(losses: Sequence[Loss]) -> str:
    """ "11 people lose it. 9 can still make their weeks. 1 cannot. 1 needs nothing more." """
    good = sum(one.week.repair is not None and one.week.repair.reaches for one in losses)
    whole = sum(one.week.repair is None and one.week.why_not is None for one in losses)
    parts = [ngettext("%(count)d person loses it.", "%(count)d people lose it.", len(losses)) % {"count": len(losses)}]
    if good:
        words = ngettext("%(count)d can still make their week.", "%(count)d can still make their weeks.", good)
        parts.append(words % {"count": good})
    if cannot := len(losses) - good - whole:
        words = ngettext("%(count)d cannot this week.", "%(count)d cannot this week.", cannot)
        parts.append(words % {"count": cannot})
    if whole:
        words = ngettext("%(count)d needs nothing more.", "%(count)d need nothing more.", whole)
        parts.append(words % {"count": whole})
    return " ".join(parts)
