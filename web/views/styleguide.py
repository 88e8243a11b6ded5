"""Every component with made-up values, to look at while building (debug only)."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from web import format as figures
from web.components.actions import Action
from web.components.hours_bar import build_hours_bar
from web.components.sparkline import SparkWeek
from web.components.status import LOOKS
from web.components.week_grid import GridItem, WeekGrid, build_week_grid, travel_round

ZONE = ZoneInfo("America/Denver")
MONDAY = dt.date(2026, 11, 16)
SWATCHES = (
    ("paper", "page"),
    ("surface", "cards"),
    ("sunken", "wells"),
    ("ink", "text"),
    ("ink-2", "second text"),
    ("line", "hairline"),
    ("edge", "field edge"),
    ("work", "work shading"),
    ("pine", "action, done"),
    ("pine-soft", "tint"),
    ("booked", "booked"),
    ("zone", "goal zone"),
    ("clay", "below, errors"),
    ("amber", "at risk"),
    ("plum", "over"),
    ("slate", "planned, info"),
)


class SampleForm(forms.Form):
    """A field that is right, one that is wrong, a choice and a tick."""

    starts_at = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}))
    ends_at = forms.TimeField(label="To", widget=forms.TimeInput(attrs={"type": "time"}), help_text="At your site.")
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("es", "Español")])
    by_text = forms.BooleanField(label="Send me text messages", required=False)

    def clean_ends_at(self) -> dt.time:
        """Always wrong, to show how that looks."""
        raise forms.ValidationError("Ends before it starts. Past midnight? Choose “next day”.")


def styleguide(request: HttpRequest) -> HttpResponse:
    """The page; 404 outside debug mode."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "styleguide.html", sample_context())


def sample_context() -> dict[str, Any]:
    """The made-up values of the page."""
    return {
        "swatches": SWATCHES,
        "statuses": list(LOOKS),
        "bars": _bars(),
        "bar": build_hours_bar(done=225, booked=165, minimum=540, maximum=1140),
        "repair": {
            "title": f"Saturday 9 am – noon takes you to {figures.minutes(555)}",
            "note": "Group · 4 seats left · clear of your work",
            "action": Action("Book Saturday", "#", wide=True),
            "other": Action("2 other ways", "#"),
        },
        "switcher": {
            "label": "This week",
            "range": "16–22 Nov",
            "previous_url": "?week=2026-11-09",
            "next_url": "?week=2026-11-23",
        },
        "grid": sample_week(),
        "session_rows": _session_rows(),
        "unfit_rows": _unfit_rows(),
        "people": _people(),
        "counts": _counts(),
        "roster_rows": _roster_rows(),
        "roster_counts": (
            {"number": 9, "word": "present"},
            {"number": 1, "word": "excused"},
            {"number": 1, "word": "no-show"},
            {"number": 1, "word": "to mark", "loud": True},
        ),
        "form": SampleForm({"starts_at": "12:00", "ends_at": "11:00", "language": "en"}),
        "ask": Action("Ask Dana", "#", look="outline"),
    }


def sample_week() -> WeekGrid:
    """A week of day shifts, two evenings done, one booked, and Saturday offered."""
    items: list[GridItem] = []
    for day, first, last in (
        (0, "08:00", "16:30"),
        (1, "08:00", "16:30"),
        (2, "08:00", "16:30"),
        (3, "12:00", "20:30"),
        (4, "08:00", "16:30"),
    ):
        starts_at, ends_at = _at(day, first), _at(day, last)
        items.append(GridItem(starts_at, ends_at, "work", "Work"))
        items.extend(travel_round(starts_at, ends_at, before=30, after=30))
    items += [
        GridItem(_at(0, "18:00"), _at(0, "21:00"), "done", "Group", "people-fill", minutes=165),
        GridItem(_at(1, "17:30"), _at(1, "18:30"), "done", "One-to-one", "person-fill"),
        GridItem(_at(2, "18:00"), _at(2, "21:00"), "booked", "Group", "people-fill", "#", minutes=165),
        GridItem(_at(5, "09:00"), _at(5, "12:00"), "offered", "Add", url="#", minutes=165),
    ]
    days = [MONDAY + dt.timedelta(days=number) for number in range(7)]
    return build_week_grid(days, items, ZONE, now=_at(2, "17:05"), hours=(7, 22))


def _at(day: int, clock: str) -> dt.datetime:
    return dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time.fromisoformat(clock), ZONE)


def _bars() -> list[dict[str, Any]]:
    weeks = (
        ("below", 0, 165, "2 h 45 of 9 h"),
        ("at_risk", 225, 165, "6 h 30 of 9 h"),
        ("on_track", 390, 165, "9 h 15 of 9 h"),
        ("met", 660, 0, "11 h of 9 h"),
        ("over", 840, 390, "20 h 30, most 19 h"),
    )
    return [
        {
            "status": status,
            "text": text,
            "bar": build_hours_bar(done=done, booked=booked, minimum=540, maximum=1140, board=True),
        }
        for status, done, booked, text in weeks
    ]


