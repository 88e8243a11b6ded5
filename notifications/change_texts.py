"""What a notice of changes says: which appointments, what is new about each, whom to call. Nothing else, ever.

The same words for patients and for those who lead: who reads along learns that there are appointments, no more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.domain.changes import News, Told
from notifications.texts import Text, clock_time, readable_phone, short_day

MOST_LINES = 20
"""So many appointments are named; the rest are on the page."""


class Place(Protocol):
    """What a text says of a site."""

    address: str
    phone: str
    sender_name: str

    @property
    def zone(self) -> ZoneInfo: ...


def change_text(told: Sequence[Told], *, staff: bool, sites: Mapping[int, Place], language: str, base_url: str) -> Text:
    """One message for all of the changes, soonest first; the site of the first one speaks."""
    home = sites[told[0].after.site]
    with translation.override(language):
        if len(told) == 1:
            subject, said = _alone(told[0], staff=staff, sites=sites, language=language)
        else:
            subject = _count(told)
            said = "\n".join([f"{subject}:", "", *_lines(told, staff=staff, sites=sites, language=language)])
        page = "schedule" if staff else "week"
        paragraphs = [said, _("All your appointments: %(url)s") % {"url": f"{base_url}/{page}/"}]
        if home.phone:
            call = _("Questions, or something came up? Call %(phone)s.")
            paragraphs.append(call % {"phone": readable_phone(home.phone)})
        stop = _("To stop these messages, change your preferences at %(url)s or tell us when you call.")
        paragraphs.append(stop % {"url": f"{base_url}/preferences/"})
        if home.sender_name:
            paragraphs.append(home.sender_name)
        return Text(subject=subject, body="\n\n".join(paragraphs) + "\n")


def _count(told: Sequence[Told]) -> str:
    """How many; where all are new, that they are."""
    if all(one.news == (News.ADDED,) and not one.is_offer for one in told):
        words = ngettext("You have %(count)d new appointment", "You have %(count)d new appointments", len(told))
    else:
        words = ngettext(
            "%(count)d of your appointments has changed", "%(count)d of your appointments have changed", len(told)
        )
    return words % {"count": len(told)}


def change_line(told: Told, *, staff: bool, sites: Mapping[int, Place], language: str) -> str:
    """One change in one line, in the active language: "Tue 24 Nov, 6:00 pm: now 6:30 pm"."""
    zone = sites[told.before.site].zone
    local = told.on.astimezone(zone)
    words = _words(told, staff=staff, sites=sites, language=language)
    when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
    return _("%(day)s, %(time)s: %(news)s") % {**when, "news": ", ".join(words)}


def _lines(told: Sequence[Told], *, staff: bool, sites: Mapping[int, Place], language: str) -> list[str]:
    lines = [change_line(one, staff=staff, sites=sites, language=language) for one in told[:MOST_LINES]]
    more = len(told) - MOST_LINES
    if more > 0:
        lines.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
    return lines


def _alone(told: Told, *, staff: bool, sites: Mapping[int, Place], language: str) -> tuple[str, str]:
    """Subject and sentence of a single change."""
    if told.is_offer or (told.before.held_until is not None and told.news == (News.CANCELLED,)):
        return _offer_alone(told, staff=staff, sites=sites, language=language)
    local = told.on.astimezone(sites[told.before.site].zone)
    when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
    first = told.news[0]
    more = ""
    if first is News.ADDED:
        subject = _("A new appointment on %(day)s, %(time)s") % when
        sentence = _("You have a new appointment on %(day)s, %(time)s.") % when
    elif first is News.CANCELLED and not (staff and _goes_on(told)):
        subject = _("Your appointment on %(day)s is cancelled") % when
        sentence = _("Your appointment on %(day)s, %(time)s is cancelled.") % when
    elif first is News.MOVED:
        to = _moved_to(told, sites=sites, language=language)
        subject = _("Your appointment on %(day)s has moved to %(to)s") % {**when, "to": to}
        sentence = _("Your appointment on %(day)s, %(time)s has moved to %(to)s.") % {**when, "to": to}
        rest = _words(told, staff=staff, sites=sites, language=language)[1:]
        more = " " + _("It is now %(news)s.") % {"news": ", ".join(rest)} if rest else ""
    else:
        words = ", ".join(_words(told, staff=staff, sites=sites, language=language))
        subject = _("Your appointment on %(day)s, %(time)s has changed") % when
        sentence = _("Your appointment on %(day)s, %(time)s has changed: %(news)s.") % {**when, "news": words}
    return subject, sentence + more


def _offer_alone(told: Told, *, staff: bool, sites: Mapping[int, Place], language: str) -> tuple[str, str]:
    """The same of a time that is, or was, only held for somebody."""
    local = told.on.astimezone(sites[told.before.site].zone)
    when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
    if not told.is_offer:
        subject = _("The time on %(day)s, %(time)s is no longer held for you") % when
        return subject, _("The time on %(day)s, %(time)s that was held for you cannot be kept.") % when
    if told.news[0] is News.ADDED:
        subject = _("A time has opened on %(day)s, %(time)s") % when
        sentence = _("A time has opened on %(day)s, %(time)s.") % when
    else:
        news = ", ".join(_news_words(told, staff=staff, sites=sites, language=language))
        subject = _("The time held for you on %(day)s, %(time)s has changed") % when
        sentence = _("The time held for you on %(day)s, %(time)s has changed: %(news)s.") % {**when, "news": news}
    until = _("It is held for you until %(until)s. Please answer under your appointments.")
    return subject, f"{sentence} {until % {'until': _until(told, sites=sites, language=language)}}"


def _until(told: Told, *, sites: Mapping[int, Place], language: str) -> str:
    """The day and time until which it is held."""
    local = _local(told.after.held_until or told.after.starts_at, sites[told.after.site])
    return f"{short_day(local, language=language)}, {clock_time(local, language=language)}"


def _words(told: Told, *, staff: bool, sites: Mapping[int, Place], language: str) -> list[str]:
    """What is new, and until when an offer is held."""
    if told.is_offer:
        held = _("held until %(until)s") % {"until": _until(told, sites=sites, language=language)}
        new = told.news[0] is News.ADDED
        return [held] if new else [*_news_words(told, staff=staff, sites=sites, language=language), held]
    if told.before.held_until is not None and told.news == (News.CANCELLED,):
        return [_("no longer held")]
    return _news_words(told, staff=staff, sites=sites, language=language)


def _news_words(told: Told, *, staff: bool, sites: Mapping[int, Place], language: str) -> list[str]:
    """What is new, a few words each."""
    after = told.after
    zone = sites[after.site].zone
    address = sites[after.site].address
    words = {
        News.ADDED: _("new"),
        News.CANCELLED: _("somebody else takes it over") if staff and _goes_on(told) else _("cancelled"),
        News.BY_VIDEO: _("by video"),
        News.IN_PERSON: _("in person, at %(address)s") % {"address": address} if address else _("in person"),
        News.OTHER_SITE: _("at %(address)s") % {"address": address} if address else _("at another place"),
        News.OTHER_ROOM: _("in another room"),
    }
    said = []
    for one in told.news:
        if one is News.MOVED:
            said.append(_("now %(to)s") % {"to": _moved_to(told, sites=sites, language=language)})
        elif one is News.ENDS:
            said.append(_("until %(time)s") % {"time": clock_time(after.ends_at.astimezone(zone), language=language)})
        else:
            said.append(words[one])
    return said


def _goes_on(told: Told) -> bool:
    return told.after.goes_on


def _moved_to(told: Told, *, sites: Mapping[int, Place], language: str) -> str:
    """The time alone where the day stays."""
    before = _local(told.before.starts_at, sites[told.before.site])
    after = _local(told.after.starts_at, sites[told.after.site])
    time = clock_time(after, language=language)
    if before.date() == after.date():
        return time
    return _("%(day)s, %(time)s") % {"day": short_day(after, language=language), "time": time}


def _local(instant: datetime, site: Place) -> datetime:
    return instant.astimezone(site.zone)
