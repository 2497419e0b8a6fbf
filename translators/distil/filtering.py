"""Which pairs a student should not learn from, and why.

A small model copies the habits of its data: a teacher's loops, sentences left as they were, and
brackets that nobody closes come out of the student more often than they went in.

>>> rules = Rules(DistilFilter(), Corpus(median_ratio=1.1, lowest_score=None))
>>> rules.reason("He left (at last).", "Ele foi embora (finalmente.", -0.2)
'marks'
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from spanferry.translators.repetition import repeats

#: All reasons, in the order in which the first that holds is the one that counts.
REASONS = (
    "empty", "too_long", "untranslated", "score", "lowest_score", "length_ratio", "repetition",
    "marks", "numbers",
)  # fmt: skip
#: Characters that either side may be longer than the ratio allows: of a short text any is far off.
SLACK = 10.0
#: Letters from which on a text that stays as it is was not translated; names and "OK" may stay.
LETTERS_OF_A_TEXT = 20

#: Marks that are counted, and what each counts as.
_PLAIN = {
    **dict.fromkeys('"＂«»„“”‟「」', '"'),
    **{mark: mark for mark in "()[]{}"},
    **dict(zip("（）［］｛｝【】", "()[]{}[]", strict=True)),
}  # fmt: skip
_MARK = re.compile(f"[{re.escape(''.join(_PLAIN))}]")
#: Brackets that belong to no pair: of the first word of a list item ("a) ...") and of smileys.
_NO_PAIR = re.compile(r"^\s*\w{1,3}[)）]|[:;=]-?[()（）](?!\w)")
#: Between the thousands of a number.
_THOUSANDS = re.compile(r"(?<=\d)[.,'’\u00a0\u202f](?=\d{3}(?!\d))")
_DIGITS = re.compile(r"\d+")


class DistilFilter(BaseModel):
    """Which pairs are not learnt from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_score: float | None = Field(
        None,
        le=0,
        description="least mean log-probability of a translation, in nats a sub-word; pairs "
        "without a score stay",
    )
    drop_lowest: float = Field(
        0.02, ge=0, lt=1, description="share of the pairs with a score that is dropped, the lowest"
    )
    max_length_ratio: float | None = Field(
        2.5,
        gt=1,
        description="how many times longer, or shorter, a translation may be than texts of its "
        f"length are in the median of the corpus; {SLACK:.0f} characters more are let pass",
    )
    max_characters: int | None = Field(
        1_000, ge=1, description="characters of the longer side; a student sees sentences"
    )
    repetition: bool = Field(
        True, description="drop translations that say the same over and over, unlike their source"
    )
    untranslated: bool = Field(
        True,
        description=f"drop texts of {LETTERS_OF_A_TEXT} letters or more that stayed as they were",
    )
    marks: bool = Field(
        True, description="drop pairs whose sides differ in the number of brackets or double quotes"
    )
    numbers: bool = Field(
        False,
        description="drop pairs where the target lacks a number that the source has in digits; "
        "some teachers spell numbers out",
    )


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is to be known of all pairs before any can be judged.

    Args:
        median_ratio: of target to source, in characters; None where there is no pair.
        lowest_score: pairs with a lower score are the ones that `drop_lowest` drops; None where
            none are.
    """

    median_ratio: float | None
    lowest_score: float | None


def measure(ratios: np.ndarray, scores: np.ndarray, drop_lowest: float) -> Corpus:
    """Median and quantile of all pairs.

    Args:
        ratios: float array [pairs], characters of the target over those of the source.
        scores: float array [pairs with a score].
        drop_lowest: share of the scored pairs to drop; of pairs with the same score all or none
            are, so it is never more than this.
    """
    median = float(np.median(ratios)) if len(ratios) else None
    count = int(len(scores) * drop_lowest)
    # of what remains the lowest; equal ones below the cut stay with it
    lowest = float(np.partition(scores, count)[count]) if count else None
    return Corpus(median, lowest)


@dataclass(frozen=True, slots=True)
class Rules:
    """The filters with what they know of the corpus."""

    settings: DistilFilter
    corpus: Corpus

    def reason(self, source: str, target: str, score: float | None) -> str | None:
        """Why a pair is not learnt from, the first of `REASONS` that holds; None for a good one."""
        asked, corpus = self.settings, self.corpus
        if not source.strip() or not target.strip():
            return "empty"
        most = asked.max_characters
        if most is not None and max(len(source), len(target)) > most:
            return "too_long"
        if asked.untranslated and untranslated(source, target):
            return "untranslated"
        if score is not None:
            if asked.min_score is not None and score < asked.min_score:
                return "score"
            if corpus.lowest_score is not None and score < corpus.lowest_score:
                return "lowest_score"
        ratio, median = asked.max_length_ratio, corpus.median_ratio
        if ratio is not None and median is not None and ill_sized(source, target, ratio, median):
            return "length_ratio"
        if asked.repetition and repeats(source, target):
            return "repetition"
        if asked.marks and marks(source) != marks(target):
            return "marks"
        if asked.numbers and lacks_numbers(source, target):
            return "numbers"
        return None


def untranslated(source: str, target: str) -> bool:
    """Whether a text of some length came out as it went in, but for case and white space.

    >>> untranslated("New York City", "New York City")
    False
    """
    folded = " ".join(source.split()).casefold()
    if folded != " ".join(target.split()).casefold():
        return False
    return sum(map(str.isalpha, folded)) >= LETTERS_OF_A_TEXT


def ill_sized(source: str, target: str, most: float, median: float) -> bool:
    """Whether a translation is `most` times longer, or shorter, than its source makes expect.

    Args:
        most: above 1.
        median: characters of target a character of source.
    """
    wanted, found = len(source) * median, float(len(target))
    return found > wanted * most + SLACK or wanted > found * most + SLACK * median


def marks(text: str) -> Counter[str]:
    """How many opening and closing brackets of each kind, and how many double quotes, a text has.

    Typographic and full-width ones count as the plain ones. Smileys and the bracket behind the
    letter or number of a list item ("b) ...") do not count.

    >>> marks("「はい」（笑）") == marks('"Yes" (laughs)')
    True
    """
    return Counter(_PLAIN[mark] for mark in _MARK.findall(_NO_PAIR.sub("", text)))


def lacks_numbers(source: str, target: str) -> bool:
    """Whether the target lacks a number of the source, written in digits of any script.

    1,000.5 and 1.000,5 are the same, and dates may turn round: compared are the groups of digits,
    without marks between thousands.
    """
    return bool(_numbers(source) - _numbers(target))


def _numbers(text: str) -> Counter[str]:
    groups = _DIGITS.findall(_THOUSANDS.sub("", text))
    return Counter("".join(str(unicodedata.digit(each)) for each in group) for group in groups)


def count(reasons: Iterable[str]) -> dict[str, int]:
    """How often each reason occurs, in the order of `REASONS`; those that do not are left out."""
    found = Counter(reasons)
    return {reason: found[reason] for reason in REASONS if found[reason]}
