"""What the tests here need: eflomal's program, and text with known links."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal import EflomalAligner, EflomalAlignerSettings, program
from spanferry.aligners.evaluate import score_links
from spanferry.data.links import Link
from tests.models.language import Pair, pairs

needs_eflomal = pytest.mark.skipif(
    program.find() is None, reason="eflomal's program is not installed"
)


@cache
def text(count: int, seed: int = 1) -> tuple[tuple[WordPair, ...], tuple[Pair, ...]]:
    """Sentence pairs of the artificial language, and their links."""
    made = pairs(count, seed)
    words = tuple(
        WordPair([w.text for w in pair.source_words], [w.text for w in pair.target_words])
        for pair in made
    )
    return words, tuple(made)


def error_rate(gold: Sequence[Pair], found: Sequence[Sequence[Link]]) -> float:
    """The alignment error rate, in percent."""
    cases = [
        (set(pair.links), set(pair.links), {(link.source, link.target) for link in links})
        for pair, links in zip(gold, found, strict=True)
    ]
    return 100 * score_links(cases).aer


def aligner(**settings: object) -> EflomalAligner:
    """An aligner that is set up."""
    made = EflomalAligner(
        EflomalAlignerSettings.model_validate(settings), source_language="en", target_language="pt"
    )
    made.setup()
    return made
