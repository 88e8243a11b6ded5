"""The coordinators' weekday morning: how many are short, what still can be done, and where to look. No names."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.enums import FlagState, WeekState
from attendance.models import Flag
from attendance.queries import board
from notifications.enums import Channel, MessageKind, SubjectType
from notifications.models import Message, Reminder
from notifications.services.emails import new_email
from notifications.services.truth import JUDGES, Drop, Say, Verdict
from notifications.texts import Text
from people.domain.time import local_date, to_wall
from people.enums import Role
from people.models import User
from people.queries import home_zone
from scheduling.models import Session

FROM, UNTIL = time(7), time(12)
"""A digest is a morning's: what could not be sent by noon is not sent."""

SATURDAY = 5


@dataclass(frozen=True)
class Morning:
    """What a digest says."""

    short: int
    can_make_it: int
    flags: int
    mine: int
    not_held: int


def queue_digests(*, now: datetime) -> int:
    """Write one message for each coordinator whose weekday morning has come, and who has something to look at.

    The unique reminder row, one a person and date, decides who queues: run twice, or by two at once, nothing doubles.
    A day without anything to tell stays silent.
    """
    queued = 0
    for user in _coordinators():
        if _is_morning(user, now):
            with transaction.atomic():
                queued += _queue(user, now=now)
    return queued


def digest_text(user: User, *, now: datetime) -> Text | None:
    """The digest in the account's language; None outside the morning, for nobody's board, and without news."""
    if not user.scope.managed_site_ids or not _is_morning(user, now):
        return None
    morning = _morning_of(user, now=now)
    if not (morning.short or morning.flags):
        return None
    with translation.override(user.language):
        short = ngettext("%(count)d week is short", "%(count)d weeks are short", morning.short)
        flags = ngettext("%(count)d flag is open", "%(count)d flags are open", morning.flags)
        head = f"{short % {'count': morning.short}}, {flags % {'count': morning.flags}}"
        lines = [head + "."]
        if morning.can_make_it:
            can = ngettext("%(count)d can still make it.", "%(count)d can still make it.", morning.can_make_it)
            lines.append(can % {"count": morning.can_make_it})
        if morning.mine:
            mine = ngettext("%(count)d of the flags is yours.", "%(count)d of the flags are yours.", morning.mine)
            lines.append(mine % {"count": morning.mine})
        if morning.not_held:
            shut = ngettext(
                "%(count)d date ahead lies outside the opening hours.",
                "%(count)d dates ahead lie outside the opening hours.",
                morning.not_held,
            )
            lines.append(shut % {"count": morning.not_held})
        body = "\n".join([" ".join(lines), "", f"{settings.BASE_URL}/compliance/"]) + "\n"
        return Text(subject=_("This morning: %(head)s") % {"head": head}, body=body)


def judge_digest(message: Message, now: datetime) -> Verdict:
    """The morning's figures as they are now; not in the afternoon, and not to somebody who coordinates no more."""
    if message.user is None or not message.user.is_active:
        return Drop("unwanted")
    text = digest_text(message.user, now=now)
    if text is None:
        return Drop("too_late")
    return Say(message.user.email, message.sender_name, message.language, text.subject, text.body)


JUDGES[MessageKind.DIGEST] = judge_digest


def _coordinators() -> Iterator[User]:
    rows = User.objects.filter(is_active=True, memberships__role=Role.COORDINATOR).exclude(email="")
    yield from rows.distinct().order_by("pk").iterator(500)


def _is_morning(user: User, now: datetime) -> bool:
    local = to_wall(now, home_zone(user))
    return local.weekday() < SATURDAY and FROM <= local.time() < UNTIL


def _morning_of(user: User, *, now: datetime) -> Morning:
    counts = board(user, week=local_date(now, home_zone(user))).counts()
    flags = Flag.objects.visible_to(user).exclude(state=FlagState.RESOLVED)
    return Morning(
        short=counts[WeekState.BELOW] + counts[WeekState.AT_RISK],
        can_make_it=counts[WeekState.AT_RISK],
        flags=flags.count(),
        mine=flags.filter(assigned_to=user).count(),
        not_held=Session.objects.outside_hours(now=now).filter(site_id__in=user.scope.managed_site_ids).count(),
    )


def _queue(user: User, *, now: datetime) -> int:
    subject = {
        "subject_type": SubjectType.USER,
        "subject_id": user.pk,
        "kind": MessageKind.DIGEST,
        "occasion": local_date(now, home_zone(user)).isoformat(),
        "channel": Channel.EMAIL,
        "recipient": f"user:{user.pk}",
    }
    if Reminder.objects.filter(**subject).exists():
        return 0
    text = digest_text(user, now=now)
    if text is None:
        return 0
    batch = uuid.uuid4().hex
    Reminder.objects.bulk_create([Reminder(**subject, batch=batch, created_at=now)], ignore_conflicts=True)
    reminder = Reminder.objects.filter(**subject, batch=batch).first()
    if reminder is None:
        return 0
    new_email(
        MessageKind.DIGEST, text, contact=user.email, language=user.language, now=now, reminder=reminder, user=user
    ).save()
    return 1
