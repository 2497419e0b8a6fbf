"""Training on the links of the artificial language: models learn to link words they never saw."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import Gold, score_links
from spanferry.aligners.supervised.binary import BinaryAligner
from spanferry.aligners.supervised.checkpoint import Kind
from spanferry.aligners.supervised.gold import split
from spanferry.aligners.supervised.span_prediction import SpanPredictionAligner
from spanferry.aligners.supervised.training import train
from spanferry.aligners.supervised.training_settings import TrainingSettings
from spanferry.data.errors import ConfigError
from tests.aligners.supervised.small import gold

Bert = Callable[[str], Path]


def settings(kind: Kind, steps: int, **more: object) -> TrainingSettings:
    return TrainingSettings.model_validate(
        {"kind": kind, "steps": steps, "batch_rows": 32, "learning_rate": 1e-3, "device": "cpu",
         "patience": None, **more}
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "steps"), [("binary", 150), ("spans", 60)])
def test_a_trained_model_links_pairs_it_never_saw(
    bert: Bert, tmp_path: Path, kind: Kind, steps: int
) -> None:
    pairs = gold(300)
    wanted = settings(
        kind, steps, learning_rate=2e-3 if kind == "spans" else 1.5e-3, eval_every=steps
    )
    report = train(bert("encoder"), pairs, wanted, tmp_path / "out")
    assert (report.kind, report.marker, report.steps) == (kind, "¶", steps)
    assert (report.pairs, report.held_out_pairs) == (270, 30)
    assert report.aer < 0.15
    assert report.evaluations[0].aer == 1
    assert report.losses[-1][1] < report.losses[0][1] / 2
    # the folder is a checkpoint that says itself what its marker is
    backends: dict[str, Any] = {"spans": SpanPredictionAligner, "binary": BinaryAligner}
    backend = backends[kind]
    aligner = backend(backend.Settings(model=str(tmp_path / "out"), device="cpu"))
    aligner.setup()
    _, held = split(pairs, 0.1, wanted.seed)
    found = aligner.align([pair for pair, _, _ in held])
    scores = score_links(
        (sure, possible, {link[:2] for link in links})
        for (_, sure, possible), links in zip(held, found, strict=True)
    )
    assert scores.aer == pytest.approx(report.aer)
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {
        "config.json", "model.safetensors", "tokenizer.json", "training.json",
    }  # fmt: skip
    assert not (tmp_path / "out" / "work").exists()


def test_a_finished_folder_is_left_as_it_is(bert: Bert, tmp_path: Path) -> None:
    pairs, out = gold(20), tmp_path / "out"
    report = train(bert("encoder"), pairs, settings("spans", 2), out)
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    assert train(bert("encoder"), pairs, settings("spans", 2), out) == report
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before
    with pytest.raises(ConfigError, match=r"settings\.steps \(was 2, is 3\)"):
        train(bert("encoder"), pairs, settings("spans", 3), out)
    with pytest.raises(ConfigError, match=r"gold \(was"):
        train(bert("encoder"), pairs[1:], settings("spans", 2), out)


def test_training_goes_on_from_a_trained_checkpoint(bert: Bert, tmp_path: Path) -> None:
    """Its head is kept and its first evaluation counts; a foreign head is replaced."""
    pairs = gold(20)
    first = train(bert("encoder"), pairs, settings("binary", 2), tmp_path / "first")
    again = settings("binary", 1, learning_rate=1e-12)
    second = train(tmp_path / "first", pairs, again, tmp_path / "second")
    assert second.evaluations[0].aer == pytest.approx(first.evaluations[-1].aer, abs=1e-3)
    config = json.loads((tmp_path / "second" / "config.json").read_text())
    assert config["architectures"] == ["BertForTokenClassification"]
    other = train(tmp_path / "first", pairs, settings("spans", 1), tmp_path / "other")
    assert other.kind == "spans"


def test_early_stop(bert: Bert, tmp_path: Path) -> None:
    wanted = settings("spans", 50, learning_rate=1e-12, patience=2, eval_every=1)
    report = train(bert("encoder"), gold(20), wanted, tmp_path / "out")
    assert report.steps < report.planned_steps == 50


def test_held_out_pairs_can_be_given(bert: Bert, tmp_path: Path) -> None:
    pairs = gold(20)
    report = train(
        bert("encoder"), pairs[:15], settings("spans", 1), tmp_path / "out", held_out=pairs[15:]
    )
    assert (report.pairs, report.held_out_pairs) == (15, 5)


def test_copies_of_a_pair_fall_on_one_side() -> None:
    pairs = gold(30)
    train_pairs, held = split([*pairs, *pairs[:10]], 0.2, seed=1)
    assert len({pair for pair, _, _ in held}) == 6
    assert not {pair for pair, _, _ in held} & {pair for pair, _, _ in train_pairs}
    assert len(train_pairs) + len(held) == 40
    assert {p for p, _, _ in split(pairs[::-1], 0.2, seed=1)[1]} == {p for p, _, _ in held}


def test_what_is_wrong_with_gold_links_is_said(bert: Bert, tmp_path: Path) -> None:
    pair = WordPair(("a", "b"), ("c",))
    one: Gold = (pair, frozenset({(0, 0)}), frozenset())
    wrong: Gold = (pair, frozenset(), frozenset({(1, 1)}))
    with pytest.raises(ConfigError, match="gold: link 1-1 of pair 1 lies outside of its 2 and 1"):
        train(bert("encoder"), [one, wrong], settings("spans", 1), tmp_path / "a")
    with pytest.raises(ConfigError, match="gold: 1 different pairs are too few"):
        train(bert("encoder"), [one, one], settings("spans", 1), tmp_path / "b")
    with pytest.raises(ConfigError, match=r"base: .*nothing' is no folder"):
        train(tmp_path / "nothing", [one], settings("spans", 1), tmp_path / "c")
    empty: Gold = (WordPair((), ("c",)), frozenset(), frozenset())
    with pytest.raises(ConfigError, match="gold: no pair has links and words"):
        train(bert("encoder"), [empty], settings("spans", 1), tmp_path / "d", held_out=[one])
