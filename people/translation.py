"""Sentences of the pure calculations, in the language of whoever is asking."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext, ngettext

from people.domain.sentences import Minutes, Sentence


def in_minutes(count: int) -> str:
    """ "540 minutes"."""
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def translated(sentence: Sentence, *, length: Callable[[int], str] = in_minutes) -> str:
    """The sentence in the active language; `length` says how long so many minutes are."""
    said = {name: length(one.count) if isinstance(one, Minutes) else one for name, one in sentence.data.items()}
    return gettext(sentence.words) % said


def shown(words: Any, *, length: Callable[[int], str] = in_minutes) -> str:
    """What a refusal says of a field: a sentence of the calculations, or words that are translated already."""
    return translated(words, length=length) if isinstance(words, Sentence) else str(words)
