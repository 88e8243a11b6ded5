"""The floors that requests are measured against: bare views in the same server."""

import json
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

BARE_FEED = "/bench/feed.ics"
TABLES = (
    "CREATE TABLE bench_session (id bigint PRIMARY KEY, seats_taken integer NOT NULL, capacity integer NOT NULL)",
    "CREATE TABLE bench_booking (session_id bigint NOT NULL REFERENCES bench_session (id), patient_id bigint NOT NULL,"
    " made_at timestamp NOT NULL)",
)

kept: dict[str, bytes] = {}
"""What the bare feed answers; set by its benchmark, in the same process."""


class BareFeedMiddleware:
    """A constant answer of the feed's size, given where the product gives the feed; a 304 to `If-None-Match`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != BARE_FEED:
            return self.get_response(request)
        if "If-None-Match" in request.headers:
            return HttpResponse(status=304)
        return HttpResponse(kept["body"], content_type="text/calendar; charset=utf-8")


@csrf_exempt
@require_POST
def bare_booking(request: HttpRequest) -> HttpResponse:
    """One conditional UPDATE and one INSERT in a transaction; no rule, no lock, nobody asked who they are."""
    said = json.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bench_session SET seats_taken = seats_taken + 1 WHERE id = %s AND seats_taken < capacity",
            [said["session"]],
        )
        if cursor.rowcount != 1:
            return JsonResponse({"code": "session_full"}, status=409)
        cursor.execute(
            "INSERT INTO bench_booking (session_id, patient_id, made_at) VALUES (%s, %s, %s)",
            [said["session"], said["patient"], timezone.now()],
        )
    return JsonResponse({"session": said["session"]}, status=201)
