"""The feed's address. It is read by machines: no session, no cookie, no negotiation, no redirect."""

import gzip
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from django.utils.log import log_response

from notifications.enums import FeedColor, FeedDetail
from notifications.feeds.render import FeedLook, render_feed
from notifications.models import CalendarFeed
from notifications.queries import live_feed, shown_events

logger = logging.getLogger(__name__)

FORM = 1
"""Raise it when rendering changes: every ETag changes with it."""

TOUCH_EVERY = timedelta(minutes=5)
COMPRESSION = 5
SAME_FOR_ALL = {"X-Robots-Tag": "noindex", "Cache-Control": "private, max-age=900"}


@dataclass(frozen=True)
class Validators:
    """What a client may ask with whether anything has changed."""

    etag: str
    modified_at: int


def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The feed as text/calendar, 304 where the client has it already; the same 404 for every address that is none.

    Nothing that is logged holds the token.
    """
    if request.method not in {"GET", "HEAD"}:
        return _quietly(HttpResponseNotAllowed(["GET", "HEAD"]), request)
    try:
        return _answer(request, token, now=timezone.now())
    except Exception:
        logger.exception("a calendar feed could not be made")
        return _sentence(request, "Please try again later.", status=500)


def _answer(request: HttpRequest, token: str, *, now: datetime) -> HttpResponse:
    feed = live_feed(token)
    if feed is None:
        return _sentence(request, "There is no calendar here.", status=404)
    _touch(feed, now=now)
    today = now.astimezone(UTC).date()
    validators = _validators(feed, today=today)
    compress = settings.FEED_GZIP and _takes_gzip(request)
    etag = f'"{validators.etag}{"-gzip" if compress else ""}"'
    if _has_it_already(request, validators):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = _whole(request, feed, today=today, compress=compress)
    # RFC 9110, section 8.8.2.1: never later than now, though several changes in one second number themselves ahead.
    modified_at = min(validators.modified_at, int(now.timestamp()))
    headers = {**SAME_FOR_ALL, "ETag": etag, "Last-Modified": http_date(modified_at)}
    if settings.FEED_GZIP:
        headers["Vary"] = "Accept-Encoding"
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _whole(request: HttpRequest, feed: CalendarFeed, *, today: date, compress: bool) -> HttpResponse:
    body = render_feed(_look(feed), shown_events(feed, today=today))
    if compress:
        body = gzip.compress(body, COMPRESSION, mtime=0)
    response = HttpResponse(b"" if request.method == "HEAD" else body, "text/calendar; charset=utf-8")
    response.headers["Content-Length"] = str(len(body))
    # A browser that saves the file would otherwise name it after the secret.
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    if compress:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _look(feed: CalendarFeed) -> FeedLook:
    return FeedLook(
        feed.name, FeedDetail(feed.detail), feed.alarm_minutes, FeedColor(feed.color), feed.patient.language
    )


def _validators(feed: CalendarFeed, *, today: date) -> Validators:
    """The day is part of both: the window, and how long a cancelled event stays, move with it."""
    state = f"{FORM}:{feed.pk}:{feed.version}:{feed.patient.language}:{today.isoformat()}"
    midnight = datetime.combine(today, time.min, UTC)
    return Validators(sha256(state.encode()).hexdigest()[:32], int(max(feed.changed_at, midnight).timestamp()))


def _has_it_already(request: HttpRequest, validators: Validators) -> bool:
    """RFC 9110, section 13.2.2: If-None-Match decides alone where it is sent."""
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        known = {f'"{validators.etag}"', f'"{validators.etag}-gzip"', "*"}
        return any(etag.removeprefix("W/") in known for etag in parse_etags(asked))
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and validators.modified_at <= since


def _takes_gzip(request: HttpRequest) -> bool:
    for coding in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _touch(feed: CalendarFeed, *, now: datetime) -> None:
    """Remember the fetch, to five minutes; a database that is busy just now is no reason to refuse the feed."""
    if feed.last_fetched_at is not None and now - feed.last_fetched_at < TOUCH_EVERY:
        return
    try:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_fetched_at=now)
    except DatabaseError:
        logger.warning("feed %s was fetched, but the database is busy", feed.pk)


def _sentence(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    body = f"{sentence}\n".encode()
    headers = {**SAME_FOR_ALL, "Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))}
    return _quietly(HttpResponse(b"" if request.method == "HEAD" else body, status=status, headers=headers), request)


def _quietly(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Log the answer without its address: Django would write the path, and the path is the secret."""
    log_response("calendar feed: %s", response.status_code, response=response, request=request)
    return response
