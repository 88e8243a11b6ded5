"""Keeping a way of narrowing the board under a name."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from attendance.models import BoardFilter
from people.errors import InvalidInput
from people.models import User

MOST_KEPT = 20
LONGEST_NAME = 60
KEPT = frozenset({"status", "show", "search", "site", "program", "counselor", "new"})
"""The board's parameters that are kept; the week is always the one at hand."""


def keep_filter(user: User, name: str, said: Mapping[str, str]) -> BoardFilter:
    """Keep it; the same name again replaces it. Raises InvalidInput for a name that cannot be one, or too many."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput({"name": _("Give it a name of up to 60 characters.")})
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if BoardFilter.objects.filter(user=user).exclude(name=name).count() >= MOST_KEPT:
            raise InvalidInput({"name": _("Twenty lists are the most that can be kept.")})
        kept = {key: value[:150] for key, value in said.items() if key in KEPT and value}
        return BoardFilter.objects.update_or_create(user=user, name=name, defaults={"said": kept})[0]


def drop_filter(kept: BoardFilter) -> None:
    """Forget it."""
    with transaction.atomic():
        kept.delete()
