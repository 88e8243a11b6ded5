"""Where one can go from here: the items of the bar, the rail and the tabs, for the roles of whoever is signed in.

A page joins by the name of its address: a name that no address has yet is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from people.enums import Role

QUICK_EXIT_URL = "https://www.google.com/"
"""Where "Leave" goes: a page that says nothing about the one before it."""


@dataclass(frozen=True)
class NavItem:
    """A place to go. With `children` it is a fold that holds them, and `url` is empty."""

    url: str
    label: str | Promise
    icon: str
    active: bool = False
    active_icon: str = ""
    children: tuple["NavItem", ...] = ()
    is_post: bool = False

    @property
    def shown_icon(self) -> str:
        """The filled shape where one is."""
        return self.active_icon if self.active and self.active_icon else self.icon


@dataclass(frozen=True)
class _Place:
    """A page that may be in the navigation, by the name of its address."""

    name: str
    label: str | Promise
    icon: str
    active_icon: str = ""
    roles: frozenset[Role] = frozenset()
    is_post: bool = False


_COUNSELOR = frozenset({Role.COUNSELOR})
_WHOLE_SITE = frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR})
_STAFF = _COUNSELOR | _WHOLE_SITE

PATIENT_PLACES = (
    _Place("week", _("Week"), "calendar-week", "calendar-week-fill"),
    _Place("plan", _("Plan"), "calendar-check", "calendar-check-fill"),
    _Place("book", _("Book"), "plus-circle", "plus-circle-fill"),
)
PATIENT_MORE = (
    _Place("work-hours", _("Work hours"), "briefcase"),
    _Place("check-in", _("Check in"), "box-arrow-in-right"),
    _Place("calendar", _("Your calendar"), "calendar-event"),
    _Place("family", _("Family"), "people"),
    _Place("letter", _("Letter"), "envelope-paper"),
    _Place("preferences", _("Reminders and language"), "bell"),
)
STAFF_MORE = (
    _Place("calls", _("Calls"), "telephone"),
    _Place("tracks", _("Tracks"), "signpost-split"),
    _Place("programs", _("Programs and plans"), "journal-check"),
    _Place("counselors", _("Counselors"), "person-badge"),
    _Place("preferences", _("Language"), "translate"),
)
STAFF_PLACES = (
    _Place("today", _("Today"), "card-checklist", "card-checklist", roles=_COUNSELOR),
    _Place("compliance", _("Board"), "bar-chart-steps", roles=_STAFF),
    _Place("flags", _("Flags"), "flag", "flag-fill", roles=_WHOLE_SITE),
    _Place("schedule", _("Schedule"), "calendar-week", "calendar-week-fill", roles=_STAFF),
    _Place("people", _("People"), "people", "people-fill", roles=_STAFF),
    _Place("reports", _("Reports"), "file-earmark-text", "file-earmark-text-fill", roles=_STAFF),
)
ACCOUNT_PLACES = (
    _Place("mfa_index", _("Two-step sign-in"), "shield-lock"),
    _Place("account_change_password", _("Change password"), "key"),
    _Place("account_logout", _("Sign out"), "box-arrow-right", is_post=True),
)


def nav_for(request: HttpRequest) -> list[NavItem]:
    """The navigation of the person signed in, the last item a fold named "More"; empty for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    roles = user.scope.roles
    shown: Iterable[_Place] = PATIENT_PLACES
    folded: Iterable[_Place] = PATIENT_MORE + ACCOUNT_PLACES
    if roles & _STAFF:
        shown, folded = [place for place in STAFF_PLACES if place.roles & roles], STAFF_MORE + ACCOUNT_PLACES
    elif user.scope.patient_id is None:
        shown, folded = (), ACCOUNT_PLACES
    items = items_of(shown, request.path)
    children = tuple(items_of(folded, request.path))
    more = NavItem("", _("More"), "three-dots", active=any(c.active for c in children), children=children)
    return [*items, more]


def shell_for(request: HttpRequest) -> str:
    """Which frame the page stands in: `patient`, `staff`, or `plain` for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return "plain"
    return "staff" if user.scope.roles & _STAFF else "patient"


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for every page: `nav` and `shell`, which cost queries only where they are used, and `quick_exit_url`."""
    return {
        "nav": SimpleLazyObject(lambda: nav_for(request)),
        "shell": SimpleLazyObject(lambda: shell_for(request)),
        "quick_exit_url": QUICK_EXIT_URL,
    }


def items_of(places: Iterable[_Place], path: str) -> list[NavItem]:
    """The places that have an address by now, as seen from the page at `path`."""
    items = []
    for place in places:
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue
        item = NavItem(url, place.label, place.icon, active_icon=place.active_icon, is_post=place.is_post)
        items.append(replace(item, active=path.startswith(url)))
    return items
