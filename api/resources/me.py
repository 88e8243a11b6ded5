"""One's own account."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Resource
from api.fields import Id
from api.inputs import Input, given
from people.enums import Language, Role
from people.models import User
from people.services.accounts import change_account


class RoleAnswer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(Role.choices)
    site = serializers.CharField(allow_null=True)


class MeAnswer(serializers.Serializer[User]):
    id = Id()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.ChoiceField(Language.choices)
    time_zone = serializers.SerializerMethodField()
    roles = serializers.SerializerMethodField()
    patient = serializers.SerializerMethodField()

    def get_time_zone(self, user: User) -> str:
        return str(self.context["zone"]())

    def get_roles(self, user: User) -> list[dict[str, str | None]]:
        return [
            {"role": role.value, "site": None if site_id is None else str(site_id)}
            for role, site_id in user.scope.memberships
        ]

    def get_patient(self, user: User) -> str | None:
        return None if user.scope.patient_id is None else str(user.scope.patient_id)


class MeInput(Input):
    answer = MeAnswer
    name = serializers.CharField(required=False, max_length=150)
    language = serializers.ChoiceField(Language.choices, required=False)


class Me(Resource):
    """Who one is, where one is at home, and which roles one holds."""

    pagination_class = None

    @extend_schema(responses=MeAnswer)
    def retrieve(self, request: Request) -> Response:
        return self.answer(self.user, MeAnswer)

    @extend_schema(request=MeInput, responses=MeAnswer)
    def partial_update(self, request: Request) -> Response:
        said = given(self.said(MeInput, partial=True))
        fields = {"name": self.user.name, "language": self.user.language, **said}
        user = change_account(self.user, **fields, actor=self.user, now=self.now)
        return self.answer(user, MeAnswer)
