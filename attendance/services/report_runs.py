"""Reports that take long: asked for as a row, made by whichever worker claims it, kept for a day."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from attendance.domain.reports import ReportAsked
from attendance.enums import ReportKind, RunState
from attendance.errors import ReportNotReady
from attendance.models import ReportPiece, ReportRun
from attendance.queries.reports import report
from attendance.queries.reports.people import (
    admissions_asked,
    admissions_of_each,
    may_be_told,
    people_count,
    told_of,
    units,
)
from attendance.services.report_files import file_of
from attendance.services.report_looks import people_reported, report_opened
from people.errors import InvalidInput, NotThere
from people.models import User

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=4)
"""How long a worker is waited for after its last sign of life."""

MOST_ATTEMPTS = 3
MOST_WAITING = 5
"""Reports of one account that wait or are being made at once."""

AT_ONCE_WEEKS = 4_000
"""Patient-weeks that are streamed at once; more go to a worker."""

AT_ONCE_LEDGER_WEEKS = 400
"""The same of a packet, whose every week brings its sessions along."""


class RunLost(Exception):
    """Somebody else has the run by now, or it was cancelled."""


def is_long(user: User, asked: ReportAsked) -> bool:
    """Whether a worker should make it; at most one query. What is about one person, or about nobody, is short."""
    if asked.kind in (ReportKind.LEDGER, ReportKind.HISTORY, ReportKind.SUMMARY):
        return False
    limit = AT_ONCE_LEDGER_WEEKS if asked.kind == ReportKind.PACKET else AT_ONCE_WEEKS
    return units(user, asked) > limit


def request_run(asked: ReportAsked, *, file_format: str, actor: User, now: datetime) -> ReportRun:
    """A row that a worker will find. The same report of one's own that waits already is answered instead of a second.

    Raises InvalidInput where five wait.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        going = ReportRun.objects.visible_to(actor).filter(state__in=(RunState.WAITING, RunState.RUNNING))
        going = going.filter(expires_at__gt=now)
        same = next((one for one in going if one.asked == asked.as_json() and one.format == file_format), None)
        if same is not None:
            return same
        if going.count() >= MOST_WAITING:
            raise InvalidInput({"report": _("Five of your reports are being made. Wait for one, or cancel it.")})
        run = ReportRun.objects.create(
            requested_by=actor,
            kind=asked.kind,
            format=file_format,
            asked=asked.as_json(),
            language=actor.language,
            total=people_count(actor, asked),
            requested_at=now,
            expires_at=now + KEPT,
        )
        report_opened(asked, form=file_format, actor=actor, now=now, run_id=run.pk)
    return run


def cancel_run(run: ReportRun, *, now: datetime) -> bool:
    """Stop it and forget what was written; False where it is through already. Its worker notices at its next piece."""
    with transaction.atomic():
        going = ReportRun.objects.filter(pk=run.pk, state__in=(RunState.WAITING, RunState.RUNNING))
        if not going.update(state=RunState.CANCELLED, finished_at=now, claimed_until=None):
            return False
        ReportPiece.objects.filter(run_id=run.pk).delete()
    return True


def download(run: ReportRun, *, actor: User, now: datetime) -> Iterator[bytes]:
    """The file, piece by piece. Raises ReportNotReady while it is not made, and once it has expired; NotThere where the
    account may no longer see all that it holds, whoever it was made for.
    """
    asked = ReportAsked.from_json(run.asked)
    if is_kept_from(actor, run):
        raise NotThere
    if run.state != RunState.DONE or run.expires_at <= now:
        raise ReportNotReady(run=str(run.pk), state=run.state)
    report_opened(asked, form=run.format, actor=actor, now=now, run_id=run.pk)
    return _stored(run.pk)


def is_kept_from(user: User, run: ReportRun) -> bool:
    """Whether the file is made, and the account may no longer see all that it holds: it is nowhere then."""
    return run.pk in kept_from(user, [run])


def kept_from(user: User, runs: Iterable[ReportRun]) -> set[int]:
    """The ids of those whose file is kept from the account, as `is_kept_from` says of each.

    Three queries at most, however many runs; none where no file is made.
    """
    made = {run: ReportAsked.from_json(run.asked) for run in runs if run.state == RunState.DONE}
    told = told_of(user, made.values()) if made else set()
    seen = admissions_of_each(user, told)
    return {run.pk for run, asked in made.items() if not _sees_all(run.held, seen.get(asked))}


def _sees_all(held: Collection[int] | None, seen: Collection[int] | None) -> bool:
    return held is not None and seen is not None and set(held) <= set(seen)


