"""Somebody who came without an appointment."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Instant, OptionalText, Subject
from api.idempotency import once_per_key
from api.inputs import Input
from api.resources.rosters import RosterAnswer, RosterResource
from attendance.services.walk_ins import add_walk_in
from people.models import Patient


class WalkInInput(Input):
    """Without `arrived_at` they arrived this minute while the session is on; null means at the start."""

    patient: serializers.Field[Any, Any, Any, Any] = Subject(lambda user: Patient.objects.visible_to(user))
    override_reason = OptionalText(max_length=300)
    arrived_at = Instant(required=False, allow_null=True)


class WalkIns(RosterResource):
    """A roster takes in somebody who is not booked."""

    @extend_schema(request=WalkInInput, responses={201: RosterAnswer})
    @once_per_key()
    def create(self, request: Request, session_id: str) -> Response:
        """Book and mark present in one step. What booking refuses is refused; a reason lifts what it lifts there.

        The answer is the roster as it now stands.
        """
        session = self.session("attendance.take_roster")
        said = dict(self.said(WalkInInput))
        add_walk_in(session, said.pop("patient"), actor=self.user, now=self.now, **said)
        return self.roster(session, status=201)
