"""Families of the demo: who may know what, who is asked to a session, and what they answered."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice

from people.domain.time import local_date
from people.enums import FamilyShare
from people.models import Admission, FamilyConsent, FamilyMember, Patient, Site, User
from people.services.family import MemberFields, add_member, give_consent, revoke_consent
from scheduling.enums import Kind
from scheduling.models import Booking, Invitation, Session
from scheduling.models.invitation import digest_of, token_of
from scheduling.queries import sessions_with_fit
from scheduling.services.booking import book
from scheduling.services.invitations import answer, invite
from web.demo.accounts import address

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
ASKED = frozenset({FamilyShare.INVITATIONS})
TOLD = frozenset({FamilyShare.INVITATIONS, FamilyShare.ATTENDANCE})
ANSWERS = (True, False, None)
"""Yes, no, and none yet, in turns."""

RELATIVES = ("Helen", "Victor", "Irene", "Omar", "Paloma", "Theo")
RELATIONS = ("Mother", "Brother", "Wife", "Father", "Sister", "Friend")
MOST = 6


def put_down_households(site: Site, patient: Patient, people: Sequence[int], *, now: datetime) -> None:
    """The demo patient's household, with something of everything; then those who bring somebody to a session."""
    _demo_household(patient, now=now)
    coming = Booking.objects.live().filter(patient__in=people, session__kind=Kind.FAMILY, starts_at__gt=now)
    first: dict[int, Booking] = {}
    for booking in coming.select_related("patient", "session").order_by("starts_at", "pk"):
        first.setdefault(booking.patient_id, booking)
    turns = zip(islice(first.values(), MOST), RELATIVES, RELATIONS, cycle(ANSWERS), strict=False)
    for booking, name, relation, says in turns:
        member = _member(booking.patient, name, relation, now=now - 9 * A_DAY)
        _consent(member, site, now=now - 9 * A_DAY, days=180)
        _ask(booking, member, actor=None, says=says, now=now)
    for row in Invitation.objects.order_by("pk"):  # the same seed, the same clinic: what is random elsewhere is not
        row.nonce = f"{row.pk:032d}"
        row.token_digest = digest_of(token_of(row.nonce))
        row.save(update_fields=["nonce", "token_digest"])


def _demo_household(patient: Patient, *, now: datetime) -> None:
    """Two who may be asked, one whose consent ran out, one from whom it was taken back, one who was never asked."""
    admission = Admission.objects.select_related("site", "program").filter(patient=patient).latest("admitted_on")
    site, since = admission.site, now - 20 * A_DAY
    mother = _member(patient, "Elena", "Mother", now=since)
    _consent(mother, site, now=since, days=180, shares=TOLD)
    brother = _member(patient, "Mateo", "Brother", now=since, language="es")
    _consent(brother, site, now=since, days=90)
    _consent(_member(patient, "Julia", "Aunt", now=now - 44 * A_DAY), site, now=now - 44 * A_DAY, days=30)
    partner = _member(patient, "Nico", "Former partner", now=since)
    revoke_consent(_consent(partner, site, now=since, days=90), actor=patient.user, now=now - 6 * A_DAY)
    _member(patient, "Rosa", "Cousin", now=now - A_DAY)
    session = next(_family_sessions(admission, patient, now=now), None)
    if session is not None:
        booking = book(patient, session, actor=patient.user, now=now - 3 * AN_HOUR)
        _ask(booking, mother, actor=patient.user, says=True, now=now)
        _ask(booking, brother, actor=patient.user, says=None, now=now)


def _family_sessions(admission: Admission, patient: Patient, *, now: datetime) -> Iterator[Session]:
    """Those that the demo patient could book, after the week that the board shows."""
    after = admission.week_of(now).ends_at
    ahead = Session.objects.live().filter(program=admission.program, kind=Kind.FAMILY, starts_at__gte=after)
    rows = ahead.select_related("program", "site").order_by("starts_at", "pk")[:MOST]
    return (fit.session for fit in sessions_with_fit(list(rows), patient.pk, now=now) if not fit.why_not)


def _member(patient: Patient, first: str, relation: str, *, now: datetime, language: str = "en") -> FamilyMember:
    name = f"{first} {patient.name.split()[-1]}"
    fields = MemberFields(name, relation, address(name, patient.pk, "family.example"), "", language)
    return add_member(patient, fields, actor=patient.user, now=now)


def _consent(
    member: FamilyMember, site: Site, *, now: datetime, days: int, shares: frozenset[FamilyShare] = ASKED
) -> FamilyConsent:
    first = local_date(now, site.zone)
    return give_consent(
        member, shares=shares, starts_on=first, ends_on=first + days * A_DAY, actor=member.patient.user, now=now
    )


def _ask(booking: Booking, member: FamilyMember, *, actor: User | None, says: bool | None, now: datetime) -> None:
    invitation = invite(booking, member, actor=actor, now=now - 2 * AN_HOUR)
    if says is not None:
        answer(invitation, coming=says, now=now - AN_HOUR)