def make_waiting(*, clock: Clock, limit: int = 10) -> int:
    """Make what waits, one after the other, the oldest first; how many were finished. May run on many workers."""
    made = 0
    for _round in range(limit):
        run = claim(now=clock())
        if run is None:
            break
        made += make(run, clock=clock)
    return made


def claim(*, now: datetime) -> ReportRun | None:
    """The next run, claimed by a conditional UPDATE; None where none waits. One that failed three times is given up."""
    for pk, attempts in ReportRun.objects.claimable(now).order_by("requested_at", "pk").values_list("pk", "attempts"):
        mine = ReportRun.objects.claimable(now).filter(pk=pk, attempts=attempts)
        if attempts >= MOST_ATTEMPTS:
            mine.update(state=RunState.FAILED, finished_at=now, claimed_until=None)
            continue
        taken = mine.update(state=RunState.RUNNING, attempts=F("attempts") + 1, claimed_until=now + LEASE, done=0)
        if taken:
            return ReportRun.objects.select_related("requested_by").get(pk=pk)
    return None


def make(run: ReportRun, *, clock: Clock) -> bool:
    """Write the claimed run's file; whether it came to its end.

    1. Where whoever asked may no longer be told, it is given up; what an earlier attempt left is thrown away.
    2. Each piece is written by the claim: where the run is somebody else's by now, or cancelled, nothing is.
    3. Once the last piece is there the run is done. An error leaves it to the next sweep, three times at most.
    """
    asked = ReportAsked.from_json(run.asked)
    user = run.requested_by
    progress = _Progress(run, asked, clock)
    try:
        if not may_be_told(user, asked):
            return progress.give_up()
        with transaction.atomic():
            progress.beat()
            ReportPiece.objects.filter(run_id=run.pk).delete()
        held = admissions_asked(user, asked)
        read = report(user, asked, now=clock(), told=progress.told)
        for piece in file_of(read, run.format, language=run.language):
            progress.write(piece)
        return progress.finish(held | admissions_asked(user, asked))
    except RunLost:
        return False
    except Exception:
        logger.exception("report run %s failed", run.pk)
        ReportRun.objects.filter(**progress.claim).update(claimed_until=clock())
        return False


class _Progress:
    """A worker's hold on a run: every step says that it is alive, and fails where the run is no longer its own."""

    def __init__(self, run: ReportRun, asked: ReportAsked, clock: Clock) -> None:
        self.claim = {"pk": run.pk, "state": RunState.RUNNING, "attempts": run.attempts}
        self._run, self._asked, self._clock = run, asked, clock
        self._pieces = self._size = self._done = 0

    def told(self, patient_ids: Sequence[int]) -> None:
        """The next rows are about these people."""
        with transaction.atomic():
            self._done += len(patient_ids)
            self.beat()
            people_reported(patient_ids, self._asked, actor=self._run.requested_by, now=self._clock())

    def write(self, piece: bytes) -> None:
        """One more piece; an empty one only says that it goes on."""
        with transaction.atomic():
            self.beat()
            if piece:
                ReportPiece.objects.create(run_id=self._run.pk, number=self._pieces, data=piece)
                self._pieces += 1
                self._size += len(piece)

    def beat(self) -> None:
        """Lengthen the lease. Raises RunLost."""
        held = ReportRun.objects.filter(Q(**self.claim))
        if not held.update(claimed_until=self._clock() + LEASE, done=self._done):
            raise RunLost

    def finish(self, held: Collection[int]) -> bool:
        """The file is whole; `held` are the admissions that it is about."""
        return self._end(RunState.DONE, held=sorted(held), size=self._size, done=F("total"))

    def give_up(self) -> bool:
        """It is not made, not by another attempt either."""
        self._end(RunState.FAILED)
        return False

    def _end(self, state: RunState, **values: Any) -> bool:
        mine = ReportRun.objects.filter(Q(**self.claim))
        return bool(mine.update(state=state, finished_at=self._clock(), claimed_until=None, **values))


def forget_expired(*, now: datetime) -> int:
    """Delete the runs that have expired, with their files; how many."""
    expired = list(ReportRun.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:500])
    ReportPiece.objects.filter(run_id__in=expired).delete()
    ReportRun.objects.filter(pk__in=expired).delete()
    return len(expired)


def _stored(run_id: int) -> Iterator[bytes]:
    """Piece after piece, each read when it is its turn."""
    number = 0
    while True:
        piece = ReportPiece.objects.filter(run_id=run_id, number=number).values_list("data", flat=True).first()
        if piece is None:
            return
        yield bytes(piece)
        number += 1
