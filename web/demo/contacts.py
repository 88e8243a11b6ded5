"""What was done about the demo's short weeks: calls by whoever coordinates the site, with what came of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.db.models import F

from attendance.enums import CallOutcome, OutreachKind
from attendance.models import Outreach, TreatmentWeek
from people.enums import Role
from people.models import Membership

AT_ONCE = 500
SAID = (
    (CallOutcome.REACHED, "Shift was moved at short notice."),
    (CallOutcome.REACHED, "The bus did not come; will take the earlier one."),
    (CallOutcome.WILL_BOOK, "Will book Saturday."),
    (CallOutcome.LEFT_MESSAGE, ""),
    (CallOutcome.NO_ANSWER, ""),
)
ONE_IN = 4
"""One short week in four saw no contact: it shows on the ledger as what it is."""


def put_down_contacts(*, now: datetime) -> None:
    """One or two contacts for most of the closed weeks that were short; the same each time from the same weeks."""
    callers = dict(Membership.objects.filter(role=Role.COORDINATOR).order_by("-pk").values_list("site_id", "user_id"))
    short = TreatmentWeek.objects.filter(
        closed_at__lte=now, exempt=False, credited_minutes__lt=F("min_minutes"), site_id__in=callers
    )
    rows: list[Outreach] = []
    for week in short.order_by("pk").iterator(AT_ONCE):
        rows += _contacts(week, callers[week.site_id])
    Outreach.objects.bulk_create(rows, batch_size=AT_ONCE)


def _contacts(week: TreatmentWeek, caller_id: int) -> Iterator[Outreach]:
    chance = Random(week.pk)
    if not chance.randrange(ONE_IN):
        return
    for day in sorted(chance.sample(range(2, 7), chance.randint(1, 2))):
        outcome, text = chance.choice(SAID)
        yield Outreach(
            patient_id=week.patient_id,
            kind=OutreachKind.CALL,
            outcome=outcome,
            text=text,
            at=week.starts_at + timedelta(days=day, hours=9, minutes=chance.randrange(0, 480, 5)),
            by_id=caller_id,
        )
