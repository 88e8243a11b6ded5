"""Refusals are values: a stable code, a sentence for people, and data; and input errors that name their fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from people.translation import shown


class Refusal(Exception):
    """Something that a service would not do.

    `code` is stable and part of the outside contract, `title` and `detail` are sentences for people, `data` holds
    ids and figures, `status` is the HTTP status that the API gives it.
    """

    code = "refused"
    title: Any = _("This cannot be done")
    status = 409

    def __init__(self, detail: Any = None, **data: Any) -> None:
        self.detail = detail if detail is not None else self.title
        self.data = data
        super().__init__(self.code)


class NotAllowed(Refusal):
    """The thing is within one's scope, the action on it is not."""

    code = "not_allowed"
    title = _("You may not do this")
    status = 403


class NotThere(Refusal):
    """What is not within one's scope does not exist; nothing more is said of it."""

    code = "not_found"
    title = _("There is nothing here")
    status = 404


class PlanOutdated(Refusal):
    """Something changed between what was shown and what was to be written."""

    code = "stale"
    title = _("The plan has changed since it was shown")


class InvalidInput(Refusal):
    """Input that cannot be read or breaks a rule of its own; `errors` maps each field to its sentences,
    translated or to be shown by `people.translation.shown`.
    """

    code = "invalid"
    title = _("Some of this cannot be accepted")
    status = 400

    def __init__(self, errors: Mapping[str, Sequence[Any] | Any]) -> None:
        self.errors: dict[str, list[Any]] = {
            field: list(found) if isinstance(found, list | tuple) else [found] for field, found in errors.items()
        }
        super().__init__()
        self.detail = " ".join(shown(sentence) for sentences in self.errors.values() for sentence in sentences)
