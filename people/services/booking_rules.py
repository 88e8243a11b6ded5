"""How a program takes bookings: until when, what becomes of a freed seat, from when giving one up is late, how long
after an absence it is made up for, and when what is kept for a counselor's own people opens to everybody.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from people.enums import WaitlistPolicy
from people.errors import InvalidInput
from people.models import Program, User
from people.services.trail import record

MOST_MINUTES = 14 * 24 * 60
"""A fortnight: the longest that any of these looks ahead."""

MOST_HOURS = MOST_MINUTES // 60

MOST_OFFER_MINUTES = 7 * 24 * 60

MOST_DAYS = 60
"""No absence that is older can be made up for, whatever a program asks."""


@dataclass(frozen=True)
class BookingRules:
    """The program's columns of the same names; in minutes, but for the policy, the days and the hours.

    Without `slots_open_before_hours` nothing opens by itself.
    """

    booking_cutoff_minutes: int
    cancel_cutoff_minutes: int
    waitlist_notice_minutes: int
    waitlist_policy: str
    offer_minutes: int
    make_up_days: int
    slots_open_before_hours: int | None


def booking_rules_of(program: Program) -> BookingRules:
    """The rules that hold now."""
    return BookingRules(**{name: getattr(program, name) for name in BookingRules.__dataclass_fields__})


def change_booking_rules(program: Program, rules: BookingRules, *, actor: User | None, now: datetime) -> Program:
    """Let these rules hold from now on; what was booked, offered or given up before stays as it was.

    Raises InvalidInput naming the field.
    """
    errors = _errors(rules)
    if errors:
        raise InvalidInput(errors)
    with transaction.atomic():
        locked = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        before, after = asdict(booking_rules_of(locked)), asdict(rules)
        if before != after:
            for name, value in after.items():
                setattr(locked, name, value)
            locked.save(update_fields=list(after))
            record("booking_rules_changed", locked, actor=actor, now=now, before=before, after=after)
    return locked


def _errors(rules: BookingRules) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for name in ("booking_cutoff_minutes", "cancel_cutoff_minutes", "waitlist_notice_minutes"):
        if not 0 <= getattr(rules, name) <= MOST_MINUTES:
            errors[name] = _("This is 0 minutes to 14 days.")
    if not 1 <= rules.offer_minutes <= MOST_OFFER_MINUTES:
        errors["offer_minutes"] = _("An offer is held for a minute at least, and seven days at most.")
    if not 0 <= rules.make_up_days <= MOST_DAYS:
        errors["make_up_days"] = _("This is 0 to 60 days.")
    if rules.slots_open_before_hours is not None and not 1 <= rules.slots_open_before_hours <= MOST_HOURS:
        errors["slots_open_before_hours"] = _("This is 1 hour to 14 days.")
    if rules.waitlist_policy not in WaitlistPolicy.values:
        errors["waitlist_policy"] = _("This is none of the choices.")
    return errors
