"""Small checks that models, serializers, forms and commands share."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA time zone such as America/Denver."""
    if name not in available_timezones():
        raise ValidationError(
            _("%(name)s is not a known time zone, such as America/Denver."), params={"name": name}, code="unknown_zone"
        )
