"""A patient's family members as a page shows them: what they may know, and to what they are asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from people.models import FamilyConsent, FamilyMember, Patient
from scheduling.enums import InvitationState, Kind
from scheduling.models import Booking, Invitation
from web import format as figures
from web.forms.family import ConsentForm
from web.rows.sessions import day_of, times_of

STATE_ICONS = {
    InvitationState.ASKED: "hourglass-split",
    InvitationState.COMING: "check-circle-fill",
    InvitationState.DECLINED: "x-circle",
}


@dataclass(frozen=True)
class Meeting:
    """A family appointment ahead, and whether the member is asked to it."""

    booking_id: int
    when: str
    state: str
    icon: str
    invitation_id: int | None
    may_be_asked: bool


@dataclass(frozen=True)
class MemberCard:
    """One family member."""

    member: FamilyMember
    consent: FamilyConsent | None
    may_know: Sequence[str]
    until: str
    ended: str
    consent_form: ConsentForm
    meetings: Sequence[Meeting]


def member_cards(
    patient: Patient, *, today: date, now: datetime, broken: dict[int, ConsentForm] | None = None
) -> list[MemberCard]:
    """Everybody on the list, by name, with the family appointments ahead. Four queries."""
    members = list(FamilyMember.objects.current().filter(patient=patient))
    holding = FamilyConsent.objects.in_force_on(today).filter(pk=OuterRef("pk"))
    given = FamilyConsent.objects.filter(member__in=members).annotate(holds=Exists(holding)).order_by("given_at", "pk")
    latest = {row.member_id: row for row in given}
    bookings = list(
        Booking.objects.live()
        .filter(patient=patient, session__kind=Kind.FAMILY, starts_at__gt=now)
        .select_related("session__site")
        .order_by("starts_at", "pk")[:10]
    )
    asked: dict[int, dict[int, Invitation]] = defaultdict(dict)
    for invitation in Invitation.objects.standing().filter(booking__in=bookings):
        asked[invitation.member_id][invitation.booking_id] = invitation
    return [
        _card(member, latest.get(member.pk), bookings, asked[member.pk], today, (broken or {}).get(member.pk))
        for member in members
    ]


def _card(
    member: FamilyMember,
    latest: Any,
    bookings: Sequence[Booking],
    asked: dict[int, Invitation],
    today: date,
    form: ConsentForm | None,
) -> MemberCard:
    consent: FamilyConsent | None = latest if latest is not None and latest.holds else None
    known = []
    if consent is not None and consent.shares_invitations:
        known.append(_("when and where to come along"))
    if consent is not None and consent.shares_attendance:
        known.append(_("whether you came"))
    return MemberCard(
        member=member,
        consent=consent,
        may_know=known,
        until=figures.short_day(consent.ends_on) if consent else "",
        ended=_ended(latest, today=today) if consent is None else "",
        consent_form=form or ConsentForm.starting(today, prefix=f"consent-{member.pk}"),
        meetings=[_meeting(booking, asked.get(booking.pk), consent) for booking in bookings],
    )


def _ended(latest: FamilyConsent | None, *, today: date) -> str:
    """What became of the consent that holds no more; nothing where there was none."""
    if latest is None:
        return ""
    if latest.revoked_at is not None:
        return _("Taken back")
    if latest.ends_on < today:
        return _("Ran out %(day)s") % {"day": figures.short_day(latest.ends_on)}
    return ""


def _meeting(booking: Booking, invitation: Invitation | None, consent: FamilyConsent | None) -> Meeting:
    state = InvitationState(invitation.state) if invitation else None
    covered = consent is not None and consent.shares_invitations and day_of(booking.session) <= consent.ends_on
    return Meeting(
        booking_id=booking.pk,
        when=f"{figures.short_day(day_of(booking.session))}, {times_of(booking.session)}",
        state=str(state.label) if state else "",
        icon=STATE_ICONS[state] if state else "",
        invitation_id=invitation.pk if invitation else None,
        may_be_asked=invitation is None and covered,
    )
