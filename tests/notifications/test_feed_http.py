"""How a feed answers: headers, conditional requests, compression, and the one answer for every address that is none."""

import gzip
import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.http import http_date
from pytest_django import DjangoAssertNumQueries, Settings

from notifications.models import CalendarFeed
from notifications.services.feeds import create_feed, revoke_feed, rotate_feed
from notifications.views import calendar_feed
from tests.cast import NOW, Cast
from tests.notifications.reading import fetch, path_of, summaries

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 11, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def url(cast: Cast) -> str:
    cast.booked(cast.ana, cast.session("2026-11-19 18:00"))
    return create_feed(cast.ana, actor=None, now=NOW)[1]


def headers_of(response: HttpResponse) -> dict[str, str]:
    """All headers but the one that differs with every request."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-ID"}


def test_a_feed_answers_with_these_headers_and_no_other(url: str) -> None:
    answer = fetch(url)
    assert answer.status_code == 200
    etag = answer["ETag"]
    assert headers_of(answer) == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Length": str(len(answer.content)),
        "Content-Disposition": 'inline; filename="calendar.ics"',
        "Cache-Control": "private, max-age=900",
        "ETag": etag,
        "Last-Modified": http_date(NOW.timestamp()),
        "X-Robots-Tag": "noindex",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert etag.startswith('"')
    assert answer.cookies == {}


def test_the_answer_is_the_same_in_every_language_and_for_everybody(url: str) -> None:
    plain = fetch(url)
    other = fetch(url, accept_language="es", cookie="sessionid=nonsense", accept="text/html", user_agent="")
    assert (headers_of(other), other.content) == (headers_of(plain), plain.content)


def test_head_is_get_without_the_body(url: str) -> None:
    whole = fetch(url)
    request = RequestFactory().head(path_of(url))
    bare = calendar_feed(request, path_of(url).removeprefix("/calendar/").removesuffix(".ics"))
    assert (bare.status_code, bare.content, bare["Content-Length"]) == (200, b"", str(len(whole.content)))
    assert headers_of(fetch(url, "head")) == headers_of(whole)
    nothing = calendar_feed(RequestFactory().head("/calendar/unknown.ics"), "unknown")
    assert (nothing.status_code, nothing.content, nothing["Content-Length"]) == (404, b"", "27")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_feed_is_only_read(url: str, method: str) -> None:
    answer = fetch(url, method)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"other", {0}', "*"])
def test_a_client_that_has_it_is_told_so_by_etag(url: str, form: str) -> None:
    first = fetch(url)
    answer = fetch(url, if_none_match=form.format(first["ETag"]))
    assert (answer.status_code, answer.content) == (304, b"")
    kept = ("ETag", "Last-Modified", "Cache-Control", "Vary", "X-Robots-Tag")
    assert {name: answer[name] for name in kept} == {name: first[name] for name in kept}


def test_a_client_that_has_it_is_told_so_by_time(url: str) -> None:
    modified = fetch(url)["Last-Modified"]
    assert fetch(url, if_modified_since=modified).status_code == 304
    assert fetch(url, if_modified_since=http_date((NOW - HOUR).timestamp())).status_code == 200
    assert fetch(url, if_modified_since="yesterday").status_code == 200


def test_an_etag_decides_before_a_time(url: str) -> None:
    modified = fetch(url)["Last-Modified"]
    assert fetch(url, if_none_match='"other"', if_modified_since=modified).status_code == 200


def test_a_change_is_a_new_answer_even_within_the_second(url: str, cast: Cast) -> None:
    first = fetch(url)
    cast.booked(cast.ana, cast.session("2026-11-20 18:00"), now=NOW)
    by_etag = fetch(url, if_none_match=first["ETag"])
    by_time = fetch(url, if_modified_since=first["Last-Modified"])
    assert summaries(by_etag.content) == summaries(by_time.content) == ["Appointment"] * 2


def test_midnight_is_a_new_answer(url: str) -> None:
    first = fetch(url)
    with time_machine.travel(MIDNIGHT + timedelta(days=1), tick=False):
        answer = fetch(url, if_none_match=first["ETag"])
        assert (answer.status_code, answer["Last-Modified"]) == (
            200,
            http_date((MIDNIGHT + timedelta(days=1)).timestamp()),
        )
        assert answer.content == first.content


def test_another_language_is_a_new_answer(url: str, cast: Cast) -> None:
    first = fetch(url)
    cast.ana.language = "es"
    cast.ana.save()
    answer = fetch(url, if_none_match=first["ETag"])
    assert (answer.status_code, summaries(answer.content)) == (200, ["Cita"])


@pytest.mark.parametrize("asked", ["gzip", "br, gzip;q=0.5", "GZIP", "*"])
def test_compressed_when_asked_for(url: str, asked: str) -> None:
    plain = fetch(url)
    packed = fetch(url, accept_encoding=asked)
    assert packed["Content-Encoding"] == "gzip"
    assert packed["Content-Length"] == str(len(packed.content))
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"].removesuffix('"') + '-gzip"'
    assert fetch(url, accept_encoding=asked).content == packed.content


@pytest.mark.parametrize("asked", ["", "br", "gzip;q=0", "identity"])
def test_plain_when_not_asked_for_compression(url: str, asked: str) -> None:
    assert "Content-Encoding" not in fetch(url, accept_encoding=asked)


def test_either_form_of_the_etag_is_known(url: str) -> None:
    packed = fetch(url, accept_encoding="gzip")["ETag"]
    assert fetch(url, if_none_match=packed).status_code == 304
    assert fetch(url, if_none_match=packed, accept_encoding="gzip")["ETag"] == packed


def test_compression_can_be_switched_off(url: str, settings: Settings) -> None:
    settings.FEED_GZIP = False
    answer = fetch(url, accept_encoding="gzip")
    assert "Content-Encoding" not in answer
    assert "Vary" not in answer


def test_unknown_revoked_rotated_and_malformed_addresses_have_one_answer(cast: Cast) -> None:
    revoked, gone = create_feed(cast.ana, actor=None, now=NOW)
    revoke_feed(revoked, actor=None, now=NOW)
    rotated, old = create_feed(cast.ana, actor=None, now=NOW)
    _, new = rotate_feed(rotated, actor=None, now=NOW)
    assert fetch(new).status_code == 200
    urls = [gone, old, "/calendar/unknown.ics", "/calendar/%00%F0%9F%98%80.ics", f"/calendar/{'x' * 5000}.ics"]
    answers = [fetch(url) for url in urls]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"There is no calendar here.\n")}
    assert len({tuple(sorted(headers_of(answer).items())) for answer in answers}) == 1


def test_every_address_that_is_none_costs_the_same_look_up(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    revoked, gone = create_feed(cast.ana, actor=None, now=NOW)
    revoke_feed(revoked, actor=None, now=NOW)
    for url in (gone, "/calendar/unknown.ics", "/calendar/%00.ics"):
        with django_assert_num_queries(1):
            assert fetch(url).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_queries(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    patient = cast.patient()
    for number in range(count):
        cast.booked(patient, cast.session(f"2026-11-{19 + number % 4} {5 + number // 4:02}:00", minutes=10, room=False))
    url = create_feed(patient, actor=None, now=NOW)[1]
    with django_assert_num_queries(3):  # the feed, that it was fetched, its events
        etag = fetch(url)["ETag"]
    with django_assert_num_queries(2):
        assert len(summaries(fetch(url).content)) == count
    with django_assert_num_queries(1):
        assert fetch(url, if_none_match=etag).status_code == 304


def test_the_last_fetch_is_remembered_to_five_minutes(url: str) -> None:
    fetched = []
    for minutes in (0, 4, 5):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            fetch(url)
        fetched.append(CalendarFeed.objects.get().last_fetched_at)
    assert fetched == [NOW, NOW, NOW + timedelta(minutes=5)]


def test_addresses_are_short_secret_and_not_kept(url: str) -> None:
    token = path_of(url).removeprefix("/calendar/").removesuffix(".ics")
    assert len(url) <= 200
    assert len(token) == 43
    row = CalendarFeed.objects.values().get()
    assert token not in str(row)


def test_no_log_line_holds_the_token(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    token = path_of(url).removeprefix("/calendar/").removesuffix(".ics")
    fetch(url)
    fetch(url, "post")
    CalendarFeed.objects.update(revoked_at=NOW)
    fetch(url)
    monkeypatch.setattr("notifications.views.live_feed", lambda token: 1 / 0)
    assert fetch(url).status_code == 500
    assert caplog.records
    assert [
        record.getMessage() for record in caplog.records if token in f"{record.getMessage()} {record.exc_text}"
    ] == []
