"""A process of its own for the crash test of reports: `seed`, `make INSTANT [STALLS_AFTER]` or `read`; in JSON."""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django


def seed() -> Any:
    """Three people with a week, and a report of them that waits."""
    from datetime import date

    from attendance.domain.reports import ReportAsked
    from attendance.services.report_runs import request_run
    from tests.attendance.queries.test_reports import people_with_a_week
    from tests.cast import NOW, Cast

    cast = Cast()
    people_with_a_week(cast, 3)
    asked = ReportAsked("hours", date(2026, 11, 16), date(2026, 11, 22))
    return request_run(asked, file_format="csv", actor=cast.cory, now=NOW).total


def make(instant: str, stalls_after: str = "") -> Any:
    """One sweep, as if it were that instant, a piece for each line; it stalls after so many pieces."""
    from attendance.services import report_files, report_runs

    report_files.PIECE = 1
    if stalls_after:
        write = report_runs._Progress.write

        def stalling(progress: report_runs._Progress, piece: bytes) -> None:
            write(progress, piece)
            if progress._pieces == int(stalls_after):
                sys.stdout.write("stalled\n")
                sys.stdout.flush()
                time.sleep(600)

        report_runs._Progress.write = stalling  # type: ignore[method-assign, assignment]
    now = datetime.fromisoformat(instant)
    return report_runs.make_waiting(clock=lambda: now)


def read() -> Any:
    """How the run stands, and what its pieces hold."""
    from attendance.models import ReportPiece, ReportRun

    run = ReportRun.objects.get()
    pieces = [bytes(data).decode() for data in ReportPiece.objects.order_by("number").values_list("data", flat=True)]
    return [run.state, run.attempts, pieces]


VERBS: dict[str, Callable[..., Any]] = {"seed": seed, "make": make, "read": read}

if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])) + "\n")
