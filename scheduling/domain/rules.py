"""Reading a recurrence rule: RFC 5545's RRULE, DAILY to YEARLY, checked before anything is expanded."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from people.domain.sentences import Sentence, gettext_noop
from people.domain.time import LATEST_YEAR, to_wall

LONGEST_TEXT = 1000
MOST_TIMES_A_DAY = 24
HORIZON = datetime(LATEST_YEAR, 12, 31, 23, 59, 59)  # noqa: DTZ001 - wall times are naive on purpose

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(?:(T\d{6})(Z)?)?", re.ASCII)
_WHOLE = re.compile(r"\d+", re.ASCII)
_SIGNED = re.compile(r"[+-]?\d+", re.ASCII)
_OTHER_LINES = re.compile(r"(RDATE|EXDATE|EXRULE|DTSTART|DTEND|DURATION|RECURRENCE-ID)\s*[:;]", re.ASCII)
# The least and the greatest value of each list of numbers; where negative ones count from the end, 0 means nothing.
_NUMBERS: dict[str, tuple[int, int]] = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
    "BYSETPOS": (-366, 366),
}
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBERS})


class Frequency(StrEnum):
    """How long a rule's period is."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class RuleError(ValueError):
    """Why a text is no rule that we take: a stable `code` and a sentence for people, `detail`."""

    def __init__(self, code: str, words: str, **data: object) -> None:
        self.code = code
        self.detail = Sentence(words, data)
        super().__init__(str(self.detail))


