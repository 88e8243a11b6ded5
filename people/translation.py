"""Sentences of the pure calculations, in the language of whoever is asking."""

from django.utils.translation import gettext

from people.domain.sentences import Sentence


def translated(sentence: Sentence) -> str:
    """The sentence in the active language."""
    return gettext(sentence.words) % sentence.data
