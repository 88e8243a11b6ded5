"""The calendar feed of many events, whole and unchanged, against a bare view at the same place in the same stack."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.core.cache import cache
from django.utils import timezone

from bench.clinic import bookings, clinic, sessions
from bench.figures import Figure, of_times
from bench.floors import BARE_FEED, kept
from bench.sizes import Sizes
from bench.timing import in_turns
from bench.wsgi import Application
from notifications.services.feeds import create_feed

REQUESTS = 20
"""How many requests one measurement makes."""


def measure(sizes: Sizes) -> list[Figure]:
    """Cold: no validator sent, no cache filled. 304: with the ETag of the answer before. Milliseconds a request."""
    path, application = _feed(sizes.events), Application()
    status, headers, body = application.get(path)
    if status != 200 or body.count(b"BEGIN:VEVENT") != sizes.events:
        raise AssertionError(f"the feed answered {status}, {body.count(b'BEGIN:VEVENT')} events")
    kept["body"] = body
    known = {"If-None-Match": headers["ETag"]}
    return [
        _compare("feed, cold", application, path, {}, 200, sizes),
        _compare("feed, unchanged (304)", application, path, known, 304, sizes),
    ]


def _compare(
    name: str, application: Application, path: str, headers: dict[str, str], expected: int, sizes: Sizes
) -> Figure:
    def ask(where: str) -> None:
        for _ in range(REQUESTS):
            cache.clear()
            status, _, _ = application.get(where, headers)
            if status != expected:
                raise AssertionError(f"{name}: {status} instead of {expected}")

    taken, floor = in_turns(lambda: ask(path), lambda: ask(BARE_FEED), rounds=5 * sizes.rounds)
    return of_times(name, [one / REQUESTS for one in taken], [one / REQUESTS for one in floor], n=sizes.events)


def _feed(events: int) -> str:
    """The path of a feed with so many events, from 50 days back on, two a day."""
    now = timezone.now()
    place = clinic(patients=1, now=now)
    begin = (now - timedelta(days=50)).replace(minute=0, second=0, microsecond=0)
    held = sessions(place, [begin + timedelta(hours=12 * number) for number in range(events)], capacity=1)
    bookings([(place.admissions[0], session) for session in held], made_at=begin)
    _, url = create_feed(place.patients[0], actor=None, now=now)
    return urlsplit(url).path
