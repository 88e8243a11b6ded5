"""Family members of a patient, what they may be told, and to what they are asked."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, LocalDate, OptionalText, Reference, SiteInstant, Text
from api.idempotency import once_per_key
from api.inputs import Input
from api.resources.plans import OfPatient
from people.domain.time import local_date
from people.enums import FamilyShare, Language
from people.errors import InvalidInput
from people.models import FamilyConsent, FamilyMember, Patient
from people.queries import home_zone
from people.services.family import (
    MemberFields,
    add_member,
    change_member,
    give_consent,
    remove_member,
    revoke_consent,
)
from scheduling.enums import InvitationState
from scheduling.models import Booking, Invitation
from scheduling.services.invitations import invite, withdraw


class MemberAnswer(serializers.Serializer[FamilyMember]):
    id = Id()
    patient = Id("patient_id")
    name = serializers.CharField()
    relation = Text()
    email = Text()
    phone = Text()
    language = serializers.ChoiceField(Language.choices)


class MemberInput(Input):
    answer = MemberAnswer
    name = serializers.CharField(max_length=150)
    relation = OptionalText(max_length=60)
    email = OptionalText(max_length=254)
    phone = OptionalText(max_length=32)
    language = serializers.ChoiceField(Language.choices, required=False)


class ConsentAnswer(serializers.Serializer[FamilyConsent]):
    id = Id()
    member = Id("member_id")
    shares = serializers.SerializerMethodField()
    starts_on = LocalDate()
    ends_on = LocalDate()
    wording = serializers.CharField(help_text="The sentence that was agreed to.")
    given_at = SiteInstant(site=None)
    revoked_at = SiteInstant(site=None, allow_null=True)

    def get_shares(self, consent: FamilyConsent) -> list[str]:
        named = {FamilyShare.INVITATIONS: consent.shares_invitations, FamilyShare.ATTENDANCE: consent.shares_attendance}
        return [str(share.value) for share, shared in named.items() if shared]


class ConsentInput(Input):
    answer = ConsentAnswer
    shares = serializers.ListField(child=serializers.ChoiceField(FamilyShare.choices), max_length=5)
    ends_on = LocalDate()


class InvitationAnswer(serializers.Serializer[Invitation]):
    """The link itself stands only in the message."""

    id = Id()
    booking = Id("booking_id")
    member = Id("member_id")
    state = serializers.ChoiceField(InvitationState.choices)
    invited_at = SiteInstant(site="session.site")
    answered_at = SiteInstant(site="session.site", allow_null=True)


class InvitationInput(Input):
    answer = InvitationAnswer
    member = Reference(lambda user: FamilyMember.objects.visible_to(user).current())


class FamilyMembers(OfPatient):
    """Who may come along. They learn nothing without a consent."""

    @extend_schema(responses=MemberAnswer(many=True))
    def list(self, request: Request, patient_id: str) -> Response:
        """By name; those taken off the list are left out."""
        patient = self.patient()
        return self.listed(FamilyMember.objects.current().filter(patient=patient), patient, MemberAnswer)

    @extend_schema(request=MemberInput, responses={201: MemberAnswer})
    @once_per_key()
    def create(self, request: Request, patient_id: str) -> Response:
        patient = self.patient()
        self.must("people.change_family", patient)
        member = add_member(patient, MemberFields(**self.said(MemberInput)), actor=self.user, now=self.now)
        return self.answer(member, MemberAnswer, status=201)

    @extend_schema(request=MemberInput, responses=MemberAnswer)
    def partial_update(self, request: Request, patient_id: str, member_id: str) -> Response:
        """Other details; what is left out stays."""
        member = self.member(member_id)
        kept = {name: getattr(member, name) for name in MemberFields.__dataclass_fields__}
        said = self.said(MemberInput, partial=True)
        changed = change_member(member, MemberFields(**{**kept, **said}), actor=self.user, now=self.now)
        return self.answer(changed, MemberAnswer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, patient_id: str, member_id: str) -> Response:
        """Off the list, with every consent and invitation."""
        remove_member(self.member(member_id), actor=self.user, now=self.now)
        return Response(status=204)

    def member(self, member_id: str) -> FamilyMember:
        """One whom the account may change. Raises Http404 where it does not see them."""
        patient = self.patient()
        rows = FamilyMember.objects.current().filter(patient=patient).select_related("patient")
        member: FamilyMember = self.find(rows, member_id)
        self.must("people.change_family", patient)
        return member


class FamilyConsents(FamilyMembers):
    """What the patient lets a family member know, and until when."""

    @extend_schema(responses=ConsentAnswer(many=True))
    def list(self, request: Request, patient_id: str, member_id: str) -> Response:  # type: ignore[override]
        """The latest first, those taken back included."""
        patient = self.patient()
        member = self.find(FamilyMember.objects.filter(patient=patient), member_id)
        return self.listed(FamilyConsent.objects.filter(member=member), patient, ConsentAnswer)

    @extend_schema(request=ConsentInput, responses={201: ConsentAnswer})
    @once_per_key()
    def create(self, request: Request, patient_id: str, member_id: str) -> Response:
        """From today on, in place of the one before."""
        member = self.member(member_id)
        said = self.said(ConsentInput)
        consent = give_consent(
            member,
            shares=frozenset(FamilyShare(share) for share in said["shares"]),
            starts_on=local_date(self.now, _zone_of(member.patient, self)),
            ends_on=said["ends_on"],
            actor=self.user,
            now=self.now,
        )
        return self.answer(consent, ConsentAnswer, status=201)

    @extend_schema(request=None, responses=ConsentAnswer)
    def revoke(self, request: Request, patient_id: str, member_id: str, consent_id: str) -> Response:
        """Taken back, at once; taking it back twice changes nothing."""
        rows = FamilyConsent.objects.filter(member=self.member(member_id)).select_related("member")
        consent = revoke_consent(self.find(rows, consent_id), actor=self.user, now=self.now)
        return self.answer(consent, ConsentAnswer)


class Invitations(Resource):
    """Family members asked to a booked family session."""

    @extend_schema(responses=InvitationAnswer(many=True))
    def list(self, request: Request, booking_id: str) -> Response:
        booking = self.booking(booking_id)
        rows = Invitation.objects.filter(booking=booking).select_related("session__site")
        return self.answer_page(self.page(rows), InvitationAnswer)

    @extend_schema(request=InvitationInput, responses={201: InvitationAnswer})
    @once_per_key()
    def create(self, request: Request, booking_id: str) -> Response:
        """One who is asked already is not asked twice."""
        booking = self.booking(booking_id)
        self.must("people.change_family", booking.patient)
        member = self.said(InvitationInput)["member"]
        if member.patient_id != booking.patient_id:
            raise InvalidInput({"member": _("There is no such thing, or you do not see it.")})
        return self._answer(invite(booking, member, actor=self.user, now=self.now), status=201)

    @extend_schema(request=None, responses=InvitationAnswer)
    def withdraw(self, request: Request, booking_id: str, invitation_id: str) -> Response:
        """They are asked no more; their link leads nowhere."""
        booking = self.booking(booking_id)
        self.must("people.change_family", booking.patient)
        rows = Invitation.objects.filter(booking=booking).select_related("booking")
        invitation = self.find(rows, invitation_id)
        withdraw(invitation, actor=self.user, now=self.now)
        return self._answer(invitation)

    def booking(self, booking_id: str) -> Booking:
        """One that the account sees. Raises Http404."""
        rows = Booking.objects.visible_to(self.user).select_related("patient")
        booking: Booking = self.find(rows, booking_id)
        return booking

    def _answer(self, invitation: Invitation, *, status: int = 200) -> Response:
        shown = Invitation.objects.select_related("session__site").get(pk=invitation.pk)
        return self.answer(shown, InvitationAnswer, status=status)


def _zone_of(patient: Patient, resource: Resource) -> Any:
    latest = patient.admissions.select_related("site").first()
    return latest.zone if latest else home_zone(resource.user)