def _session_rows() -> list[dict[str, Any]]:
    return [
        {
            "times": "9 am – noon",
            "icon": "people-fill",
            "kind": "Group, room 2",
            "seats": "4 seats",
            "gain": "+2 h 45 reaches your 9 hours",
            "reaches": True,
            "action": Action("Book", "#", look="primary", method="post", hint="Saturday 9 am – noon"),
        },
        {
            "times": "12:15 – 1:15 pm",
            "icon": "person-fill",
            "kind": "One-to-one, Marco L.",
            "seats": "1 seat",
            "gain": "+1 h makes 7 h 30",
            "action": Action("Book", "#", method="post", hint="Saturday 12:15 – 1:15 pm"),
        },
    ]


def _unfit_rows() -> list[dict[str, Any]]:
    return [
        {
            "times": "6 – 9 pm",
            "kind": "Group",
            "why_not": "During your late shift, until 8:30 pm",
            "why_icon": "briefcase",
            "action": Action("Book anyway", "#", look="text", method="post"),
        },
        {
            "times": "9:30 – 11 am",
            "kind": "Group",
            "why_not": "Full. You would be 2nd in line.",
            "why_icon": "people",
            "action": Action("Wait for it", "#", look="text", method="post"),
        },
    ]


def _weeks(*minutes: int | None) -> list[SparkWeek]:
    return [SparkWeek(value, 540, is_open=index == len(minutes) - 1) for index, value in enumerate(minutes)]


def _people() -> list[dict[str, Any]]:
    def bar(done: int, booked: int) -> Any:
        return build_hours_bar(done=done, booked=booked, minimum=540, maximum=1140, board=True)

    return [
        {
            "name": "Marcus Bell",
            "url": "#",
            "counselor": "Dana K.",
            "tag": "New · day 9",
            "bar": bar(0, 165),
            "sum": "0 h + 2 h 45 booked",
            "result": "6 h 15 short",
            "forecast": "Best he can reach",
            "forecast_strong": "8 h 15, Saturday is full",
            "action": Action("Open a seat", "#"),
            "phone": "555-0142",
            "weeks": _weeks(None, None, None, None, None, None, 560, 165),
        },
        {
            "name": "Tyrell Grant",
            "url": "#",
            "counselor": "Dana K.",
            "bar": bar(151, 165),
            "sum": "2 h 31 + 2 h 45 booked",
            "result": "3 h 44 short",
            "forecast": "Can still reach 9 h 01",
            "forecast_strong": "Thu 6–9, Sat 12:15",
            "action": Action("Book both", "#"),
            "contact": "Cory called Tue",
            "phone": "555-0163",
            "weeks": _weeks(640, 600, 570, 560, 555, 480, 560, 316),
        },
        {
            "name": "Lena Hoffmann",
            "url": "#",
            "counselor": "Marco L.",
            "bar": bar(840, 390),
            "sum": "14 h + 6 h 30 booked",
            "result": "1 h 30 over 19 h",
            "forecast": "Within 19 h without",
            "forecast_strong": "Sun 2–4",
            "status": "met",
            "chip": True,
            "undo": Action("Undo", "#"),
            "contact": "Dana, Tue in person",
            "phone": "555-0154",
            "weeks": _weeks(1080, 1080, 1100, 1090, 1080, 1080, 1080, 1230),
        },
    ]


def _counts() -> list[dict[str, Any]]:
    return [
        {"status": "below", "count": 2, "note": "Nothing free reaches 9 h"},
        {"status": "at_risk", "count": 5, "note": "Can still reach 9 h"},
        {"status": "over", "count": 1, "note": "Above 19 h"},
        {"status": "on_track", "count": 31, "note": "Booked to 9 h"},
        {"status": "met", "count": 22, "note": "9 h attended"},
        {"status": "exempt", "count": 0, "note": "On leave"},
    ]


def _roster_rows() -> list[dict[str, Any]]:
    common = {"status": "present", "arrived_text": "6:00", "left_text": "9:00", "counted": "2 h 45"}
    return [
        {**common, "key": "1", "name": "Alma Ortiz"},
        {
            **common,
            "key": "2",
            "name": "Chidi Okafor",
            "note": "14 late",
            "arrived": "18:14",
            "left": "21:00",
            "arrived_text": "6:14",
            "is_late": True,
            "counted": "2 h 31",
            "sum": "180 planned − 15 break − 14 late",
            "sum_result": "151 min",
            "opened": True,
            "mode": "in_person",
        },
        {
            "key": "3",
            "name": "Eli Stone",
            "status": "excused",
            "note": "Excused: work",
            "counted": "0 h",
            "excuse": "work",
        },
        {
            "key": "4",
            "name": "Jonas Weber",
            "status": "no_show",
            "counted": "0 h",
            "why": "Second miss in a row.",
            "why_strong": "A call is on Cory’s list.",
        },
        {"key": "5", "name": "Theo Ramos", "note": "Not marked yet", "awaits": True},
        {**common, "key": "6", "name": "Zoe Park", "locked": True},
    ]
