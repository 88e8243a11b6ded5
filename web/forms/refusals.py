"""A service's refusal put beside the fields that it names."""

from collections.abc import Sequence
from typing import Any

from django import forms

from people.errors import InvalidInput
from people.translation import shown
from web import format as figures


def blame(form: forms.Form, refusal: InvalidInput) -> None:
    """Each sentence stands at its field; at the head of the form where the form has no such field."""
    for field, sentences in refusal.errors.items():
        form.add_error(field if field in form.fields else None, words_of(sentences))


def words_of(sentences: Sequence[Any]) -> list[str]:
    """The sentences as a page says them: how long something is in hours, as its forms ask."""
    return [shown(one, length=figures.minutes) for one in sentences]
