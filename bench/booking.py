"""Booking over HTTP by many clients at once, against a bare view in the same server."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, connections
from django.utils import timezone
from knox.models import AuthToken

from bench.clinic import Clinic, clinic, sessions
from bench.figures import Figure, of_rates
from bench.floors import TABLES
from bench.server import post, server
from bench.sizes import Sizes
from people.enums import Role
from people.models import Membership, User
from scheduling.models import Booking, Session

CAPACITY = 500
MINUTES = 45
"""So short that all rounds together stay within a person's weekly maximum."""


def measure(sizes: Sizes) -> list[Figure]:
    """Bookings a second. Every patient books every session of a round, in an order of chance; everyone has a seat.

    The floor does one conditional UPDATE and one INSERT for each, with as many clients, in the same server.
    """
    now = timezone.now()
    place = clinic(patients=sizes.bookers, now=now)
    tokens = _tokens(place)
    begin = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    held = sessions(
        place,
        [begin + timedelta(hours=5 * number) for number in range(sizes.sessions * sizes.rounds)],
        capacity=CAPACITY,
        minutes=MINUTES,
    )
    _bare_sessions(held)
    connections.close_all()
    taken, floor = [], []
    with server() as address, ThreadPoolExecutor(sizes.clients) as clients:
        for turn in range(sizes.rounds):
            pairs = _pairs(place, held[turn * sizes.sessions : (turn + 1) * sizes.sessions], seed=turn)

            def book(pair: tuple[int, int]) -> int:
                headers = {"Authorization": f"Bearer {tokens[pair[0]]}"}
                return post(address, "/api/v1/bookings/", {"session": str(pair[1])}, headers)

            def bare(pair: tuple[int, int]) -> int:
                return post(address, "/bench/booking/", {"session": pair[1], "patient": pair[0]}, {})

            floor.append(_crowd(clients, bare, pairs))
            taken.append(_crowd(clients, book, pairs))
    _check(sizes, held)
    each = sizes.bookers * sizes.sessions
    return [of_rates(f"booking over HTTP, {sizes.clients} clients", taken, floor, each=each, what="bookings")]


def _crowd(
    clients: ThreadPoolExecutor, work: Callable[[tuple[int, int]], int], pairs: Sequence[tuple[int, int]]
) -> float:
    """The seconds in which the clients got through all of it; every answer must be 201."""
    begun = time.perf_counter()
    answers = list(clients.map(work, pairs))
    seconds = time.perf_counter() - begun
    if set(answers) != {201}:
        raise AssertionError(f"answers: { {status: answers.count(status) for status in set(answers)} }")
    return seconds


def _pairs(place: Clinic, held: Sequence[Session], *, seed: int) -> list[tuple[int, int]]:
    pairs = [(patient.pk, session.pk) for patient in place.patients for session in held]
    Random(seed).shuffle(pairs)
    return pairs


def _tokens(place: Clinic) -> dict[int, str]:
    """An account for every patient, and a token for every account."""
    password, tokens = make_password(None), {}
    for patient in place.patients:
        user = User.objects.create(email=patient.email, name=patient.name, password=password)
        Membership.objects.create(user=user, role=Role.PATIENT, site=place.site)
        patient.user = user
        patient.save(update_fields=["user"])
        _, tokens[patient.pk] = AuthToken.objects.create(user)
    return tokens


def _bare_sessions(held: Sequence[Session]) -> None:
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement)
        cursor.executemany("INSERT INTO bench_session VALUES (%s, 0, %s)", [(row.pk, CAPACITY) for row in held])


def _check(sizes: Sizes, held: Sequence[Session]) -> None:
    """What was answered is what was written, on both sides."""
    wanted = sizes.bookers * sizes.sessions * sizes.rounds
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_booking")
        bare = cursor.fetchone()[0]
    booked = Booking.objects.filter(live=True, session__in=held).count()
    taken = sum(Session.objects.filter(pk__in=[row.pk for row in held]).values_list("seats_taken", flat=True))
    if not wanted == bare == booked == taken:
        raise AssertionError(f"{wanted} asked, {bare} bare, {booked} booked, {taken} seats taken")
