"""What an edit would do, in words: the answer first, then each thing that somebody would miss."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.errors import Refusal
from people.models import Counselor, Room
from scheduling.domain.staffing import LIFTED_WITH_A_REASON
from scheduling.enums import BookingStatus
from scheduling.errors import BY_CODE, BookingCancelled, ConsentMissing, NotAFamilySession
from scheduling.models import Session
from scheduling.services.series_fates import Clash
from scheduling.services.series_preview import Preview
from scheduling.services.series_targets import Target
from scheduling.services.uninviting import Uninvited
from web import format as figures
from web.rows.covers import against_in_words
from web.rows.places import conflict_lines

MOST_LINES = 40


@dataclass(frozen=True)
class LostSeat:
    """Somebody who would lose their seat, and why."""

    name: str
    when: str
    why: str
    offered: bool


@dataclass(frozen=True)
class Guest:
    """A family member who would be asked no more, to what and why."""

    name: str
    when: str
    why: str


@dataclass(frozen=True)
class Change:
    """One occurrence that would be another: what happens, when it is now and then."""

    icon: str
    words: str


@dataclass(frozen=True)
class PreviewView:
    """A preview as the page shows it."""

    answer: str
    refused: str
    lost: tuple[LostSeat, ...]
    guests: tuple[Guest, ...]
    changes: tuple[Change, ...]
    more: int
    clashes: tuple[str, ...]
    carried: str
    confirmed: str
    may_leave_out: bool
    may_lift: bool


def preview_view(preview: Preview, *, zone: ZoneInfo) -> PreviewView:
    """The preview in words; times on the site's clocks."""
    refusal = preview.refusal
    changes = [change for target in preview.targets if (change := _change(target, zone)) is not None]
    lost = [
        LostSeat(
            name=fate.booking.patient.name,
            when=moment(fate.booking.starts_at, zone),
            why=str(BY_CODE[fate.codes[0]].title),
            offered=fate.booking.status == BookingStatus.OFFERED,
        )
        for fate in preview.lost
    ]
    return PreviewView(
        answer=_answer(preview, refusal),
        refused=str(refusal.detail) if refusal is not None else "",
        lost=tuple(lost),
        guests=tuple(_guest(one, zone) for one in preview.guests),
        changes=tuple(changes[:MOST_LINES]),
        more=max(0, len(changes) - MOST_LINES),
        clashes=(*_clash_words(preview.clashes, zone), *_other_lines(preview, zone)),
        carried=_carried(preview),
        confirmed=",".join(str(fate.booking.pk) for fate in preview.lost),
        may_leave_out=bool(preview.clashes)
        and not preview.too_small
        and not preview.shut
        and not preview.far
        and not preview.edit.without_clashing,
        may_lift=refusal is not None and _may_lift(preview),
    )


def _may_lift(preview: Preview) -> bool:
    """Whether a reason alone would do: all that is in the way is somebody's hours, or their day."""
    in_the_way = preview.too_small or preview.shut
    return not in_the_way and all(
        clash.finding is not None and clash.finding.code in LIFTED_WITH_A_REASON for clash in preview.clashes
    )


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """ "Mon 23 Nov, 6 pm"."""
    return f"{figures.short_day(at.astimezone(zone).date())}, {figures.clock(at, zone=zone)}"


def _answer(preview: Preview, refusal: Refusal | None) -> str:
    if refusal is not None:
        return str(refusal.title)
    people = len(preview.lost_patients)
    if people:
        words = ngettext("%(count)d person would lose a seat", "%(count)d people would lose a seat", people)
        return words % {"count": people}
    changed = sum(1 for target in preview.told if target.differs)
    if not changed:
        return _("Nothing that is planned changes")
    words = ngettext(
        "%(count)d session changes, nobody loses a seat", "%(count)d sessions change, nobody loses a seat", changed
    )
    return words % {"count": changed}


def _guest(one: Uninvited, zone: ZoneInfo) -> Guest:
    invitation = one.invitation
    said = {"name": invitation.member.name, "patient": invitation.booking.patient.name}
    why = {
        NotAFamilySession.code: _("It is no family session any more"),
        ConsentMissing.code: _("The consent does not cover the new day"),
        BookingCancelled.code: _("The appointment ends"),
    }[one.code]
    return Guest(_("%(name)s, asked by %(patient)s") % said, moment(invitation.session.starts_at, zone), why)


def _carried(preview: Preview) -> str:
    count = len([fate for fate in preview.carried if fate.booking.live])
    if not count:
        return ""
    words = ngettext("%(count)d booking moves along.", "%(count)d bookings move along.", count)
    return words % {"count": count}


def _change(target: Target, zone: ZoneInfo) -> Change | None:
    now = moment(target.was_starts_at, zone) if target.was_starts_at else ""
    then = moment(target.starts_at, zone)
    if target.is_quiet:
        return None
    if not target.takes_place:
        return Change("x-circle", _("%(when)s is called off") % {"when": now})
    if target.change == "added":
        return Change("plus-circle", _("%(when)s is new") % {"when": then})
    if target.change == "moved" and now != then:
        return Change("arrow-right", _("%(when)s moves to %(then)s") % {"when": now, "then": then})
    if target.change == "moved":
        minutes = int((target.ends_at - target.starts_at).total_seconds()) // 60
        return Change("clock", _("%(when)s lasts %(length)s") % {"when": now, "length": figures.minutes(minutes)})
    return None


def _other_lines(preview: Preview, zone: ZoneInfo) -> list[str]:
    lines = [line for refusal in (preview.shut, preview.far) if refusal is not None for line in conflict_lines(refusal)]
    return lines + [_too_full(row, zone) for row in preview.too_small[:MOST_LINES]]


def _too_full(session: Session, zone: ZoneInfo) -> str:
    taken = session.seats_taken + session.seats_held
    words = ngettext("%(when)s: %(count)d seat is taken", "%(when)s: %(count)d seats are taken", taken)
    return words % {"when": moment(session.starts_at, zone), "count": taken}


def _clash_words(clashes: Sequence[Clash], zone: ZoneInfo) -> list[str]:
    named = {what: {one.who for one in clashes if one.what == what} for what in ("counselor", "room")}
    people = dict(Counselor.objects.filter(pk__in=named["counselor"]).values_list("pk", "name"))
    rooms = dict(Room.objects.filter(pk__in=named["room"]).values_list("pk", "name"))
    words = []
    for clash in clashes:
        said = {
            "who": (people if clash.what == "counselor" else rooms).get(clash.who, ""),
            "when": moment(clash.target.starts_at, zone),
        }
        if clash.finding is None:
            words.append(_("%(who)s is taken on %(when)s") % said)
        else:
            words.append(_("%(who)s on %(when)s: %(why)s") % {**said, "why": against_in_words(clash.finding)})
    return words
