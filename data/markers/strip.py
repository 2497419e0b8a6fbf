"""A translation without its marks: white space and words as if they had never been there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from spanferry.data.languages import base
from spanferry.data.markers.tokens import Token
from spanferry.data.records import Offsets

#: Languages that join endings, articles or other nouns to a word: letters that touch a mark may
#: well be right (`<a>İstanbul</a>da`), and no blank is put there.
JOINING = frozenset(
    {"de", "nl", "af", "lb", "sv", "da", "nb", "nn", "no", "is", "fi", "et", "hu", "tr", "az", "kk",
     "ky", "uz", "tk", "tt", "ug", "mn", "eu", "ka", "ar", "he", "fa", "ur", "sw", "zu", "xh", "st",
     "tn", "rw", "rn", "lg", "sn", "ny", "ml", "kn", "te", "ta", "si", "qu", "ay", "kl", "iu"}
)  # fmt: skip
#: Letters that stand without blanks between words: Thai, Lao, Burmese, Khmer, kana, Han, Tibetan.
NO_BLANKS = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
#: No blank stands before these, but for French before some of them.
_CLOSING = frozenset(".,;:!?…)]}»”%")
_FRENCH = frozenset(";:!?»%")
#: Letters behind a closing mark that are still the word's (`cerveja</a>s`); more are another word.
_ENDING = 2


@dataclass(frozen=True, slots=True)
class Stripped:
    """A text without its marks.

    Args:
        text: the text.
        changes: what was taken out, as start, end and what stands there now, in order.
        glued: marks between two words that had lost the blank between them.
        goes_on: marks in the middle of a word.
        joins: whether words of the language join others, see `JOINING`.
    """

    text: str
    changes: tuple[tuple[int, int, str], ...]
    glued: frozenset[int]
    goes_on: frozenset[int]
    joins: bool

    def moved(self, start: int, end: int) -> Offsets:
        """A range between marks of the text as it was, in the text without marks."""
        return self._moved(start, last=False), self._moved(end, last=True)

    def _moved(self, place: int, *, last: bool) -> int:
        moved = 0
        for start, end, new in self.changes:
            if place >= end:
                moved += len(new) - (end - start)
            elif place > start or (place == start and not last):
                return start + moved + (0 if last else len(new))
            else:
                break
        return place + moved


def strip(
    text: str, tokens: Sequence[Token], language: str, *, joined: Collection[str] = ()
) -> Stripped:
    """Take marks out.

    Args:
        tokens: in order, none overlapping another.
        language: of the text.
        joined: keys of marks that stood in the middle of a word in the source.
    """
    groups = _groups(text, tokens)
    out: list[str] = []
    changes: list[tuple[int, int, str]] = []
    glued: set[int] = set()
    goes_on: set[int] = set()
    done = 0
    for numbers in groups:
        start, end = tokens[numbers[0]].start, tokens[numbers[-1]].end
        start -= len(text[done:start]) - len(text[done:start].rstrip())
        end += len(text[end:]) - len(text[end:].lstrip())
        end = min(end, _next(tokens, numbers, len(text)))
        own = [tokens[k] for k in numbers]
        between = _between(text, start, end, own, language, joined)
        blank = any(c.isspace() for c in _rest(text, start, end, own))
        if not blank and text[start - 1 : start].isalnum() and text[end : end + 1].isalnum():
            if between:
                glued.update(numbers)
            else:
                goes_on.update(numbers)
        out += [text[done:start], between]
        changes.append((start, end, between))
        done = end
    out.append(text[done:])
    return Stripped(
        "".join(out),
        tuple(changes),
        frozenset(glued),
        frozenset(goes_on),
        base(language) in JOINING,
    )


def _groups(text: str, tokens: Sequence[Token]) -> list[list[int]]:
    """Marks with nothing but white space between them."""
    groups: list[list[int]] = []
    for number, token in enumerate(tokens):
        if groups and not text[tokens[groups[-1][-1]].end : token.start].strip():
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _next(tokens: Sequence[Token], numbers: Sequence[int], size: int) -> int:
    after = numbers[-1] + 1
    return tokens[after].start if after < len(tokens) else size


def _rest(text: str, start: int, end: int, tokens: Sequence[Token]) -> str:
    """What stands round and between marks."""
    edges = [start, *(place for token in tokens for place in (token.start, token.end)), end]
    return "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


def _between(
    text: str, start: int, end: int, tokens: Sequence[Token], language: str, joined: Collection[str]
) -> str:
    """What is to stand in place of a group of marks: a blank, nothing, or the line break there."""
    rest = _rest(text, start, end, tokens)
    if start == 0 or end == len(text):
        return ""
    left, right = text[start - 1], text[end]
    if "\n" in rest:
        return "\n"
    if right in _CLOSING and not (base(language) == "fr" and right in _FRENCH):
        return ""
    if rest:
        # a blank of the mark's own, inside of quotes or brackets
        return "" if left in "([{«“¿¡" and not text[: tokens[0].start].endswith(" ") else " "
    if not (left.isalnum() and right.isalnum()) or any(t.key in joined for t in tokens):
        return ""
    if NO_BLANKS.match(left) or NO_BLANKS.match(right) or base(language) in JOINING:
        return ""
    word = re.match(r"\w+", text[end:])
    if all(t.kind == "close" for t in tokens) and word and len(word[0]) <= _ENDING:
        return ""
    return " "
