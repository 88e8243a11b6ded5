"""How one wants to be told, and what was sent."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, SiteInstant, Subject, WallTime
from api.inputs import Input, Parameters
from notifications.enums import Channel, MessageKind, MessageState
from notifications.models import Message, NotificationPreference
from notifications.queries import preference_of
from notifications.services.preferences import change_preference
from people.models import Patient, User


class PreferenceAnswer(serializers.Serializer[NotificationPreference]):
    email_enabled = serializers.BooleanField()
    quiet_from = WallTime()
    quiet_until = WallTime()


class PreferenceInput(Input):
    answer = PreferenceAnswer
    email_enabled = serializers.BooleanField(required=False)
    quiet_from = WallTime(required=False, help_text="Wall time; the same as `quiet_until` means none.")
    quiet_until = WallTime(required=False)


class Preferences(Resource):
    """One's own: as a patient, or else as an account of the staff."""

    pagination_class = None

    @property
    def owner(self) -> Patient | User:
        patient_id = self.user.scope.patient_id
        return self.user if patient_id is None else Patient.objects.get(pk=patient_id)

    @extend_schema(responses=PreferenceAnswer)
    def retrieve(self, request: Request) -> Response:
        return self.answer(preference_of(self.owner), PreferenceAnswer)

    @extend_schema(request=PreferenceInput, responses=PreferenceAnswer)
    def partial_update(self, request: Request) -> Response:
        owner = self.owner
        preference = preference_of(owner)
        self.must("notifications.change_preference", preference)
        fields = {name: getattr(preference, name) for name in ("email_enabled", "quiet_from", "quiet_until")}
        fields |= self.said(PreferenceInput, partial=True)
        return self.answer(change_preference(owner, **fields, actor=self.user, now=self.now), PreferenceAnswer)


class MessageAnswer(serializers.Serializer[Message]):
    id = Id()
    patient = Id("patient_id", allow_null=True)
    kind = serializers.ChoiceField(MessageKind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    language = serializers.CharField()
    subject = serializers.CharField()
    body = serializers.CharField()
    state = serializers.ChoiceField(MessageState.choices)
    due_at = SiteInstant(site=None)
    created_at = SiteInstant(site=None)
    sent_at = SiteInstant(site=None, allow_null=True)


class MessageParameters(Parameters):
    state = serializers.ChoiceField(MessageState.choices, required=False)
    patient = Subject(Patient.objects.visible_to, required=False)


class Messages(Resource):
    """What was, or will be, sent to oneself; the staff of a site see its patients'."""

    @extend_schema(parameters=[MessageParameters], responses=MessageAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The newest first."""
        asked: dict[str, Any] = self.asked(MessageParameters)
        if "patient" in asked:
            self.looked_at(asked["patient"])
        rows = Message.objects.visible_to(self.user).filter(**asked)
        return self.answer_page(self.page(rows.order_by("-created_at", "-pk")), MessageAnswer)
