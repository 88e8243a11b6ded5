"""Finding people by a name as it is typed in a hurry: in any case, with or without its accents."""

import re
import unicodedata

ACCENTED = {
    "a": "aáàâäãåāăą",
    "c": "cçćč",
    "d": "dđď",
    "e": "eéèêëēėęě",
    "g": "gğ",
    "i": "iíìîïīįı",
    "l": "lł",
    "n": "nñńň",
    "o": "oóòôöõøōő",
    "r": "rř",
    "s": "sśšş",
    "t": "tťţ",
    "u": "uúùûüūůű",
    "y": "yýÿ",
    "z": "zźżž",
}
"""Each letter with those that are taken for it; both databases would keep them apart."""

PLAIN = {letter: base for base, letters in ACCENTED.items() for letter in letters}


def name_patterns(typed: str) -> list[str]:
    """A regular expression for each word typed, all of which a name must hold somewhere; none for nothing typed.

    The databases' own case rules stop at plain letters, so that each class holds both cases.
    """
    return ["".join(map(_letter, word)) for word in unicodedata.normalize("NFC", typed).split()]


def _letter(character: str) -> str:
    base = PLAIN.get(character.lower())
    if base is None:
        return re.escape(character)
    return f"[{ACCENTED[base]}{ACCENTED[base].upper()}]"
