"""The aligner `awesome` with a model that is tuned on the corpus before it links it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from spanferry.aligners.awesome import AwesomeAligner, AwesomeSettings
from spanferry.data.errors import ConfigError
from tests.aligners.awesome_models import build_awesome, parallel_pairs, write_config

for module in ("torch", "transformers"):
    pytest.importorskip(module)

PAIRS = parallel_pairs(40)
TUNING = {"steps": 3, "batch_size": 4, "learning_rate": 1e-3, "objectives": {"self_training": 1.0}}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = build_awesome(tmp_path / "bert", PAIRS)
    write_config(
        folder,
        {
            "vocab_size": len((folder / "vocab.txt").read_text().splitlines()),
            "hidden_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4,
            "intermediate_size": 192,
        },
    )  # fmt: skip
    return folder


def aligner(checkpoint: Path, **settings: object) -> AwesomeAligner:
    given = {"model": str(checkpoint), "layer": 2, "threshold": 0.04, "device": "cpu", **settings}
    made = AwesomeAligner(AwesomeSettings(**given))
    made.setup()
    return made


def test_the_tuned_model_links(checkpoint: Path, tmp_path: Path) -> None:
    plain = aligner(checkpoint)
    tuned = aligner(checkpoint, finetune=TUNING, finetune_pairs=32)
    assert tuned.corpus_pairs == 32
    with pytest.raises(ConfigError, match=r"prepare\(\) and load\(\)"):
        tuned.align(PAIRS)
    folder = tmp_path / "learnt"
    folder.mkdir()
    tuned.prepare(iter(PAIRS), folder)
    assert (folder / "checkpoint" / "model.safetensors").is_file()
    weights = (folder / "checkpoint" / "model.safetensors").read_bytes()

    other = aligner(checkpoint, finetune=TUNING, finetune_pairs=32)
    other.load(folder)
    links = other.align(PAIRS)
    assert links != plain.align(PAIRS)
    assert any(links)
    assert other.info == tuned.info
    assert other.info.revision != plain.info.revision

    # a call for what is done already changes nothing
    other.prepare(iter(PAIRS), folder)
    assert (folder / "checkpoint" / "model.safetensors").read_bytes() == weights


def test_means_are_those_of_the_tuned_model(checkpoint: Path, tmp_path: Path) -> None:
    import numpy as np

    options = {"center": True, "center_pairs": 40, "finetune": TUNING, "finetune_pairs": 16}
    tuned = aligner(checkpoint, **options)
    assert tuned.corpus_pairs == 40
    tuned.prepare(iter(PAIRS), tmp_path)
    tuned.load(tmp_path)
    untuned = aligner(checkpoint, center=True)
    assert tuned.engine.means is not None
    learnt = untuned.learn(PAIRS)["source_mean"]
    assert not np.allclose(tuned.engine.means[0], learnt, atol=1e-3)
    again = aligner(tmp_path / "checkpoint", center=True)
    np.testing.assert_allclose(
        tuned.engine.means[0], again.learn(PAIRS)["source_mean"], rtol=1e-4, atol=1e-6
    )


def test_an_unfinished_checkpoint_is_not_loaded(checkpoint: Path, tmp_path: Path) -> None:
    tuned = aligner(checkpoint, finetune=TUNING)
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(ConfigError, match=r"no finished checkpoint.*prepare\(\) has not ended"):
        tuned.load(tmp_path)


def test_tuning_takes_what_is_not_given_from_the_aligner() -> None:
    settings = AwesomeSettings(layer=4, extraction="entmax", device="cpu", finetune={})
    assert settings.tuning is not None
    assert (settings.tuning.layer, settings.tuning.extraction) == (4, "entmax")
    assert settings.tuning.device == "cpu"
    settings = AwesomeSettings(layer=4, device=("cuda:1", "cuda:0"), finetune={"layer": 6})
    assert settings.tuning is not None
    assert (settings.tuning.layer, settings.tuning.device) == (6, "cuda:1")
    assert AwesomeSettings().tuning is None
    with pytest.raises(ValidationError, match=r"layer: -1 cannot be tuned"):
        AwesomeSettings(layer=-1, finetune={})


def test_what_cannot_be_tuned_shows_at_setup(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="layer: 9 is none of the 3 layers"):
        aligner(checkpoint, layer=9, finetune=TUNING)
    decoder = tmp_path / "decoder"
    decoder.mkdir()
    for file in checkpoint.iterdir():
        (decoder / file.name).write_bytes(file.read_bytes())
    write_config(decoder, {"model_type": "gpt2", "n_layer": 3})
    with pytest.raises(ConfigError, match="reads from left to right"):
        aligner(decoder, finetune=TUNING)
