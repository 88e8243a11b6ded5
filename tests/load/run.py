"""Races round by round, then the storm; the results as JSON, progress on standard error."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from bench.server import server
from tests.load import unlocked
from tests.load.clients import Call, Crowd, Reply
from tests.load.oracle import broken
from tests.load.place import Place, prepare
from tests.load.races import PATIENTS_A_ROUND, RACES
from tests.load.rounds import Round
from tests.load.storm import rage

WORKERS, THREADS = 4, 8
STORM_SESSIONS = 20
MOST_AT_ONCE = 16
"""Calls that one process of the crowd lets go together."""


CONTROL_ROUNDS = 10
"""How often a fault may stay away by chance before the control says that there is none."""


@dataclass
class Result:
    """One race: in how many rounds a promise broke, and how many answers were 5xx or none."""

    name: str
    rounds: int
    broken: int = 0
    server_errors: int = 0


def main(words: Sequence[str]) -> None:
    """Run what is asked for, and write the results to the file `answer`."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.one")
    parser.add_argument("answer", type=Path)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--without-locks", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args(words)
    races = {name: race for name, race in RACES.items() if not asked.only or name in asked.only}
    # Each round runs at once and one after the other; the control without locks at once alone.
    rounds = max(asked.rounds, CONTROL_ROUNDS) if asked.without_locks else asked.rounds * 2
    patients = len(races) * rounds * PATIENTS_A_ROUND + asked.clients
    place = prepare(patients=patients, now=timezone.now())
    application = "config.wsgi"
    if asked.without_locks:
        unlocked.drop_constraints()
        application = "tests.load.unlocked:application_without_locks()"
    with server(application, workers=WORKERS, threads=THREADS) as address:
        results = _races(races, place, address, rounds=asked.rounds, control=asked.without_locks)
        if asked.seconds:
            results.append(_storm(place, address, clients=asked.clients, seconds=asked.seconds))
    asked.answer.write_text(json.dumps([asdict(result) for result in results]))


def _races(
    races: dict[str, Callable[[Place], Round]], place: Place, address: str, *, rounds: int, control: bool
) -> list[Result]:
    results = []
    with Crowd(address, most=MOST_AT_ONCE) as crowd:
        crowd.at_once([Call(place.coordinator, "me/", method="GET")] * WORKERS * MOST_AT_ONCE)  # every worker is warm
        for name, race in races.items():
            begun, result = time.monotonic(), Result(name, rounds)
            for number in range(max(rounds, CONTROL_ROUNDS) if control else rounds):
                if number >= rounds and result.broken:
                    break
                _run(race(place), crowd.at_once, result)
                if not control:
                    _run(race(place), crowd.one_after_the_other, result)
            results.append(result)
            _say(f"{name}: {result.broken} broken, {result.server_errors} server errors", begun)
    return results


def _run(one: Round, fire: Callable[[Sequence[Call]], list[Reply]], result: Result) -> None:
    before = broken()
    replies = fire(one.calls)
    complaints = [*one.complaints(replies), *sorted(broken() - before)]
    result.broken += bool(complaints)
    result.server_errors += sum(reply.status == 0 or reply.status >= 500 for reply in replies)
    for complaint in complaints[:1]:
        print(f"    {complaint}"[:200], file=sys.stderr, flush=True)


def _storm(place: Place, address: str, *, clients: int, seconds: float) -> Result:
    """Over twenty sessions that overlap their neighbours, with fewer seats in all than there are clients."""
    begin, begun = place.hour(), time.monotonic()
    starts = [begin + timedelta(days=30, minutes=50 * number) for number in range(STORM_SESSIONS)]
    capacity = max(1, clients * 4 // 5 // STORM_SESSIONS)
    sessions = [place.session(start, capacity=capacity) for start in starts]
    tokens = [place.token(patient) for patient in place.patients(clients)]
    before = broken()
    storm = rage(address, tokens, [session.pk for session in sessions], seconds=seconds, seed=7)
    complaints = sorted(broken() - before)
    for complaint in complaints:
        print(f"    {complaint}", file=sys.stderr, flush=True)
    words = ", ".join(f"{number} {word}" for word, number in storm.words.most_common())
    _say(f"the storm: {storm.accepted} changes by {clients} clients, {storm.server_errors} server errors", begun)
    print(f"    {words}", file=sys.stderr, flush=True)
    return Result(f"the storm of {clients} clients", 1, bool(complaints), storm.server_errors)


def _say(words: str, begun: float) -> None:
    print(f"  {words}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
