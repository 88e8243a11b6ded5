"""The calendars that a patient's appointments go to."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from notifications.models import CalendarFeed
from notifications.services.feeds import change_feed, create_feed, revoke_feed, rotate_feed
from people.errors import InvalidInput
from web.forms.calendar import FeedForm
from web.forms.refusals import blame
from web.notices import say_bad, say_done
from web.patients.visit import Visit, patient_page

MOST_FEEDS = 10


@never_cache
@patient_page
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The feeds of the person; POST makes one, and shows its address this once."""
    if request.method != "POST":
        return _page(request, visit, form=FeedForm())
    form = FeedForm(request.POST)
    if _live_feeds(visit).count() >= MOST_FEEDS:
        form.add_error(None, _("That many calendars are enough. Switch one off first."))
    if not form.is_valid():
        return _page(request, visit, form=form, status=400)
    try:
        feed, path = create_feed(visit.patient, actor=visit.user, now=visit.now, **form.fields_for_service())
    except InvalidInput as refusal:
        blame(form, refusal)
        return _page(request, visit, form=form, status=400)
    return _page(request, visit, form=FeedForm(), shown=feed, address=request.build_absolute_uri(path))


@patient_page
@require_POST
def calendar_change(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """Name, detail, alarm or color of one feed; its address stays."""
    feed = _own_feed(visit, pk)
    form = FeedForm(request.POST, prefix=f"feed-{feed.pk}", alarm_minutes=feed.alarm_minutes)
    if not form.is_valid():
        return _page(request, visit, form=FeedForm(), changed=form, status=400)
    try:
        change_feed(feed, actor=visit.user, now=visit.now, **form.fields_for_service())
    except InvalidInput as refusal:
        blame(form, refusal)
        return _page(request, visit, form=FeedForm(), changed=form, status=400)
    say_done(request, _("Changed. Your calendar shows it when it next looks."))
    return redirect("calendar")


@never_cache
@patient_page
@require_POST
def calendar_rotate(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """A new address for one feed, shown this once; the old one is dead."""
    try:
        feed, path = rotate_feed(_own_feed(visit, pk), actor=visit.user, now=visit.now)
    except InvalidInput as refusal:
        say_bad(request, str(refusal.detail))
        return redirect("calendar")
    return _page(request, visit, form=FeedForm(), shown=feed, address=request.build_absolute_uri(path))


@patient_page
@require_POST
def calendar_revoke(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """Switch one feed off for good."""
    revoke_feed(_own_feed(visit, pk), actor=visit.user, now=visit.now)
    say_done(request, _("Switched off. That address answers no more."))
    return redirect("calendar")


def _own_feed(visit: Visit, pk: int) -> CalendarFeed:
    feed = CalendarFeed.objects.visible_to(visit.user).filter(pk=pk).first() if pk < 2**63 else None
    if feed is None:
        raise Http404
    return feed


def _live_feeds(visit: Visit) -> Any:
    return CalendarFeed.objects.visible_to(visit.user).live()


def _page(
    request: HttpRequest,
    visit: Visit,
    *,
    form: FeedForm,
    changed: FeedForm | None = None,
    shown: CalendarFeed | None = None,
    address: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "feeds": [
            {"feed": feed, "form": changed if changed and changed.prefix == f"feed-{feed.pk}" else FeedForm.of(feed)}
            for feed in _live_feeds(visit)
        ],
        "shown": shown,
        "zone": visit.zone,
        **(_ways_in(address) if address else {}),
    }
    return render(request, "calendar/page.html", context, status=status)


def _ways_in(address: str) -> dict[str, str]:
    """The address as calendar apps like it."""
    webcal = f"webcal://{address.split('://', 1)[1]}"
    return {
        "address": address,
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?{urlencode({'cid': webcal})}",
        "outlook": f"https://outlook.live.com/calendar/0/addfromweb?{urlencode({'url': address})}",
    }
