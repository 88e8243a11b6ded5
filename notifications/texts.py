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
