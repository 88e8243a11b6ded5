"""How a week's status looks: shape, word and colour, in that order of weight."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class StatusLook:
    """`icon` is the shape, `tone` the suffix of the classes that colour it."""

    code: str
    label: str | Promise
    icon: str
    tone: str


LOOKS: dict[str, StatusLook] = {
    look.code: look
    for look in (
        StatusLook("below", _("Below"), "x-octagon-fill", "clay"),
        StatusLook("at_risk", _("At risk"), "exclamation-triangle-fill", "amber"),
        StatusLook("over", _("Over"), "chevron-double-up", "plum"),
        StatusLook("on_track", _("On track"), "arrow-right-circle", "ring"),
        StatusLook("met", _("Reached"), "check-circle-fill", "pine"),
        StatusLook("exempt", _("No target"), "dash-circle", "slate"),
        StatusLook("planned", _("Planned"), "signpost", "slate"),
    )
}


def look_of(status: str) -> StatusLook:
    """The look of a status: a code of `LOOKS`; KeyError for any other."""
    return LOOKS[status]
