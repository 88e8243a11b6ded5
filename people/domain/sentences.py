"""Sentences of the pure calculations: written in English here, translated by whoever shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Minutes:
    """A length of time that fills a gap of a sentence: whoever shows it says it in the unit that they asked in."""

    count: int

    def __str__(self) -> str:
        return f"{self.count} minutes"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`words` with named gaps such as `%(most)d`, and the `data` that fills them. As text it is English."""

    words: str
    data: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.data


def gettext_noop(words: str) -> str:
    """The words as they are; the name tells the extraction of messages that they are to be translated."""
    return words
