"""Bookings, moves and cancellations over HTTP while many clients race for a few seats, against the bare view."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

from django.db import connection, connections
from django.utils import timezone

from bench.figures import Figure, of_rates
from bench.floors import TABLES
from bench.server import post, server
from bench.sizes import Sizes
from tests.load.oracle import broken
from tests.load.place import Place, prepare
from tests.load.storm import rage

SESSIONS = 20
SEATS_A_CLIENT = 0.8
"""Fewer seats than clients, so that many wait and are refused."""


def measure(sizes: Sizes) -> list[Figure]:
    """Accepted changes a second under the storm of `tests.load`; the floor does one UPDATE and one INSERT for each.

    The bare view is asked by as many clients for as long, and has a seat for everyone.
    """
    place = prepare(patients=sizes.storm_clients, now=timezone.now())
    begin = place.hour() + timedelta(days=30)
    capacity = max(1, round(sizes.storm_clients * SEATS_A_CLIENT / SESSIONS))
    held = [place.session(begin + timedelta(minutes=50 * at), capacity=capacity).pk for at in range(SESSIONS)]
    _bare_sessions(held)
    tokens = list(place.tokens.values())
    connections.close_all()
    with server(workers=4, threads=8) as address:
        storm = rage(address, tokens, held, seconds=sizes.storm_seconds, seed=7)
        floor, seconds = _bare(address, place, held, sizes)
    if storm.server_errors or broken():
        raise AssertionError(f"{dict(storm.statuses)}, {sorted(broken())[:3]}")
    each = storm.accepted
    name = f"changes under a storm of {sizes.storm_clients} clients"
    return [of_rates(name, [storm.seconds], [seconds * each / floor], each=each, what="changes")]


def _bare(address: str, place: Place, held: list[int], sizes: Sizes) -> tuple[int, float]:
    """How many the bare view did, and in how many seconds."""
    patients, begun = list(place.tokens), time.perf_counter()

    def client(patient_id: int) -> int:
        chance, done = Random(patient_id), 0
        while time.perf_counter() - begun < sizes.storm_seconds:
            said = {"session": chance.choice(held), "patient": patient_id}
            done += post(address, "/bench/booking/", said, {}) == 201
        return done

    with ThreadPoolExecutor(len(patients)) as clients:
        done = sum(clients.map(client, patients))
    return done, time.perf_counter() - begun


def _bare_sessions(held: list[int]) -> None:
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement)
        cursor.executemany("INSERT INTO bench_session VALUES (%s, 0, 1000000)", [(pk,) for pk in held])
