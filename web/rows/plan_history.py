"""How a plan came to be: who changed it when, and what was decided about suggestions."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import SuggestionDecision, SuggestionKind
from attendance.models import PlanSuggestion
from people.models import TrailEntry, User
from web import format as figures
from web.rows.contacts import when_said

SHOWN = 30


@dataclass(frozen=True)
class Change:
    """A step of the history: who did what, what came of it, and when."""

    at: dt.datetime
    what: str
    detail: str
    when: str


@dataclass(frozen=True)
class SuggestionCard:
    """A suggestion that waits: what the weeks say, what could be done, and where."""

    pk: int
    kind: str
    name: str
    words: str
    could: str
    url: str
    patient_url: str
    since: str
    may_decide: bool


def changes_of(
    entries: Iterable[TrailEntry], decided: Iterable[PlanSuggestion], names: Mapping[int, str], *, zone: ZoneInfo
) -> list[Change]:
    """The latest first; `names` of the accounts by id."""
    said = [_of_entry(entry, names, zone) for entry in entries]
    said += [_of_suggestion(one, zone) for one in decided]
    return sorted(said, key=lambda one: one.at, reverse=True)[:SHOWN]


def names_of(entries: Iterable[TrailEntry]) -> dict[int, str]:
    """The names of those who did it; one query."""
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def _of_entry(entry: TrailEntry, names: Mapping[int, str], zone: ZoneInfo) -> Change:
    who = names.get(entry.actor_id or 0, "")
    words = {
        "phase_added": _("added a phase"),
        "phase_changed": _("changed a phase"),
        "phase_removed": _("took out a phase"),
        "template_applied": _("followed a template"),
    }[entry.action]
    what = _("%(who)s %(what)s") % {"who": who or _("The system"), "what": words}
    after, before = _phases(entry.after), _phases(entry.before)
    detail = "; ".join(_told(one) for one in after)
    if not after:
        detail = _("gone: %(phases)s") % {"phases": "; ".join(_told(one) for one in before)}
    return Change(entry.at, what, detail, when_said(entry.at, zone))


def _phases(facts: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    if facts is None:
        return []
    phases: list[Mapping[str, Any]] = facts.get("phases", [facts] if "min_minutes" in facts else [])
    return phases


def _told(facts: Mapping[str, Any]) -> str:
    """ "9 h on 3 days, 23 Nov – 20 Dec"; an entry of an older release knows no days."""
    starts = dt.date.fromisoformat(facts["starts_on"])
    days = _("from %(day)s on") % {"day": figures.day_range(starts, starts)}
    if facts["ends_on"]:
        days = figures.day_range(starts, dt.date.fromisoformat(facts["ends_on"]))
    minimum = int(facts["min_minutes"])
    per_week = facts.get("days_per_week")
    asked = figures.target_in_words(minimum, per_week) if per_week else figures.minutes(minimum)
    return f"{asked}, {days}"


def _of_suggestion(one: PlanSuggestion, zone: ZoneInfo) -> Change:
    at = one.decided_at or one.raised_at
    if one.decision == SuggestionDecision.LAPSED:
        what = _("Suggestion that is no longer so: %(kind)s")
    elif one.decision == SuggestionDecision.ACCEPTED:
        what = _("%(who)s took it up: %(kind)s")
    else:
        what = _("%(who)s left the plan as it is: %(kind)s")
    words = what % {
        "who": one.decided_by.name if one.decided_by else _("Somebody"),
        "kind": _lower(str(SuggestionKind(one.kind).label)),
    }
    detail = f"“{one.reason}”" if one.reason else run_words(one)
    return Change(at, words, detail, when_said(at, zone))


def run_words(one: PlanSuggestion) -> str:
    """ "4 weeks in a row at 9 h, 9 h 40 on average"."""
    facts = one.facts
    weeks = int(facts.get("weeks", 0))
    if one.kind == SuggestionKind.STEP_DOWN:
        text = ngettext(
            "%(weeks)d week in a row at %(goal)s or more, %(mean)s on average",
            "%(weeks)d weeks in a row at %(goal)s or more, %(mean)s on average",
            weeks,
        )
    else:
        text = ngettext(
            "%(weeks)d week in a row below %(goal)s, %(mean)s on average",
            "%(weeks)d weeks in a row below %(goal)s, %(mean)s on average",
            weeks,
        )
    return text % {
        "weeks": weeks,
        "goal": figures.minutes(int(facts.get("min_minutes", 0))),
        "mean": figures.minutes(int(facts.get("mean_credited_minutes", 0))),
    }


def suggestion_cards(
    rows: Sequence[PlanSuggestion], *, next_week: Mapping[int, dt.date], managed: Collection[int]
) -> list[SuggestionCard]:
    """The suggestions that wait, with patient and admission's site read.

    `next_week` says by admission when a step would begin; at the `managed` sites one decides.
    """
    return [_card(one, next_week[one.admission_id], may_decide=one.admission.site_id in managed) for one in rows]


def _card(one: PlanSuggestion, begins: dt.date, *, may_decide: bool) -> SuggestionCard:
    plan = reverse("patient-plan", args=[one.patient_id])
    step = one.facts.get("next")
    could, url = _("Look at the plan together."), f"{plan}#change"
    if one.kind == SuggestionKind.STEP_DOWN and step:
        asked = figures.target_in_words(int(step["min_minutes"]), int(step["days_per_week"]))
        could = _("Could step down to %(asked)s.") % {"asked": asked}
        if "template" in step:
            query: dict[str, str | int] = {
                "what": "follow",
                "step": f"{step['template']}:{step['step']}",
                "starts_on": begins.isoformat(),
                "suggestion": one.pk,
            }
            url = f"{plan}?{urlencode(query)}#preview"
    return SuggestionCard(
        pk=one.pk,
        kind=one.kind,
        name=one.patient.name,
        words=run_words(one),
        could=could,
        url=url,
        patient_url=plan,
        since=when_said(one.raised_at, one.admission.site.zone),
        may_decide=may_decide,
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
