"""Two patients who must never share a session. Only those who plan for one of them know that there is a pair."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id, Reference, SiteInstant, Subject, parse_id
from api.idempotency import once_per_key
from api.inputs import Input
from people.errors import InvalidInput
from people.models import Patient
from scheduling.enums import ApartReason
from scheduling.models import KeepApart
from scheduling.services.keep_apart import (
    Share,
    Thing,
    divide,
    division,
    end_keep_apart,
    keep_apart,
    propose_division,
)

MOST_SIDES = 500
KINDS = ("series", "session")


class ShareAnswer(serializers.Serializer[Share]):
    kind = serializers.SerializerMethodField()
    id = serializers.SerializerMethodField()
    title = serializers.CharField()
    patient = serializers.SerializerMethodField(help_text="Whose side it is; null where it is still to be divided.")

    def get_kind(self, share: Share) -> str:
        return share.thing[0]

    def get_id(self, share: Share) -> str:
        return str(share.thing[1])

    def get_patient(self, share: Share) -> str | None:
        return None if share.patient_id is None else str(share.patient_id)


class KeepApartAnswer(serializers.Serializer[KeepApart]):
    id = Id()
    first = Id("first_id")
    second = Id("second_id")
    reason = serializers.ChoiceField(ApartReason.choices)
    made_at = SiteInstant(site=None)
    ended_at = SiteInstant(site=None, allow_null=True)
    sides = serializers.SerializerMethodField()

    def get_sides(self, pair: KeepApart) -> list[dict[str, Any]]:
        shares: list[Share] = self.context["shares"](pair)
        return [dict(ShareAnswer(share).data) for share in shares]


class SideInput(Input):
    kind = serializers.ChoiceField(KINDS)
    id = serializers.CharField(max_length=19)
    patient = Reference(Patient.objects.visible_to)


class KeepApartInput(Input):
    """Without `sides`, as proposed; `preview` answers the proposal and writes nothing."""

    answer = KeepApartAnswer
    first = Subject(Patient.objects.visible_to)
    second = Subject(Patient.objects.visible_to)
    reason = serializers.ChoiceField(ApartReason.choices)
    sides = SideInput(many=True, required=False, max_length=MOST_SIDES)  # type: ignore[call-arg]
    preview = serializers.BooleanField(required=False)


class DivisionInput(Input):
    answer = KeepApartAnswer
    sides = SideInput(many=True, max_length=MOST_SIDES)  # type: ignore[call-arg]


class KeepAparts(Resource):
    """What is on is divided between the two; the other's side does not exist for one."""

    @extend_schema(responses=KeepApartAnswer(many=True))
    def list(self, request: Request) -> Response:
        """The newest first; sides are left out here."""
        rows = KeepApart.objects.visible_to(self.user)
        return self.answer_page(self.page(rows), KeepApartAnswer, shares=lambda pair: [])

    @extend_schema(request=KeepApartInput, responses={201: KeepApartAnswer})
    @once_per_key()
    def create(self, request: Request) -> Response:
        said = self.said(KeepApartInput)
        first, second = said["first"], said["second"]
        for patient in (first, second):
            self.must("scheduling.keep_apart", patient)
        proposed = propose_division(first, second, now=self.now)
        if said.get("preview"):
            made = KeepApart(first=first, second=second, reason=said["reason"], made_at=self.now)
            return self.answer(made, KeepApartAnswer, shares=lambda pair: proposed)
        sides = _sides(said["sides"]) if "sides" in said else {one.thing: one.patient_id or 0 for one in proposed}
        pair, _ended = keep_apart(
            first, second, reason=ApartReason(said["reason"]), sides=sides, actor=self.user, now=self.now
        )
        return self._answer(pair, status=201)

    @extend_schema(responses=KeepApartAnswer)
    def retrieve(self, request: Request, apart_id: str) -> Response:
        return self._answer(self.find(KeepApart.objects.visible_to(self.user), apart_id))

    @extend_schema(request=DivisionInput, responses=KeepApartAnswer)
    def partial_update(self, request: Request, apart_id: str) -> Response:
        """Give things to one side or the other; bookings on the wrong side end."""
        pair = self.find(KeepApart.objects.visible_to(self.user).standing(), apart_id)
        divide(pair, _sides(self.said(DivisionInput)["sides"]), actor=self.user, now=self.now)
        return self._answer(pair)

    @extend_schema(responses=KeepApartAnswer)
    def destroy(self, request: Request, apart_id: str) -> Response:
        """The two may meet again; the pair stays as history."""
        pair = self.find(KeepApart.objects.visible_to(self.user), apart_id)
        return self._answer(end_keep_apart(pair, actor=self.user, now=self.now))

    def _answer(self, pair: KeepApart, *, status: int = 200) -> Response:
        return self.answer(pair, KeepApartAnswer, status=status, shares=lambda one: division(one, now=self.now))


def _sides(said: list[dict[str, Any]]) -> dict[Thing, int]:
    sides: dict[Thing, int] = {}
    for one in said:
        number = parse_id(one["id"])
        if number is None:
            raise InvalidInput({"sides": _("There is no such series or session.")})
        sides[one["kind"], number] = one["patient"].pk
    return sides