@dataclass(frozen=True, slots=True)
class NthDay:
    """A weekday (Monday is 0), and which one of its month or year; 0 means every one, negative counts from the end."""

    nth: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule of a site's wall clock; `until` is a wall time and included."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    week_start: int = 0
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_week_number: tuple[int, ...] = ()
    by_day: tuple[NthDay, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()


@lru_cache(maxsize=4096)
def parse_rule(text: str, *, zone: ZoneInfo) -> Rule:
    """Read one RRULE; the name `RRULE:` may stand before it.

    UNTIL is wall time of `zone`; one with `Z` is converted, a bare date means its end. Raises RuleError with the code
    `rule_lines` (more than one rule, or dates beside it), `rule_syntax`, `rule_frequency`, `rule_interval`,
    `rule_count`, `rule_until`, `rule_value`, `rule_times` (too many times a day) or `rule_combination`.
    """
    parts = _parts(text)
    frequency = _frequency(parts)
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("rule_combination", gettext_noop("A rule ends after a number of times or on a date, not both."))
    numbers = {name: _numbers(name, parts[name]) for name in _NUMBERS if name in parts}
    rule = Rule(
        frequency=frequency,
        interval=_positive("rule_interval", "INTERVAL", parts.get("INTERVAL", "1")),
        count=_positive("rule_count", "COUNT", parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        week_start=_weekday(parts.get("WKST", "MO")),
        by_month=numbers.get("BYMONTH", ()),
        by_month_day=numbers.get("BYMONTHDAY", ()),
        by_year_day=numbers.get("BYYEARDAY", ()),
        by_week_number=numbers.get("BYWEEKNO", ()),
        by_day=_days(parts["BYDAY"]) if "BYDAY" in parts else (),
        by_hour=numbers.get("BYHOUR", ()),
        by_minute=numbers.get("BYMINUTE", ()),
        by_second=numbers.get("BYSECOND", ()),
        by_position=numbers.get("BYSETPOS", ()),
    )
    _check_combination(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    """Split the text into its parts, each named once and known."""
    line = text.strip().upper()
    if len(line) > LONGEST_TEXT:
        raise RuleError("rule_syntax", gettext_noop("A rule has at most %(most)d characters."), most=LONGEST_TEXT)
    if len(line.splitlines()) > 1 or line.count("RRULE") > 1 or line.count("FREQ=") > 1 or _OTHER_LINES.search(line):
        raise RuleError("rule_lines", gettext_noop("One rule alone is taken, without further rules or dates."))
    parts: dict[str, str] = {}
    for part in line.removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            words = gettext_noop("A rule is made of NAME=VALUE parts; %(part)s is none.")
            raise RuleError("rule_syntax", words, part=_shown(part))
        if name not in _PARTS:
            raise RuleError("rule_syntax", gettext_noop("A rule has no part %(part)s."), part=_shown(name))
        if name in parts:
            raise RuleError("rule_syntax", gettext_noop("%(part)s stands twice in the rule."), part=name)
        parts[name] = value
    return parts


def _shown(text: str) -> str:
    return f"“{text[:40]}”"


def _frequency(parts: dict[str, str]) -> Frequency:
    try:
        return Frequency(parts["FREQ"])
    except KeyError:
        raise RuleError("rule_frequency", gettext_noop("A rule needs its FREQ.")) from None
    except ValueError:
        raise RuleError("rule_frequency", gettext_noop("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")) from None


def _positive(code: str, name: str, value: str) -> int:
    if _WHOLE.fullmatch(value) is None or int(value) < 1:
        raise RuleError(code, gettext_noop("%(part)s is a whole number of 1 or more."), part=name)
    return int(value)


def _until(value: str, zone: ZoneInfo) -> datetime:
    match = _UNTIL.fullmatch(value)
    if match is None:
        words = gettext_noop("UNTIL is a date, or a date and a time: 20261231 or 20261231T235959.")
        raise RuleError("rule_until", words)
    on, at, utc = match.groups()
    try:
        until = datetime.strptime(on + (at or "T235959"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time
        if until >= HORIZON:
            return HORIZON
        return (
            to_wall(until.replace(tzinfo=UTC), zone)
            if utc
            else datetime.combine(until, until.time() if at else time.max)
        )
    except (ValueError, OverflowError):
        words = gettext_noop("No calendar has the UNTIL %(value)s.")
        raise RuleError("rule_until", words, value=_shown(value)) from None


def _weekday(value: str) -> int:
    if value not in _DAYS:
        raise RuleError("rule_value", gettext_noop("WKST is one of %(days)s."), days=", ".join(_DAYS))
    return _DAYS.index(value)


def _days(value: str) -> tuple[NthDay, ...]:
    days = []
    for item in value.split(","):
        match = _DAY.fullmatch(item)
        if match is None:
            words = gettext_noop("BYDAY takes days as MO or -1FR; %(value)s is none.")
            raise RuleError("rule_value", words, value=_shown(item))
        nth = int(match[1]) if match[1] else 0
        if abs(nth) > 53 or (match[1] and nth == 0):
            raise RuleError("rule_value", gettext_noop("%(part)s has no %(value)s."), part="BYDAY", value=_shown(item))
        days.append(NthDay(nth, _DAYS.index(match[2])))
    return tuple(dict.fromkeys(days))


def _numbers(name: str, value: str) -> tuple[int, ...]:
    least, greatest = _NUMBERS[name]
    numbers = set()
    for item in value.split(","):
        number = int(item) if _SIGNED.fullmatch(item) else None
        if number is None or not least <= number <= greatest or (least < 0 and number == 0):
            raise RuleError("rule_value", gettext_noop("%(part)s has no %(value)s."), part=name, value=_shown(item))
        numbers.add(number)
    return tuple(sorted(numbers))


def _check_combination(rule: Rule) -> None:
    """Refuse what RFC 5545, section 3.3.10, forbids, and more times a day than anyone has sessions."""
    times = max(1, len(rule.by_hour)) * max(1, len(rule.by_minute)) * max(1, len(rule.by_second))
    if times > MOST_TIMES_A_DAY:
        words = gettext_noop("A rule may name at most %(most)d times a day.")
        raise RuleError("rule_times", words, most=MOST_TIMES_A_DAY)
    counted = any(day.nth for day in rule.by_day)
    anything = (
        rule.by_month
        or rule.by_month_day
        or rule.by_year_day
        or rule.by_week_number
        or rule.by_day
        or rule.by_hour
        or rule.by_minute
        or rule.by_second
    )
    forbidden = {
        gettext_noop("BYWEEKNO goes with YEARLY alone."): rule.by_week_number and rule.frequency != Frequency.YEARLY,
        gettext_noop("BYYEARDAY goes with YEARLY alone."): rule.by_year_day and rule.frequency != Frequency.YEARLY,
        gettext_noop("BYMONTHDAY does not go with WEEKLY."): rule.by_month_day and rule.frequency == Frequency.WEEKLY,
        gettext_noop("A counted day such as 2MO goes with MONTHLY and YEARLY."): counted
        and rule.frequency in (Frequency.DAILY, Frequency.WEEKLY),
        gettext_noop("A month has at most five of a day."): (rule.frequency == Frequency.MONTHLY or rule.by_month)
        and any(abs(day.nth) > 5 for day in rule.by_day),
        gettext_noop("A counted day such as 2MO does not go with BYWEEKNO."): counted and rule.by_week_number,
        gettext_noop("Counted days such as 2MO and plain ones such as WE are two rules."): counted
        and any(day.nth == 0 for day in rule.by_day),
        gettext_noop("BYSETPOS chooses among what another BY part names."): rule.by_position and not anything,
    }
    for words, holds in forbidden.items():
        if holds:
            raise RuleError("rule_combination", words)
