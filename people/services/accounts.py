"""Changing one's own account."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.enums import Language
from people.errors import InvalidInput
from people.models import User
from people.services.trail import record

LONGEST_NAME = 150


def change_account(user: User, *, name: str, language: str, actor: User, now: datetime) -> User:
    """The account with a new name and language; the trail names the fields, never their values.

    Raises InvalidInput naming the field that cannot be accepted.
    """
    name = " ".join(name.split())
    errors = {}
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = _("Write a name of at most 150 characters.")
    if language not in Language.values:
        errors["language"] = _("This language is not offered.")
    if errors:
        raise InvalidInput(errors)
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        wanted = {"name": name, "language": language}
        changed = [field for field, value in wanted.items() if getattr(locked, field) != value]
        for field in changed:
            setattr(locked, field, wanted[field])
        if changed:
            locked.save(update_fields=changed)
            record("account_changed", locked, actor=actor, now=now, after={"fields": changed})
    return locked
