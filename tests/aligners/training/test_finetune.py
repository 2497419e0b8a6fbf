"""Fine-tuning: fewer errors on held-out links, a checkpoint that loads, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from spanferry.aligners.base import WordPair
from spanferry.aligners.training.finetune import FinetuneReport, finetune
from spanferry.aligners.training.settings import FinetuneSettings
from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.training.folders import REPORT, WORK, exclusive
from tests.aligners.training.making import lessons, make_bert, make_xlmr, sentences

QUICK: Mapping[str, Any] = {"steps": 2, "batch_size": 4, "layer": 2, "device": "cpu"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pairs, _ = lessons(60, 6)
    return make_bert(tmp_path_factory.mktemp("bert"), sentences(pairs))


def pairs() -> list[WordPair]:
    return lessons(60, 6)[0]


def test_fewer_errors_on_held_out_pairs(tmp_path: Path) -> None:
    train, held = lessons(2500, 200)
    train = [pair for pair in train if len(pair.source) <= 9]
    held = [case for case in held if len(case[0].source) <= 9]
    base = make_bert(
        tmp_path / "base", sentences(train), vocabulary=3000, num_hidden_layers=1,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, flat_positions=True,
    )  # fmt: skip
    settings = FinetuneSettings(
        objectives={"self_training": 1, "consistency": 1}, batch_size=32, steps=80,
        learning_rate=1e-3, layer=1, eval_every=40, device="cpu",
    )  # fmt: skip
    report = finetune(base, train, settings, tmp_path / "out", gold=held)
    before, after = report.aer[0], min(line.aer for line in report.aer)
    assert before.step == 0
    assert after < before.aer - 0.12
    assert report.pairs_used == len(train)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_a_checkpoint_loads(tmp_path: Path, family: str) -> None:
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    make = make_bert if family == "bert" else make_xlmr
    base = make(tmp_path / "base", sentences(pairs()))
    settings = FinetuneSettings(
        objectives=dict.fromkeys(
            ("masked", "translation", "parallel", "self_training", "consistency"), 1.0
        ),
        **QUICK,
    )
    report = finetune(base, pairs(), settings, tmp_path / "out")
    assert report.losses[-1].losses.keys() >= settings.objectives.keys()
    assert report.new_weights == ["parallel_head"]
    assert not (tmp_path / "out" / WORK).exists()
    before = AutoModelForMaskedLM.from_pretrained(base)
    after, info = AutoModelForMaskedLM.from_pretrained(tmp_path / "out", output_loading_info=True)
    assert after.config.model_type == family
    assert not info["missing_keys"]
    words = before.get_input_embeddings().weight, after.get_input_embeddings().weight
    assert not torch.equal(*words)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    text = sentences(pairs())[0]
    assert tokenizer(text).input_ids == AutoTokenizer.from_pretrained(base)(text).input_ids
    # a second run on top of the first goes on with the head that the first made
    again = finetune(tmp_path / "out", pairs(), settings, tmp_path / "again")
    assert again.new_weights == []


def test_a_finished_folder_is_left_as_it_is(tmp_path: Path, base: Path) -> None:
    out = tmp_path / "out"
    settings = FinetuneSettings(**QUICK)
    report = finetune(base, iter(pairs()), settings, out)
    stamp = (out / "model.safetensors").stat().st_mtime_ns
    moved = settings.model_copy(update={"device": "auto", "save_every": 7})
    assert finetune(base, iter(pairs()), moved, out) == report
    assert (out / "model.safetensors").stat().st_mtime_ns == stamp
    assert FinetuneReport.model_validate_json((out / REPORT).read_text("utf-8")) == report


def test_a_run_that_was_stopped_while_it_wrote_its_checkpoint(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(text: str, path: Path) -> None:
        if path.name == REPORT:
            raise OSError("the disk is full")
        write_text(text, path)

    out, settings = tmp_path / "out", FinetuneSettings(**QUICK)
    with monkeypatch.context() as patched:
        patched.setattr("spanferry.data.training.folders.write_text", full)
        with pytest.raises(OSError, match="full"):
            finetune(base, pairs(), settings, out)
    assert (out / "model.safetensors").exists()
    first = (out / "model.safetensors").read_bytes()
    report = finetune(base, pairs(), settings, out)
    assert report.steps == 2
    assert (out / "model.safetensors").read_bytes() == first
    assert not (out / WORK).exists()


def test_half_the_precision_gives_about_the_same_losses(tmp_path: Path, base: Path) -> None:
    settings = FinetuneSettings(**QUICK)
    whole = finetune(base, pairs(), settings, tmp_path / "whole")
    half = finetune(
        base, pairs(), settings.model_copy(update={"dtype": "bfloat16"}), tmp_path / "half"
    )
    for name in settings.objectives:
        expected = whole.losses[0].losses[name]
        assert half.losses[0].losses[name] == pytest.approx(expected, rel=0.05)
        assert half.losses[0].losses[name] != expected


def test_what_the_folder_is_made_of_never_mixes(tmp_path: Path, base: Path) -> None:
    out = tmp_path / "out"
    settings = FinetuneSettings(**QUICK)
    finetune(base, pairs(), settings, out)
    other = settings.model_copy(update={"learning_rate": 1e-3})
    with pytest.raises(ConfigError, match=r"settings.learning_rate \(was 2e-05, is 0.001\)\. Name"):
        finetune(base, pairs(), other, out)
    with pytest.raises(ConfigError, match=r"something else: pairs \(was "):
        finetune(base, pairs()[1:], settings, out)
    with pytest.raises(ConfigError, match=r"something else: gold \(was none"):
        finetune(base, pairs(), settings, out, gold=lessons(60, 6)[1])


def test_an_unfinished_folder_takes_no_other_pairs(tmp_path: Path, base: Path) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    settings = FinetuneSettings(**{**QUICK, "steps": 9, "log_every": 4, "save_every": 2})
    with pytest.raises(KeyboardInterrupt):
        finetune(base, pairs(), settings, tmp_path, progress=interrupt)
    assert (tmp_path / WORK / "state.pt").exists()
    with pytest.raises(ConfigError, match=r"something else: pairs \(was "):
        finetune(base, pairs()[1:], settings, tmp_path)
    assert finetune(base, iter(pairs()), settings, tmp_path).steps == 9


def test_a_folder_in_which_nothing_was_trained_is_begun_anew(tmp_path: Path, base: Path) -> None:
    settings = FinetuneSettings(**QUICK)
    with pytest.raises(ConfigError, match="none of 1 pairs"):
        finetune(base, [WordPair([], [])], settings, tmp_path)
    assert (tmp_path / WORK).exists()
    other = settings.model_copy(update={"seed": 7})
    report = finetune(base, iter(pairs()), other, tmp_path)
    assert report.pairs_used == 60
    assert report.ingredients["settings.seed"] == "7"


def test_pairs_that_cannot_be_used_are_counted(tmp_path: Path, base: Path) -> None:
    given = [
        *pairs()[:8],
        WordPair([], ["word"]),
        WordPair(["\u200b"], ["word"]),  # a word of which the tokenizer leaves nothing
        WordPair(["market"] * 200, ["word"]),
        WordPair(["the"] * 40, ["word"]),
    ]
    settings = FinetuneSettings(**QUICK, max_length=64)
    report = finetune(base, given, settings, tmp_path)
    assert report.pairs_read == 12
    assert report.skipped == {"empty_side": 2, "too_long": 1}
    assert report.pairs_used == 9
    assert report.not_joined == 1


def test_gold_pairs_that_cannot_be_aligned_count_as_errors(tmp_path: Path, base: Path) -> None:
    [(pair, sure, _), *_] = lessons(60, 6)[1]
    settings = FinetuneSettings(**QUICK, max_length=64)
    long = WordPair(["market"] * 200, ["word"])
    gold = [(pair, sure, frozenset[Any]()), (long, frozenset({(0, 0)}), frozenset[Any]())]
    report = finetune(base, pairs(), settings, tmp_path / "one", gold=gold)
    alone = finetune(base, pairs(), settings, tmp_path / "two", gold=gold[:1])
    assert (report.gold_pairs, report.gold_unscored) == (2, 1)
    assert report.aer[0].aer > alone.aer[0].aer


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layer": 8}, r"layer: 8 is none of the 3 layers of "),
        ({"device": "cuda:99"}, r"device: 'cuda:99' cannot be used here; allowed: auto, cpu"),
        ({"max_length": 8}, r"need two pairs or more that are short enough to be joined; there "),
    ],
)
def test_settings_that_do_not_fit(
    tmp_path: Path, base: Path, settings: Mapping[str, Any], message: str
) -> None:
    given = [WordPair(["the"] * 6, ["word"])] * 3
    with pytest.raises(ConfigError, match=message):
        finetune(base, given, FinetuneSettings(**{**QUICK, **settings}), tmp_path)


def test_no_pairs(tmp_path: Path, base: Path) -> None:
    with pytest.raises(ConfigError, match=r"none of 1 pairs .* \(skipped: 1 empty_side\)"):
        finetune(base, [WordPair([], [])], FinetuneSettings(**QUICK), tmp_path)


@pytest.mark.parametrize("kind", ["llama", "bart"])
def test_models_that_are_no_encoders_are_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}), "utf-8")
    with pytest.raises(ConfigError, match=f"is a {kind} model, .* such as bert or xlm-roberta"):
        finetune(tmp_path, pairs(), FinetuneSettings(**QUICK), tmp_path / "out")


def test_folders_without_a_checkpoint_are_refused(tmp_path: Path, base: Path) -> None:
    settings = FinetuneSettings(**QUICK)
    with pytest.raises(ConfigError, match=r"base: .* holds no readable config.json"):
        finetune(tmp_path, pairs(), settings, tmp_path / "out")
    with pytest.raises(ConfigError, match=r"base: .*/none is no folder"):
        finetune(tmp_path / "none", pairs(), settings, tmp_path / "out")
    with pytest.raises(ConfigError, match=r"out: .* is the folder of base"):
        finetune(base, pairs(), settings, base)


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path, base: Path) -> None:
    config = json.loads((base / "config.json").read_text("utf-8"))
    for path in base.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 5}), "utf-8")
    with pytest.raises(ConfigError, match=r"lacks weights of its own encoder, .*layer\.3\."):
        finetune(tmp_path, pairs(), FinetuneSettings(**QUICK), tmp_path / "out")


def test_damaged_weights_are_refused(tmp_path: Path, base: Path) -> None:
    for path in base.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ConfigError, match=r"base: .* cannot be read: "):
        finetune(tmp_path, pairs(), FinetuneSettings(**QUICK), tmp_path / "out")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"base: .* holds no weights"):
        finetune(tmp_path, pairs(), FinetuneSettings(**QUICK), tmp_path / "out")


def test_one_process_at_a_time(tmp_path: Path, base: Path) -> None:
    with exclusive(tmp_path), pytest.raises(ConfigError, match="another process is training in"):
        finetune(base, pairs(), FinetuneSettings(**QUICK), tmp_path)
