"""The aligner `embedded` on languages that its encoder does not know.

usage: python -m tests.bench.embedded_unknown

There are no hand-made links of such a language at hand, so French and Spanish are rewritten, word
by word, into three that cannot be known: one with other short words and changed letters and endings
(cognates that one has to look for), one in Cyrillic letters, and one of invented words, of which
only names, numbers and marks are left. The lexicon is learnt from the set itself: 447 and 2,000
pairs, without their links. Real corpora are larger and so better off; real languages may order
their words otherwise and so be worse off.
"""

from __future__ import annotations

import random
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anyascii import anyascii

from spanferry.aligners.base import WordPair
from spanferry.aligners.embedded import EmbeddedAligner, EmbeddedAlignerSettings
from spanferry.aligners.evaluate import score_links
from tests.bench.embedded import Links, cases, hansards, span_pairs, stored_links

CYRILLIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абцдефгхижклмнопкрстуввкыз")
VOWELS, CONSONANTS = "aeiouăî", "tlrșcpmnd"
ENDINGS = ("ul", "ă", "e", "i", "at", "are", "ii")

VARIANTS: dict[str, dict[str, Any]] = {
    "as for known languages": {"lexicon_pairs": 0, "string_weight": 0.15},
    "spelling": {"lexicon_pairs": 0},
    "lexicon": {"string_weight": 0.15},
    "spelling and lexicon": {},
}


def main() -> None:
    """Print a line a variant: AER (French) and AER to awesome-align's links (Spanish) each."""
    sure, possible, french = hansards()
    name = "opinion_targets.en-es.train"
    spanish, agreed = span_pairs(name), stored_links(name)
    print("variant", *(rewrite.__name__ for rewrite in (cousin, cyrillic, invented)), sep=" | ")
    for variant, settings in VARIANTS.items():
        row = []
        for rewrite in (cousin, cyrillic, invented):
            for pairs, one, other in ((french, sure, possible), (spanish, agreed, agreed)):
                links = _aligned(settings, _rewritten(pairs, rewrite))
                scores = score_links(cases(one, other, links, range(len(pairs))))
                row.append(f"{100 * scores.aer:.1f}")
        print(variant, *(f"{a} {b}" for a, b in zip(row[::2], row[1::2], strict=True)), sep=" | ")


def _aligned(settings: dict[str, Any], pairs: list[WordPair]) -> Links:
    aligner = EmbeddedAligner(EmbeddedAlignerSettings(**settings), target_language="art")
    aligner.setup()
    with tempfile.TemporaryDirectory() as folder:
        aligner.prepare(pairs, Path(folder))
        aligner.load(Path(folder))
    return aligner.align(pairs)


def _rewritten(pairs: list[WordPair], rewrite: Callable[[str], str]) -> list[WordPair]:
    return [WordPair(pair.source, [rewrite(word) for word in pair.target]) for pair in pairs]


def cousin(word: str) -> str:
    """A word of a related language: the same word always becomes the same; names stay."""
    if not word[:1].islower():
        return word
    rng = random.Random(zlib.crc32(word.encode()))
    share = 1.0 if len(word) <= 3 else 0.3
    letters = "".join(
        rng.choice(VOWELS if char in "aeiouéèàêî" else CONSONANTS) if rng.random() < share else char
        for char in word
    )
    return letters if len(word) <= 3 else letters[:-1] + rng.choice(ENDINGS)


def cyrillic(word: str) -> str:
    """The word letter by letter in another script."""
    return anyascii(word).lower().translate(CYRILLIC)


def invented(word: str) -> str:
    """A word with nothing in common but its length; names, numbers and marks stay."""
    if not word[:1].islower():
        return word
    rng = random.Random(zlib.crc32(word.encode()))
    return "".join(rng.choice((CONSONANTS, VOWELS)[place % 2]) for place in range(len(word)))


if __name__ == "__main__":
    main()
