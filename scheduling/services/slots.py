"""One-to-one sessions made from a counselor's hours: what would clash is left out, and nothing is made twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.domain.time import Interval, local_date, resolve_wall
from people.errors import InvalidInput, Refusal
from people.models import Counselor, Program, Room, Site, User
from people.retries import retrying_deadlocks
from people.services.trail import record
from scheduling.domain.staffing import slots_in
from scheduling.enums import Kind, Mode
from scheduling.models import Session, SessionCounselor
from scheduling.services.locks import lock_counselors, lock_sessions
from scheduling.services.session_rules import SessionFields
from scheduling.services.sessions import create_session
from scheduling.services.staffing import Staff
from scheduling.signals import seats_changed

MOST_DAYS = 62
MOST_SLOTS = 200
A_DAY = timedelta(days=1)
MADE_ALREADY = "made_already"
OVER_ALREADY = "session_started"


@dataclass(frozen=True)
class SlotWish:
    """How the hours are to be cut, on which dates (both included); the pause follows each slot.

    Kept for the counselor's own people, unless they are `open_to_all`; staff book anybody.
    """

    program: Program
    site: Site
    first: date
    last: date
    minutes: int
    pause_minutes: int = 0
    title: str = "One-to-one"
    room: Room | None = None
    mode: str = Mode.IN_PERSON
    open_to_all: bool = False


@dataclass(frozen=True)
class Slot:
    """One stretch of the hours: the session that it became, or why it became none."""

    interval: Interval
    session: Session | None = None
    why_not: str = ""
    detail: Any = ""


def make_slots(
    counselor: Counselor, wish: SlotWish, *, actor: User | None, now: datetime, preview: bool = False
) -> list[Slot]:
    """Sessions of one seat, led by the counselor, in every slot of their hours that is free; with `preview` nothing is
    left of it but the answer.

    Slots that are over or were made already, called off or not, are left out, and so are those that creating a
    session would refuse, with its code. Raises InvalidInput by field, also for a counselor without any hours.
    """
    _check(counselor, wish, now=now)
    return _made(counselor, wish, actor=actor, now=now, preview=preview)


@retrying_deadlocks
def _made(counselor: Counselor, wish: SlotWish, *, actor: User | None, now: datetime, preview: bool) -> list[Slot]:
    with transaction.atomic():
        lock_counselors([counselor.pk])
        stretches = _stretches(counselor, wish)
        made_before = _starts_of(counselor, wish, stretches)
        found = [_slot(counselor, wish, one, made_before, actor=actor, now=now) for one in stretches]
        if not wish.open_to_all:
            made = [one.session.pk for one in found if one.session is not None]
            Session.objects.filter(pk__in=made).update(caseload_of=counselor)
        if preview:
            transaction.set_rollback(True)
    return found


@retrying_deadlocks
def open_to_all(session: Session, *, actor: User | None, now: datetime) -> Session:
    """From now on patients of any counselor may book it themselves. Twice changes nothing."""
    with transaction.atomic():
        locked = lock_sessions(session.pk)[session.pk]
        before = locked.caseload_of_id
        if before is not None:
            locked.caseload_of, locked.changed_at = None, now
            locked.save(update_fields=["caseload_of", "changed_at"])
            kept = {"caseload_of": before}
            record("session_opened", locked, actor=actor, now=now, before=kept, after={"caseload_of": None})
            seats_changed.send(Session, session_ids=[locked.pk], now=now)
    return locked


def open_due(*, now: datetime) -> int:
    """Open what is kept for a counselor's own people and begins within its program's hours; how many. Repeatable."""
    kept = Session.objects.live().filter(starts_at__gt=now).exclude(caseload_of=None)
    due: list[Session] = []
    for program in Program.objects.exclude(slots_open_before_hours=None).order_by("pk"):
        within = now + timedelta(hours=program.slots_open_before_hours or 0)
        due += kept.filter(program=program, starts_at__lte=within).order_by("pk")
    for session in due:
        open_to_all(session, actor=None, now=now)
    return len(due)


def _stretches(counselor: Counselor, wish: SlotWish) -> list[Interval]:
    span = _span(wish)
    hours = Staff.load([counselor.pk], span).of(counselor.pk).hours
    if hours is None:
        raise InvalidInput({"counselor": _("No hours are recorded from which slots could be made.")})
    zone = wish.site.zone
    slots = slots_in(hours.get(wish.site.pk, ()), minutes=wish.minutes, pause_minutes=wish.pause_minutes)
    inside = [one for one in slots if wish.first <= local_date(one.start, zone) <= wish.last]
    if len(inside) > MOST_SLOTS:
        raise InvalidInput({"ends_on": _("That would be more than 200 slots; take fewer days.")})
    return inside


def _starts_of(counselor: Counselor, wish: SlotWish, stretches: Sequence[Interval]) -> set[datetime]:
    """When the counselor's own one-to-one sessions begin, those called off included."""
    if not stretches:
        return set()
    rows = SessionCounselor.objects.filter(
        counselor=counselor,
        session__kind=Kind.INDIVIDUAL,
        session__site=wish.site,
        starts_at__gte=stretches[0].start,
        starts_at__lte=stretches[-1].start,
    )
    return set(rows.values_list("starts_at", flat=True))


def _slot(
    counselor: Counselor,
    wish: SlotWish,
    interval: Interval,
    made_before: set[datetime],
    *,
    actor: User | None,
    now: datetime,
) -> Slot:
    if interval.start <= now:
        return Slot(interval, why_not=OVER_ALREADY, detail=_("It is over."))
    if interval.start in made_before:
        return Slot(interval, why_not=MADE_ALREADY, detail=_("It was made before."))
    fields = SessionFields(
        program=wish.program,
        site=wish.site,
        kind=Kind.INDIVIDUAL,
        title=wish.title,
        starts_at=interval.start,
        ends_at=interval.end,
        capacity=1,
        counselors=(counselor,),
        room=wish.room,
        mode=wish.mode,
    )
    try:
        with transaction.atomic():
            return Slot(interval, session=create_session(fields, actor=actor, now=now))
    except InvalidInput as refusal:
        if set(refusal.errors) - {"starts_at", "ends_at"}:
            raise  # wrong of every slot alike
        return Slot(interval, why_not=refusal.code, detail=refusal.detail)
    except Refusal as refusal:
        return Slot(interval, why_not=refusal.code, detail=refusal.detail)


def _check(counselor: Counselor, wish: SlotWish, *, now: datetime) -> None:
    errors: dict[str, Any] = {}
    if not 5 <= wish.minutes <= 240:
        errors["minutes"] = _("A slot lasts from 5 minutes to 4 hours.")
    if not 0 <= wish.pause_minutes <= 240:
        errors["pause_minutes"] = _("A pause lasts 4 hours at most.")
    if wish.last < wish.first:
        errors["ends_on"] = _("The last day lies before the first.")
    elif (wish.last - wish.first).days >= MOST_DAYS:
        errors["ends_on"] = _("Take two months at most.")
    if wish.last < local_date(now, wish.site.zone):
        errors["ends_on"] = _("These days are over.")
    if not counselor.sites.filter(pk=wish.site.pk).exists():
        errors["site"] = _("A counselor does not work at this site.")
    if errors:
        raise InvalidInput(errors)


def _span(wish: SlotWish) -> Interval:
    zone = wish.site.zone
    first, last = datetime.combine(wish.first, time.min), datetime.combine(wish.last + A_DAY, time.min)
    return Interval(resolve_wall(first, zone), resolve_wall(last, zone))
