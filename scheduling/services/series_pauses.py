"""Pauses: dates on which a series takes no place."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from people.domain.time import DateRange
from people.errors import InvalidInput
from scheduling.models import SeriesPause, SessionSeries
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_rules import pauses_of

LONGEST = timedelta(days=366)


def pause_edit(series: SessionSeries, *, starts_on: date, ends_on: date, reason: str = "") -> SeriesEdit:
    """The edit that adds a pause, both dates included: occurrences in it are cancelled with their bookings.

    Raises InvalidInput naming the field that is wrong.
    """
    if ends_on < starts_on:
        raise InvalidInput({"ends_on": _("The pause ends before it starts.")})
    if ends_on - starts_on > LONGEST:
        raise InvalidInput({"ends_on": _("A pause lasts a year at most; end the series instead.")})
    pauses = dict.fromkeys([*pauses_of(series), DateRange(starts_on, ends_on)])
    return SeriesEdit(Scope.ALL, pauses=tuple(pauses), reason=reason)


def resume_edit(series: SessionSeries, pause: SeriesPause) -> SeriesEdit:
    """The edit that takes a pause away: its occurrences come back under their ids, without the bookings they had."""
    gone = DateRange(pause.starts_on, pause.ends_on)
    return SeriesEdit(Scope.ALL, pauses=tuple(one for one in pauses_of(series) if one != gone))
