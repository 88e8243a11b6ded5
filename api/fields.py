"""How ids, instants, dates and texts are read and written, alike in every resource."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from people.domain.time import as_utc, resolve_wall
from people.models import User

LARGEST_ID = 2**63 - 1
EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
MOST_MINUTES = 32_767

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_id(given: object) -> int | None:
    """The number behind an id; None for what can be no id of ours."""
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def find(rows: QuerySet[Any], given: object) -> Any:
    """The row with the id. Raises Http404 for one that is not there or not seen, and for what is no id."""
    number = parse_id(given)
    row = rows.filter(pk=number).first() if number is not None else None
    if row is None:
        raise Http404
    return row


def read_instant(text: str) -> datetime:
    """An RFC 3339 instant with its offset, in UTC. Raises ValueError for anything else, and outside 1900 to 2100."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text.upper())
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise ValueError(text)
    return as_utc(instant)


def read_date(text: str) -> date:
    """A date written YYYY-MM-DD. Raises ValueError for anything else, and outside 1900 to 2100."""
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    on = date.fromisoformat(text)
    if not EARLIEST_YEAR <= on.year <= LATEST_YEAR:
        raise ValueError(text)
    return on


# --- read --------------------------------------------------------------------------------------------------------


@extend_schema_field({"type": "string"})
class Reference(serializers.Field[Any, Any, Any, Any]):
    """The id of a row that the account sees, read as the row itself."""

    default_error_messages = {"unknown": _("There is no such thing, or you do not see it.")}

    def __init__(self, rows: Callable[[User], QuerySet[Any]], **options: Any) -> None:
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Model:
        try:
            row: Model = find(self.rows(self.context["user"]), data)
        except Http404:
            self.fail("unknown")
        return row

    def to_representation(self, value: Any) -> str:
        return str(value.pk)


class Subject(Reference):
    """The thing that a request is about: one that is not seen answers 404, as it would in the address."""

    def to_internal_value(self, data: Any) -> Model:
        if not isinstance(data, str | int):
            self.fail("unknown")
        row: Model = find(self.rows(self.context["user"]), data)
        return row


@extend_schema_field({"type": "string"})
class IdFilter(serializers.Field[Any, Any, Any, Any]):
    """An id that a list is narrowed to; one that nobody has leaves nothing."""

    default_error_messages = {"invalid": _("This is not an id.")}

    def to_internal_value(self, data: Any) -> int:
        number = parse_id(data)
        if number is None:
            self.fail("invalid")
        return number

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "string", "format": "date-time"})
class Instant(serializers.Field[Any, Any, Any, Any]):
    """A moment with its offset from UTC, whatever the offset."""

    default_error_messages = {
        "invalid": _("Write a moment with its offset from UTC, such as 2026-11-24T18:00:00-07:00.")
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            return read_instant(str(data))
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat())


class InstantFilter(Instant):
    """A moment in an address. A bare date is its midnight where the account is at home.

    A `+` that was not escaped arrives as a blank; it is taken for what was meant.
    """

    def to_internal_value(self, data: Any) -> datetime:
        text = str(data)
        try:
            on = read_date(text)
        except ValueError:
            return super().to_internal_value(re.sub(r" (?=\d\d:\d\d$)", "+", text))
        return resolve_wall(datetime(on.year, on.month, on.day), self.context["zone"]())  # noqa: DTZ001  (a wall time)


@extend_schema_field({"type": "string", "format": "date"})
class LocalDate(serializers.Field[Any, Any, Any, Any]):
    """A local date."""

    default_error_messages = {"invalid": _("Write a date such as 2026-11-23.")}

    def to_internal_value(self, data: Any) -> date:
        try:
            return read_date(str(data))
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat())


@extend_schema_field({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
class WallTime(serializers.Field[Any, Any, Any, Any]):
    """A time of day, HH:MM, as somebody's clock shows it."""

    default_error_messages = {"invalid": _("Write a time such as 21:30.")}

    def to_internal_value(self, data: Any) -> time:
        if not _TIME.fullmatch(str(data)):
            self.fail("invalid")
        return time.fromisoformat(str(data))

    def to_representation(self, value: time) -> str:
        return value.isoformat("minutes")


class OptionalText(serializers.CharField):
    """A text that may be left out; null means none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **options)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, "") if data is None else super().validate_empty_values(data)


class OptionalChoice(serializers.ChoiceField):
    """One of a list that may be left out; null means none."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, required=False, allow_null=True, allow_blank=True, **options)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, "") if data is None else super().validate_empty_values(data)


class Number(serializers.IntegerField):
    """A whole number that a small column holds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST_MINUTES, **options})


# --- written -----------------------------------------------------------------------------------------------------


class Id(serializers.CharField):
    """An id as an opaque string."""

    def __init__(self, source: str = "pk", **options: Any) -> None:
        super().__init__(source=source, read_only=True, **options)


class Text(serializers.CharField):
    """A text, null where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Any) -> Any:
        return str(value) or None


@extend_schema_field({"type": "string", "format": "date-time"})
class SiteInstant(serializers.Field[Any, Any, Any, Any]):
    """A moment in the offset of a site; `site` is the path from the row to it, without one the account's own zone."""

    def __init__(self, *, site: str | None = "site", **options: Any) -> None:
        self.site = site
        super().__init__(read_only=True, **options)

    def get_attribute(self, instance: Any) -> datetime | None:
        instant: datetime | None = super().get_attribute(instance)
        if instant is None:
            return None
        zone: ZoneInfo = self.context["zone"]() if self.site is None else attrgetter(self.site)(instance).zone
        return instant.astimezone(zone)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["starts_at", "ends_at"],
            "properties": {
                "starts_at": {"type": "string", "format": "date-time"},
                "ends_at": {"type": "string", "format": "date-time"},
            },
        },
    }
)
class SiteBreaks(serializers.Field[Any, Any, Any, Any]):
    """Breaks, stored as pairs of UTC instants, in the offset of a site."""

    def __init__(self, *, site: str = "site", **options: Any) -> None:
        self.site = site
        super().__init__(read_only=True, **options)

    def get_attribute(self, instance: Any) -> list[dict[str, str]]:
        zone = attrgetter(self.site)(instance).zone
        return [
            {"starts_at": _in_zone(start, zone), "ends_at": _in_zone(end, zone)}
            for start, end in super().get_attribute(instance) or ()
        ]

    def to_representation(self, value: list[dict[str, str]]) -> list[dict[str, str]]:
        return value


def _in_zone(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).astimezone(zone).isoformat()
