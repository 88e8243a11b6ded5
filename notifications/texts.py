"""What messages say: that there is an appointment, when, whom to call, how to stop them. Nothing else, ever.

No person, service, program or kind of session is named (42 CFR Part 2); the sender is the site's neutral `sender_name`.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

SMALL_LETTERS = frozenset({"es"})
"""The languages that write days and months small."""

TWENTY_FOUR_HOURS = frozenset({"es"})
"""The languages in which six in the evening is 18:00."""


@dataclass(frozen=True)
class Text:
    """A message ready to be read."""

    subject: str
    body: str


def appointment_text(
    starts_at: datetime, *, zone: ZoneInfo, language: str, phone: str, sender_name: str, preferences_url: str
) -> Text:
    """The reminder of one appointment, in the person's language and the site's time."""
    local = starts_at.astimezone(zone)
    with translation.override(language):
        when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
        paragraphs = [_("You have an appointment on %(day)s, %(time)s.") % when]
        if phone:
            paragraphs.append(_("Questions, or something came up? Call %(phone)s.") % {"phone": readable_phone(phone)})
        stop = _("To stop these messages, change your preferences at %(url)s or tell us when you call.")
        paragraphs.append(stop % {"url": preferences_url})
        if sender_name:
            paragraphs.append(sender_name)
        return Text(subject=_("Your appointment on %(day)s, %(time)s") % when, body="\n\n".join(paragraphs) + "\n")


def invitation_text(
    starts_at: datetime, *, zone: ZoneInfo, language: str, phone: str, sender_name: str, place: str, url: str
) -> Text:
    """When and where somebody is asked to come, and where to answer; who asks and why is not said."""
    local = starts_at.astimezone(zone)
    with translation.override(language):
        when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
        paragraphs = [_("You are invited to an appointment on %(day)s, %(time)s.") % when]
        if place:
            paragraphs.append(place)
        paragraphs.append(_("Will you come? Please answer here: %(url)s") % {"url": url})
        paragraphs += _closing(phone, sender_name)
        return Text(subject=_("An appointment on %(day)s, %(time)s") % when, body="\n\n".join(paragraphs) + "\n")


def invitation_change_text(
    was_at: datetime,
    starts_at: datetime | None,
    *,
    zone: ZoneInfo,
    language: str,
    phone: str,
    sender_name: str,
    place: str | None = None,
) -> Text:
    """An appointment to which somebody was asked has another time, or none any more (`starts_at` is None), or another
    place: where it is new, `place` says it, "" that it is by video.
    """
    local = was_at.astimezone(zone)
    with translation.override(language):
        when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
        if starts_at is None:
            paragraphs = [
                _("The appointment on %(day)s, %(time)s to which you were invited does not take place.") % when
            ]
        elif starts_at == was_at:
            paragraphs = [_("The appointment on %(day)s, %(time)s to which you were invited has another place.") % when]
        else:
            new = starts_at.astimezone(zone)
            when |= {"new_day": short_day(new, language=language), "new_time": clock_time(new, language=language)}
            paragraphs = [
                _("The appointment on %(day)s, %(time)s to which you were invited is now on %(new_day)s, %(new_time)s.")
                % when
            ]
        if place is not None:
            paragraphs.append(place or _("It is by video now. The link to join appears where you answered."))
        paragraphs += _closing(phone, sender_name)
        return Text(subject=_("Your appointment on %(day)s, %(time)s") % when, body="\n\n".join(paragraphs) + "\n")


def offer_text(starts_at: datetime, ends_at: datetime, held_until: datetime, *, url: str, letter: "Letter") -> Text:
    """A time for which the person waited has opened, is held until a moment, and is answered at the link."""
    with translation.override(letter.language):
        when = letter.span(starts_at, ends_at) | {"until": letter.moment(held_until)}
        paragraphs = [
            _("A time has opened on %(day)s, %(times)s.") % when,
            _("It is held for you until %(until)s. Yes or no? Please answer here: %(url)s") % {**when, "url": url},
        ]
        return letter.text(_("A time has opened on %(day)s, %(time)s") % when, paragraphs)


def seat_text(starts_at: datetime, ends_at: datetime, *, week_url: str, letter: "Letter") -> Text:
    """A time for which the person waited is theirs."""
    with translation.override(letter.language):
        when = letter.span(starts_at, ends_at)
        paragraphs = [
            _("The time that you waited for is yours: %(day)s, %(times)s.") % when,
            _("If you cannot come, please give it back at %(url)s.") % {"url": week_url},
        ]
        return letter.text(_("Your appointment on %(day)s, %(time)s") % when, paragraphs)


def offer_ended_text(
    starts_at: datetime, ends_at: datetime, held_until: datetime, *, book_url: str, letter: "Letter"
) -> Text:
    """A time was held for the person, who did not answer, and no longer waits for it."""
    with translation.override(letter.language):
        when = letter.span(starts_at, ends_at) | {"until": letter.moment(held_until)}
        paragraphs = [
            _("The time on %(day)s, %(times)s was held for you until %(until)s and has been passed on.") % when,
            _("You no longer wait for it. You can ask for it again at %(url)s.") % {"url": book_url},
        ]
        return letter.text(_("The time on %(day)s, %(time)s") % when, paragraphs)


def nudge_text(starts_at: datetime, *, zone: ZoneInfo, language: str, url: str) -> Text:
    """Something of a day and a time waits for a signature of the staff; what it is stands behind the sign-in."""
    local = starts_at.astimezone(zone)
    with translation.override(language):
        when = {"day": short_day(local, language=language), "time": clock_time(local, language=language)}
        body = "\n\n".join([_("A list of %(day)s, %(time)s is not signed yet.") % when, url])
        return Text(subject=_("%(day)s, %(time)s: a signature is missing") % when, body=body + "\n")


@dataclass(frozen=True)
class Letter:
    """What every message about a time has in common: whose clocks and language, whom to call, how to stop them."""

    zone: ZoneInfo
    language: str
    phone: str
    sender_name: str
    preferences_url: str

    def span(self, starts_at: datetime, ends_at: datetime) -> dict[str, str]:
        """`day`, `time` and `times` of an appointment, in the active language."""
        start, end = starts_at.astimezone(self.zone), ends_at.astimezone(self.zone)
        time, until = (clock_time(one, language=self.language) for one in (start, end))
        return {"day": short_day(start, language=self.language), "time": time, "times": f"{time} – {until}"}

    def moment(self, instant: datetime) -> str:
        """A day and a time of day, in the active language."""
        local = instant.astimezone(self.zone)
        return f"{short_day(local, language=self.language)}, {clock_time(local, language=self.language)}"

    def text(self, subject: str, paragraphs: list[str]) -> Text:
        """The message, with how to stop them before whom to call and the neutral sender."""
        stop = _("To stop these messages, change your preferences at %(url)s or tell us when you call.")
        closing = _closing(self.phone, self.sender_name)
        call, sender = (closing[:1], closing[1:]) if self.phone else ([], closing)
        whole = [*paragraphs, *call, stop % {"url": self.preferences_url}, *sender]
        return Text(subject=subject, body="\n\n".join(whole) + "\n")


def _closing(phone: str, sender_name: str) -> list[str]:
    """Whom to call, and the neutral sender."""
    call = _("Questions, or something came up? Call %(phone)s.")
    return [*([call % {"phone": readable_phone(phone)}] if phone else []), *([sender_name] if sender_name else [])]


def short_day(local: datetime, *, language: str) -> str:
    """The day as people write it, in the active language: Tue 24 Nov, or mar 24 nov."""
    day = format_date(local, "D j M")
    return day.lower() if language in SMALL_LETTERS else day


def clock_time(local: datetime, *, language: str) -> str:
    """The time of day as people write it: 6:00 pm, or 18:00."""
    if language in TWENTY_FOUR_HOURS:
        return f"{local:%H:%M}"
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def readable_phone(phone: str) -> str:
    """The number in groups, or as it was typed where it is none."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
