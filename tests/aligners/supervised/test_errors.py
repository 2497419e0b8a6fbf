"""What is wrong with a checkpoint or a setting is said before anything is aligned."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.aligners.base import WordPair
from spanferry.aligners.supervised.binary import BinaryAligner
from spanferry.aligners.supervised.settings import BinarySettings, SpanPredictionSettings
from spanferry.aligners.supervised.span_prediction import SpanPredictionAligner
from spanferry.data.errors import ConfigError

Bert = Callable[[str], Path]


def spans(folder: Path, **settings: Any) -> SpanPredictionAligner:
    return SpanPredictionAligner(SpanPredictionSettings(model=str(folder), marker="7", **settings))


def binary(folder: Path, **settings: Any) -> BinaryAligner:
    return BinaryAligner(BinarySettings(model=str(folder), marker="7", **settings))


def test_a_bare_encoder_gets_no_random_head(bert: Bert) -> None:
    with pytest.raises(ConfigError, match=r"holds BertModel, not .* question-answering head"):
        spans(bert("encoder")).setup()
    with pytest.raises(ConfigError, match=r"it lacks classifier\.bias, classifier\.weight"):
        binary(bert("encoder")).setup()


def test_the_head_of_the_other_aligner_will_not_do(bert: Bert) -> None:
    with pytest.raises(ConfigError, match=r"'.*binary' holds BertForTokenClassification.*qa_out"):
        spans(bert("binary")).setup()


def test_a_tagger_of_many_labels_is_no_aligner(bert: Bert, tmp_path: Path) -> None:
    from tests.aligners.supervised.small import small_bert

    small_bert(tmp_path / "ner", "binary", num_labels=9)
    with pytest.raises(ConfigError, match="it has 9 labels"):
        binary(tmp_path / "ner").setup()


def test_one_logit_is_read_although_the_configuration_counts_two(
    bert: Bert, tmp_path: Path
) -> None:
    """The published checkpoints of BinaryAlign are such."""
    folder = tmp_path / "published"
    shutil.copytree(bert("one"), folder)
    config = json.loads((folder / "config.json").read_text())
    del config["id2label"], config["label2id"]
    (folder / "config.json").write_text(json.dumps(config))
    there, here = binary(folder, threshold=0), binary(bert("one"), threshold=0)
    pair = WordPair(["the", "dog"], ["pava"])
    there.setup()
    here.setup()
    assert there.align([pair]) == here.align([pair]) != [()]


def test_a_checkpoint_that_was_trained_for_the_other_aligner(bert: Bert, tmp_path: Path) -> None:
    shutil.copytree(bert("spans"), tmp_path / "made")
    (tmp_path / "made" / "training.json").write_text('{"kind": "spans", "marker": "7"}')
    with pytest.raises(ConfigError, match=r"trained for the aligner 'spans'.*align.backend: spans"):
        binary(tmp_path / "made").setup()


def test_a_checkpoint_without_tokenizer(bert: Bert, tmp_path: Path) -> None:
    shutil.copytree(bert("spans"), tmp_path / "bare", ignore=shutil.ignore_patterns("token*"))
    with pytest.raises(ConfigError, match=r"align\.model: .*bare' holds no tokenizer"):
        spans(tmp_path / "bare").setup()


def test_broken_weights(bert: Bert, tmp_path: Path) -> None:
    shutil.copytree(bert("spans"), tmp_path / "broken")
    weights = tmp_path / "broken" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(ConfigError, match=r"broken' cannot be loaded"):
        spans(tmp_path / "broken").setup()


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"align\.model: there is no folder"):
        spans(tmp_path / "nothing").setup()


def test_align_before_setup(bert: Bert) -> None:
    with pytest.raises(ConfigError, match=r"'spans' was not set up; call setup\(\) first"):
        spans(bert("spans")).align([])


def test_a_gpu_that_is_not_there(bert: Bert) -> None:
    with pytest.raises(ConfigError, match=r"align\.device: there is no 'cuda:99' here; allowed: a"):
        spans(bert("spans"), device="cuda:99").setup()


@pytest.mark.parametrize(
    "wrong",
    [{"window": 8}, {"device": "tpu"}, {"threshold": 1}, {"marker": ""}, {"symmetrization": "and"},
     {"score": "best"}, {"max_span": 0}, {"layer": 8}],
)  # fmt: skip
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SpanPredictionSettings(model="x", **wrong)
