"""`Idempotency-Key`: sent twice, or by two processes at once, a POST happens once and is answered alike."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from knox.models import AuthToken

from api.models import IdempotencyKey
from api.tasks import forget_answers
from notifications.models import CalendarFeed
from scheduling.models import Booking
from tests.api.conftest import Clients
from tests.cast import NOW, Cast

V1 = "/api/v1/"
KEY: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "5d1c1a40-aaaa"}


def test_the_same_request_again_gets_the_same_answer(cast: Cast, client_of: Clients) -> None:
    client, body = client_of(cast.ana.user), {"session": str(cast.session("2026-11-18 18:00").pk)}
    first, second = (client.post(f"{V1}bookings/", body, **KEY) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert (first.headers.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert Booking.objects.count() == 1


def test_the_order_of_its_fields_does_not_matter(cast: Cast, client_of: Clients) -> None:
    client, session = client_of(cast.ana.user), str(cast.session("2026-11-18 18:00").pk)
    bodies = (f'{{"session": "{session}", "waitlist": false}}', f'{{"waitlist":false,"session":"{session}"}}')
    statuses = [
        client.generic("POST", f"{V1}bookings/", body, content_type="application/json", **KEY).status_code
        for body in bodies
    ]
    assert statuses == [201, 201]


def test_another_body_with_the_same_key_is_a_mistake(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ana.user)
    first, second = cast.session("2026-11-18 18:00"), cast.session("2026-11-19 18:00")
    assert client.post(f"{V1}bookings/", {"session": str(first.pk)}, **KEY).status_code == 201
    problem = client.post(f"{V1}bookings/", {"session": str(second.pk)}, **KEY).json()
    assert (problem["status"], problem["code"]) == (409, "idempotency_conflict")
    moved = client.post(f"{V1}bookings/{Booking.objects.get().pk}/move/", {"session": str(second.pk)}, **KEY).json()
    assert moved["code"] == "idempotency_conflict"


def test_keys_are_each_accounts_own(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-20 18:00", capacity=2)
    accounts = (cast.patient("Una", account=True), cast.patient("Ida", account=True))
    for patient in accounts:
        assert client_of(patient.user).post(f"{V1}bookings/", {"session": str(session.pk)}, **KEY).status_code == 201
    assert Booking.objects.count() == 2


def test_a_refusal_is_not_kept(cast: Cast, client_of: Clients) -> None:
    session = cast.session("2026-11-18 18:00", capacity=1)
    in_the_way = cast.booked(cast.patient(), session)
    client, body = client_of(cast.ana.user), {"session": str(session.pk)}
    assert client.post(f"{V1}bookings/", body, **KEY).json()["code"] == "session_full"
    assert not IdempotencyKey.objects.exists()
    client_of(cast.cory).post(f"{V1}bookings/{in_the_way.pk}/cancel/")
    assert client.post(f"{V1}bookings/", body, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x07"])
def test_a_key_that_is_none(key: str, cast: Cast, client_of: Clients) -> None:
    body = {"session": str(cast.session("2026-11-18 18:00").pk)}
    problem = client_of(cast.ana.user).post(f"{V1}bookings/", body, HTTP_IDEMPOTENCY_KEY=key).json()
    assert (problem["code"], list(problem["errors"])) == ("invalid", ["Idempotency-Key"])


def test_an_answer_is_kept_for_a_day(cast: Cast, client_of: Clients) -> None:
    client, body = client_of(cast.ana.user), {"session": str(cast.session("2026-11-23 18:00").pk)}
    client.post(f"{V1}bookings/", body, **KEY)
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        forget_answers()
        assert client.post(f"{V1}bookings/", body, **KEY).status_code == 201
    with time_machine.travel(NOW + timedelta(hours=24, seconds=1), tick=False):
        assert client.post(f"{V1}bookings/", body, **KEY).json()["code"] == "already_booked"
        forget_answers()
    assert not IdempotencyKey.objects.exists()


def test_a_secret_address_is_not_kept(cast: Cast, client_of: Clients) -> None:
    client = client_of(cast.ana.user)
    first, second = (client.post(f"{V1}calendar-feeds/", {"name": "Mine"}, **KEY).json() for _ in range(2))
    assert first["url"]
    assert second == {**first, "url": None}
    assert CalendarFeed.objects.count() == 1
    token = first["url"].rpartition("/")[2]
    assert token not in json.dumps(list(IdempotencyKey.objects.values_list("answer", flat=True)))


RACER = """
import json, os, sys, time
import django
django.setup()
import time_machine
from datetime import datetime
from rest_framework.test import APIClient
token, session, moment, gate = sys.argv[1:5]
print("ready", flush=True)
while not os.path.exists(gate):
    time.sleep(0.005)
with time_machine.travel(datetime.fromisoformat(moment), tick=False):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    response = client.post("/api/v1/bookings/", {"session": session}, format="json", HTTP_IDEMPOTENCY_KEY="race")
print(json.dumps([response.status_code, response.json()]))
"""


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_raced_by_processes_it_happens_once(tmp_path: Path) -> None:
    cast = Cast()
    token = AuthToken.objects.create(cast.ana.user)[1]
    session = cast.session("2026-11-18 18:00")
    settings, gate = connection.settings_dict, tmp_path / "open"
    user, host, port = quote(settings["USER"] or "postgres"), settings["HOST"] or "127.0.0.1", settings["PORT"] or 5432
    address = f"postgres://{user}@{host}:{port}/{settings['NAME']}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-c", RACER, token, str(session.pk), NOW.isoformat(), str(gate)]
    racers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    gate.touch()
    answers: list[Any] = [json.loads(racer.communicate(timeout=60)[0]) for racer in racers]
    assert [status for status, _ in answers] == [201] * 4, answers
    assert len({json.dumps(body, sort_keys=True) for _, body in answers}) == 1
    assert Booking.objects.count() == 1
