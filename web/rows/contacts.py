"""When somebody last spoke to a person, in a few words."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.enums import CallOutcome, OutreachKind
from attendance.models import Outreach, TreatmentWeek
from web import format as figures

A_WEEK = dt.timedelta(days=7)


def contact_words(contact: Outreach | None, week: TreatmentWeek, today: dt.date) -> str:
    """ "Cory called Tue, no answer"; nothing where the week has seen no contact, or is over."""
    if contact is None or week.week + A_WEEK <= today or contact.at < week.starts_at:
        return ""
    return said_of(contact, week.site.zone, today)


def said_of(contact: Outreach, zone: dt.tzinfo, today: dt.date) -> str:
    """Who, how and when, with what came of it; a week ago and more the weekday has its date."""
    on = contact.at.astimezone(zone).date()
    day = date_format(on, "D") if today - on < A_WEEK else figures.short_day(on)
    said = {"who": contact.by.name.split(" ")[0] if contact.by else _("Somebody"), "day": day}
    words = {
        OutreachKind.CALL: _("%(who)s called %(day)s"),
        OutreachKind.TEXT: _("%(who)s wrote %(day)s"),
        OutreachKind.IN_PERSON: _("%(who)s, %(day)s in person"),
    }[OutreachKind(contact.kind)] % said
    if contact.outcome in ("", CallOutcome.REACHED):
        return words
    outcome = str(CallOutcome(contact.outcome).label)
    return _("%(contact)s: %(outcome)s") % {"contact": words, "outcome": outcome[:1].lower() + outcome[1:]}


def when_said(at: dt.datetime, zone: dt.tzinfo) -> str:
    """ "Tue 17 Nov, 7:40 am"."""
    local = at.astimezone(zone)
    return _("%(day)s, %(time)s") % {"day": figures.short_day(local), "time": figures.clock(local)}
