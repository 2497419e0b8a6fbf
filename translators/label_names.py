"""Names of labels as phrases that a translator understands, and phrases as names again.

    person_name -> "Person name" -> "Nome da pessoa" -> nome_da_pessoa
    StartDate   -> "Start date"  -> "Data de início" -> DataDeInício

A label is cut at `/`, `:` and `.` into parts that are translated each by itself, so the levels of
`location/city` stay levels. Parts that are codes stay as they are, see `is_code`: a model can only
guess at `PER` or `B2.3`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

#: Capitals up to this number are taken for an abbreviation (PER, MISC, EVENT).
LONGEST_CODE = 5
_JOINTS = re.compile(r"[_\-\s]+")
_LEVELS = re.compile(r"([/:.]+)")
#: Ends of words inside camelCase, with runs of capitals kept together: HTMLPage -> HTML Page.
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])")


@dataclass(frozen=True, slots=True)
class Style:
    """How the words of a name are written: what joins them, and their capitals."""

    joint: str
    case: str


def is_code(part: str) -> bool:
    """Whether a part of a label is an abbreviation or a number rather than words.

    >>> [is_code(part) for part in ("PER", "MISC", "B2", "x", "17", "PRODUCT", "per", "Claim")]
    [True, True, True, True, True, False, False, False]
    """
    letters = [character for character in part if character.isalpha()]
    if len(letters) < 2:
        return True
    return len(letters) <= LONGEST_CODE and all(letter.isupper() for letter in letters)


def phrases(label: str) -> list[str]:
    """What is to be translated of a label; nothing of one that is all codes.

    >>> phrases("location/home_town"), phrases("B2.3")
    (['Location', 'Home town'], [])
    """
    return [to_phrase(part)[0] for part in _LEVELS.split(label)[::2] if not is_code(part)]


def rename(label: str, translations: Mapping[str, str]) -> str:
    """A label with its phrases translated, in the same style.

    A part whose translation holds no word at all stays as it is.

    >>> rename("location/home_town", {"Location": "Local", "Home town": "Cidade natal"})
    'local/cidade_natal'
    """
    parts = _LEVELS.split(label)
    return "".join(
        part if number % 2 or is_code(part) else _rename_part(part, translations)
        for number, part in enumerate(parts)
    )


def _rename_part(part: str, translations: Mapping[str, str]) -> str:
    phrase, style = to_phrase(part)
    return from_words(words(translations[phrase]), style) or part


def to_phrase(part: str) -> tuple[str, Style]:
    """A part as words, the first with a capital, and the style that it is written in.

    Models know headings better than loose words: of thirty labels the embedded one had 25 right
    with the capital ("Date": "Data") and 19 without ("date": "data da data").

    >>> to_phrase("ORG_NAME_LONG")
    ('Org name long', Style(joint='_', case='upper'))
    >>> to_phrase("isPartOf")
    ('Is part of', Style(joint='', case='camel'))
    """
    joint = next((mark for mark in "_- " if mark in part), "")
    found = [word for word in _JOINTS.split(part) if word] if joint else _HUMP.split(part)
    small = [word if is_code(word) and not part.isupper() else word.lower() for word in found]
    return _capital(" ".join(small)), Style(joint, _case(part, found, joint))


def _case(part: str, found: list[str], joint: str) -> str:
    if part.isupper():
        return "upper"
    if not joint and len(found) > 1:
        return "pascal" if part[0].isupper() else "camel"
    if len(found) > 1 and all(word[0].isupper() for word in found if word[0].isalpha()):
        return "title"
    return "capital" if part[0].isupper() else "lower"


def words(text: str) -> list[str]:
    """The words of a translation: runs of letters, marks and digits, joiners inside them included.

    >>> words("«Nome da pessoa».")
    ['Nome', 'da', 'pessoa']
    """
    cleaned = "".join(
        character if unicodedata.category(character)[0] in "LMN" or character in "\u200c\u200d"
        else " "
        for character in text
    )  # fmt: skip
    return cleaned.split()


def from_words(found: list[str], style: Style) -> str:
    """Words as a name in a style; none for no words.

    >>> from_words(["data", "de", "início"], Style("", "pascal"))
    'DataDeInício'
    """
    if not found:
        return ""
    match style.case:
        case "upper":
            return style.joint.join(found).upper() if style.joint else "_".join(found).upper()
        case "title":
            return style.joint.join(map(_capital, found))
        case "camel" | "pascal":
            first = found[0].lower() if style.case == "camel" else _capital(found[0])
            return first + "".join(map(_capital, found[1:]))
        case "capital":
            found = [_capital(found[0]), *map(_small, found[1:])]
        case _:
            found = list(map(_small, found))
    return (style.joint or "_").join(found)


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _small(word: str) -> str:
    return word if word.isupper() and len(word) > 1 else word.lower()
