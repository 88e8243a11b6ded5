"""A crowd: real processes with a few connections each, all let go at the same moment against the same database."""

import multiprocessing
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing.pool import Pool
from typing import Any
from urllib.parse import quote

from django.db import connection

PROCESSES = 10


@dataclass(frozen=True)
class Attempt:
    """One booking that somebody tries; with `track` (the series' ids, and the first day) joining all of them, with
    `offer` (a booking's id, and "accept", "decline" or "expire") an end of what is offered to them. With `plan`
    (the ids of an admission and a template, the first day, a preview's token) a template is followed. With
    `substitute_id` somebody puts that counselor on the session instead; no patient is needed for it.
    """

    patient_id: int
    session_id: int
    now: datetime
    waitlist: bool = False
    track: tuple[tuple[int, ...], date] | None = None
    offer: tuple[int, str] | None = None
    substitute_id: int | None = None
    plan: tuple[int, int, date, str] | None = None


def book_at_once(attempts: Sequence[Attempt], *, processes: int = PROCESSES) -> list[str]:
    """Try all at the same moment; for each the booking's status, the refusal's code, or the error's name."""
    settings = connection.settings_dict
    user = quote(settings["USER"] or "postgres")
    address = f"postgres://{user}@{settings['HOST'] or '127.0.0.1'}:{settings['PORT'] or 5432}/{settings['NAME']}"
    shares = [list(attempts[start::processes]) for start in range(min(processes, len(attempts)))]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.races.loaded"])
    barrier = context.Barrier(len(attempts))
    kept = {name: os.environ.get(name) for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    os.environ.update(DATABASE_URL=address, DJANGO_SETTINGS_MODULE="config.settings.test")
    try:
        with Pool(len(shares), initializer=_start, initargs=(barrier,), context=context) as pool:
            return [outcome for share in pool.map(_book_share, shares, chunksize=1) for outcome in share]
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


_barrier: Any = None


def _start(barrier: Any) -> None:
    import django

    global _barrier
    _barrier = barrier
    django.setup()


def _book_share(attempts: list[Attempt]) -> list[str]:
    outcomes = [""] * len(attempts)

    def run(position: int) -> None:
        outcomes[position] = _book(attempts[position])

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _book(attempt: Attempt) -> str:
    from django.db import connection as own

    from people.errors import Refusal
    from people.models import Patient
    from scheduling.models import Session
    from scheduling.services.booking import book

    try:
        if attempt.substitute_id is not None:
            return _cover(attempt.session_id, attempt.substitute_id, now=attempt.now)
        if attempt.plan is not None:
            return _follow(*attempt.plan, now=attempt.now)
        patient = Patient.objects.get(pk=attempt.patient_id)
        if attempt.track is not None:
            return _join(patient, attempt.track, now=attempt.now)
        if attempt.offer is not None:
            return _answer(*attempt.offer, now=attempt.now)
        session = Session.objects.get(pk=attempt.session_id)
        _barrier.wait(timeout=60)
        return str(book(patient, session, actor=None, now=attempt.now, waitlist=attempt.waitlist).status)
    except Refusal as refusal:
        return refusal.code
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        own.close()


def _join(patient: Any, track: tuple[tuple[int, ...], date], *, now: datetime) -> str:
    from scheduling.models import SessionSeries
    from scheduling.services.track_preview import TrackWish
    from scheduling.services.tracks import join_track

    series = tuple(SessionSeries.objects.select_related("site", "program").filter(pk__in=track[0]).order_by("pk"))
    _barrier.wait(timeout=60)
    join_track(patient, TrackWish(series, track[1]), actor=None, now=now)
    return "joined"


def _answer(booking_id: int, word: str, *, now: datetime) -> str:
    from scheduling.models import Booking
    from scheduling.services.seat_offers import accept, decline, expire_offers

    booking = Booking.objects.get(pk=booking_id)
    _barrier.wait(timeout=60)
    if word == "expire":
        return f"{expire_offers(now=now)} expired"
    answered = (accept if word == "accept" else decline)(booking, actor=None, now=now)
    return str(answered.status)


def _follow(admission_id: int, template_id: int, starts_on: date, token: str, *, now: datetime) -> str:
    from people.models import Admission, PlanTemplate
    from people.services.plan_changes import change_plan
    from people.services.plan_templates import following

    admission = Admission.objects.get(pk=admission_id)
    edit = following(PlanTemplate.objects.get(pk=template_id), starts_on=starts_on)
    _barrier.wait(timeout=60)
    change_plan(admission, edit, actor=None, now=now, token=token)
    return "followed"


def _cover(session_id: int, substitute_id: int, *, now: datetime) -> str:
    from scheduling.services.handover import Handover, hand_over

    _barrier.wait(timeout=60)
    hand_over([Handover(session_id, substitute_id)], actor=None, now=now)
    return "covered"
