"""What a request may say: parsed here, judged by the services."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

MOST_NAMED = 20
LONGEST_NAME = 60


class Input(serializers.Serializer[Any]):
    """A body or the parameters of an address.

    Fields that nobody knows are refused by name, so that a slip of the pen is not taken for an absent value. Those
    that the resource's own answer has (`answer`) may be sent back as they came; they are left alone.
    """

    answer: ClassVar[type[serializers.BaseSerializer[Any]] | None] = None

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**unknown, **_by_field(error.detail)}) from error
        absent = self._absent(data) if self.root is not self else {}
        if unknown or absent:
            raise serializers.ValidationError({**unknown, **absent})
        return value

    def _absent(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        """What a part must have, in a change of the whole too: there the framework asks for nothing, at any depth."""
        asked = (field for field in self._writable_fields if field.required)
        return {
            str(field.field_name): [str(field.error_messages["required"])]
            for field in asked
            if field.field_name not in data
        }

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, Mapping):
            return {}
        known = set(self.fields) | (set(self.answer().fields) if self.answer else set())  # type: ignore[attr-defined]
        names = [str(name)[:LONGEST_NAME] for name in data if name not in known]
        return {name: [_("There is no such field.")] for name in names[:MOST_NAMED]}


class Parameters(serializers.Serializer[Any]):
    """The parameters of an address; those that nobody knows are passed over, as is usual there."""


def _by_field(detail: Any) -> dict[str, Any]:
    return dict(detail) if isinstance(detail, Mapping) else {"non_field_errors": detail}


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was said: null stands for nothing said, so that the service's own default holds."""
    return {name: value for name, value in values.items() if value is not None}
