"""The storm: many clients book, move and cancel over a few sessions for a while, each for itself."""

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from random import Random

from tests.load.clients import Call, ask

CLIENT_PROCESSES = 8
WANTS_TO_WAIT = 0.3


@dataclass(frozen=True)
class Storm:
    """What came of it: how often each status was answered, how often each word, and how long it took."""

    statuses: Counter[int]
    words: Counter[str]
    seconds: float

    @property
    def server_errors(self) -> int:
        """Answers of 5xx, and requests that got none."""
        return sum(number for status, number in self.statuses.items() if status == 0 or status >= 500)

    @property
    def accepted(self) -> int:
        """Bookings, moves and cancellations that were done."""
        return sum(number for status, number in self.statuses.items() if 200 <= status < 300)


def rage(address: str, tokens: Sequence[str], session_ids: Sequence[int], *, seconds: float, seed: int) -> Storm:
    """One client a token, for so many seconds."""
    shares = [list(tokens[start::CLIENT_PROCESSES]) for start in range(min(CLIENT_PROCESSES, len(tokens)))]
    with multiprocessing.get_context("spawn").Pool(len(shares)) as pool:
        work = [(address, share, list(session_ids), seconds, seed + at) for at, share in enumerate(shares)]
        counted = pool.starmap(_clients, work, chunksize=1)
    statuses: Counter[int] = Counter()
    words: Counter[str] = Counter()
    for status, word, _ in counted:
        statuses += status
        words += word
    return Storm(statuses, words, max(took for *_, took in counted))


def _clients(
    address: str, tokens: list[str], session_ids: list[int], seconds: float, seed: int
) -> tuple[Counter[int], Counter[str], float]:
    """What one process counted, and how many seconds its clients took: until the last one's last answer."""
    begun = time.monotonic()
    statuses: Counter[int] = Counter()
    words: Counter[str] = Counter()
    lock = threading.Lock()

    def run(token: str, chance: Random) -> None:
        mine, replies = _client(address, token, session_ids, seconds, chance)
        with lock:
            statuses.update(mine)
            words.update(replies)

    threads = [threading.Thread(target=run, args=(token, Random(seed * 1000 + at))) for at, token in enumerate(tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, words, time.monotonic() - begun


def _client(
    address: str, token: str, session_ids: list[int], seconds: float, chance: Random
) -> tuple[list[int], list[str]]:
    """Books where it has nothing, else books, moves or cancels by chance; nobody waits for anybody."""
    until, statuses, words = time.monotonic() + seconds, [], []
    bookings: list[str] = []
    connection = HTTPConnection(address, timeout=60)
    while time.monotonic() < until:
        target = {"session": str(chance.choice(session_ids))}
        act = chance.random()
        own = bookings.pop(chance.randrange(len(bookings))) if bookings and act < 0.55 else None
        if own is None:
            call = Call(token, "bookings/", target | {"waitlist": chance.random() < WANTS_TO_WAIT})
        elif act < 0.25:
            call = Call(token, f"bookings/{own}/move/", target)
        else:
            call = Call(token, f"bookings/{own}/cancel/", {})
        try:
            reply = ask(connection, call)
        except OSError as error:
            statuses.append(0)
            words.append(type(error).__name__)
            continue
        statuses.append(reply.status)
        words.append(reply.word)
        if reply.word in {"booked", "waitlisted"}:
            bookings.append(reply.body["id"])
        elif own is not None and reply.status == 409 and reply.word != "booking_cancelled":
            bookings.append(own)
    connection.close()
    return statuses, words
