"""Checkpoints of awesome-align, and what of them must be mended before transformers loads them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from spanferry.aligners.awesome import AwesomeAligner, AwesomeSettings
from spanferry.aligners.awesome_checkpoint import loadable
from spanferry.aligners.base import WordPair
from spanferry.data.errors import ConfigError
from tests.aligners.awesome_models import build_awesome, parallel_pairs, write_config

for module in ("torch", "transformers"):
    pytest.importorskip(module)

PAIRS = parallel_pairs(8)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return build_awesome(tmp_path / "bert", PAIRS)


def links(folder: Path) -> list[object]:
    made = AwesomeAligner(AwesomeSettings(model=str(folder), layer=2, threshold=0.04))
    made.setup()
    return list(made.align(PAIRS))


def config(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "config.json").read_text())
    return found


def test_a_config_without_architecture_is_taken_for_berts(checkpoint: Path) -> None:
    whole = links(checkpoint)
    assert any(whole)
    bare = {key: value for key, value in config(checkpoint).items() if key != "model_type"}
    bare.pop("architectures")
    write_config(checkpoint, bare)
    before = sorted((file.name, file.read_bytes()) for file in checkpoint.iterdir())
    assert links(checkpoint) == whole
    assert sorted((file.name, file.read_bytes()) for file in checkpoint.iterdir()) == before


def test_safetensors_without_heads_give_the_same_links(checkpoint: Path, tmp_path: Path) -> None:
    from transformers import BertModel

    other = tmp_path / "safe"
    BertModel.from_pretrained(checkpoint).save_pretrained(other)
    for name in ("vocab.txt", "tokenizer_config.json"):
        (other / name).write_bytes((checkpoint / name).read_bytes())
    assert (other / "model.safetensors").is_file()
    assert links(other) == links(checkpoint)


def test_the_revision_is_that_of_the_contents(checkpoint: Path) -> None:
    settings = AwesomeSettings(model=str(checkpoint), layer=2)
    made = AwesomeAligner(settings)
    before = made.info
    assert before.name == "awesome"
    made.setup()
    assert made.info == before
    build_awesome(checkpoint, PAIRS, seed=1)
    assert AwesomeAligner(settings).info.revision != before.revision


@pytest.mark.parametrize("lower", [False, True])
def test_letters_are_made_small_where_the_tokenizer_says_so(tmp_path: Path, lower: bool) -> None:
    folder = build_awesome(tmp_path / "bert", PAIRS, lower=lower)
    made = AwesomeAligner(AwesomeSettings(model=str(folder), layer=2))
    made.setup()
    shown = made.similarities([WordPair(["NAME", "x"], [word, "x"]) for word in ("NAME", "name")])
    assert (shown[0] == shown[1]).all() == lower


def test_another_architectures_config_is_refused(checkpoint: Path) -> None:
    write_config(checkpoint, {"hidden_size": 64, "n_layer": 3})
    with (
        pytest.raises(ConfigError, match=r"'bert' names no architecture.*lacks 'vocab_size', 'num"),
        loadable(checkpoint),
    ):
        pass
    with pytest.raises(ConfigError, match="names no architecture"):
        links(checkpoint)


def test_weights_that_would_run_code_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (mark,)

    (checkpoint / "pytorch_model.bin").write_bytes(pickle.dumps({"bert.x": Trap()}, protocol=2))
    with pytest.raises(ConfigError, match=r"align\.model"):
        links(checkpoint)
    assert not mark.exists()
