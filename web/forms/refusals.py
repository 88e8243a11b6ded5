"""A service's refusal put beside the fields that it names."""

from django import forms

from people.errors import InvalidInput


def blame(form: forms.Form, refusal: InvalidInput) -> None:
    """Each sentence stands at its field; at the head of the form where the form has no such field."""
    for field, sentences in refusal.errors.items():
        form.add_error(field if field in form.fields else None, sentences)
