"""What every resource has: who asks, the moment, reading, answering, and guarding."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from api.fields import find
from people.enums import Look
from people.errors import NotAllowed
from people.models import Patient, User
from people.queries import home_zone
from people.services.looks import record_look


class Resource(GenericViewSet[Any]):
    """A set of verbs. Views parse, ask for permission, call one service or query, and answer."""

    metadata_class = None
    pagination_class: Any = GenericViewSet.pagination_class

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        translation.activate(self.user.language)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished.headers.setdefault("Cache-Control", "no-store")  # what is said of people stays in no cache
        return finished

    @property
    def user(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    @cached_property
    def now(self) -> datetime:
        """The moment of the request, the same for all that it does."""
        return timezone.now()

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where the account is at home."""
        return home_zone(self.user)

    # --- reading ---

    def said(self, form: type[serializers.Serializer[Any]], *, partial: bool = False, data: Any = None) -> Any:
        """The body's values, parsed. Raises ValidationError by field."""
        body = self.request.data if data is None else data
        parsed = form(data=body, partial=partial, context=self.get_serializer_context())
        parsed.is_valid(raise_exception=True)
        return parsed.validated_data

    def asked(self, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The address's parameters, parsed; those left empty count as left out. Raises ValidationError by field."""
        named = {name: value for name, value in self.request.query_params.dict().items() if value != ""}
        parsed = form(data=named, context=self.get_serializer_context())
        parsed.is_valid(raise_exception=True)
        return cast(dict[str, Any], parsed.validated_data)

    def get_serializer_context(self) -> dict[str, Any]:
        """What fields need to know; the zone is asked for only where it is shown."""
        return {"user": self.user, "zone": lambda: self.zone}

    def find(self, rows: QuerySet[Any], given: object) -> Any:
        """The row with the id. Raises Http404 for one that is not there or not seen."""
        return find(rows, given)

    # --- guarding ---

    def must(self, permission: str, thing: Any = None) -> None:
        """Raises NotAllowed unless the account may do this with the thing."""
        if not self.user.has_perm(permission, thing):
            raise NotAllowed

    def looked_at(self, patient: Patient, look: Look = Look.PATIENT) -> None:
        """Every look at a person's record is recorded."""
        record_look(look, patient, actor=self.user, now=self.now, patient_id=patient.pk)

    # --- answering ---

    def answer(self, row: Any, form: Any, *, status: int = 200, **context: Any) -> Response:
        """One row."""
        return Response(form(row, context={**self.get_serializer_context(), **context}).data, status=status)

    def page(self, rows: QuerySet[Any] | list[Any]) -> list[Any]:
        """The rows of the page that was asked for."""
        return list(self.paginate_queryset(cast(QuerySet[Any], rows)) or [])

    def answer_page(self, rows: Iterable[Any], form: Any, **context: Any) -> Response:
        """A page of rows, as `page` cut it."""
        shown = form(list(rows), many=True, context={**self.get_serializer_context(), **context}).data
        return self.get_paginated_response(shown)
