"""Where a generated candidate stands in a translation: everywhere that it does."""

from __future__ import annotations

import re
import unicodedata

from spanferry.data.records import Offsets
from spanferry.projection.base import ProjectionInput
from spanferry.projection.lexicon import core, edge_marks

#: Characters of the shortest candidate that may be a part of a word.
SHORTEST_PART = 4


def occurrences(
    text: str, item: ProjectionInput, within: Offsets, *, parts_of_words: bool = False
) -> list[Offsets]:
    """The characters of each place where a candidate stands, in text order.

    As it is written, between the edges of words; if it stands nowhere, in any case and without
    marks; if it may be a part of a word, then as how one begins or, where characters are labelled,
    anywhere.

    Args:
        within: the characters of the translation that are searched.
    """
    wanted = text.split()
    if not wanted:
        return []
    return (
        _written(wanted, item, within)
        or _alike(text, item, within)
        or (_parts(text, item, within) if parts_of_words else [])
    )


def _written(wanted: list[str], item: ProjectionInput, within: Offsets) -> list[Offsets]:
    # ahead only, so that places may overlap
    pattern = re.compile("(?=(" + r"\s+".join(map(re.escape, wanted)) + "))")
    starts = {start for start, _ in item.target_words}
    ends = {end for _, end in item.target_words}
    places = [found.span(1) for found in pattern.finditer(item.translation, *within)]
    return [
        (start, end)
        for start, end in places
        if (start in starts or not _joined(item.translation, start))
        and (end in ends or not _joined(item.translation, end))
    ]


def _joined(text: str, place: int) -> bool:
    """Whether the characters at both sides of a place belong to one word."""
    return 0 < place < len(text) and _in_word(text[place - 1]) and _in_word(text[place])


def _in_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def _plain(text: str) -> str:
    """A text in lower case, without marks and white space."""
    marks = edge_marks()
    return "".join(char for char in text.casefold() if char not in marks and not char.isspace())


def _alike(text: str, item: ProjectionInput, within: Offsets) -> list[Offsets]:
    """Runs of words with the same letters."""
    wanted = _plain(text)
    words = [word for word in item.target_words if within[0] <= word[0] and word[1] <= within[1]]
    plain = [_plain(item.translation[start:end]) for start, end in words]
    found = []
    for k in range(len(words)):
        have = ""
        for j in range(k, len(words) if wanted and plain[k] else k):
            have += plain[j]
            if have == wanted:
                found.append(core(item.translation, words[k][0], words[j][1]))
            if not wanted.startswith(have) or have == wanted:
                break
    return found


def _parts(text: str, item: ProjectionInput, within: Offsets) -> list[Offsets]:
    """Parts of single words."""
    wanted = text.strip().lower()
    if len(wanted) < SHORTEST_PART:
        return []
    found = []
    for start, end in item.target_words:
        word = item.translation[start:end].lower()
        place = word.find(wanted) if len(word) == end - start else -1
        if within[0] <= start and end <= within[1] and (
            place == 0 or (place > 0 and not item.token_labelled)
        ):  # fmt: skip
            found.append((start + place, start + place + len(wanted)))
    return found
