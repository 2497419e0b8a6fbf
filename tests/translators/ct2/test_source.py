"""What a model's name means, which folders are refused, and what identifies a model."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.cache import Cache
from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.source import ModelSource, fetch_tokenizer, find, find_tokenizer
from tests.models.vocabulary import update_json

Edit = Callable[[Path], object]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache"))


@pytest.fixture
def checkpoint(family: Callable[[str], Path], tmp_path: Path) -> Path:
    """A copy of the small Marian checkpoint, to spoil."""
    return Path(shutil.copytree(family("marian"), tmp_path / "models" / "opus-en-de"))


def _error(name: str | Path, cache: Cache, revision: str | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        find(str(name), revision, cache)
    return str(caught.value)


def test_a_checkpoint_and_a_converted_folder_are_known(checkpoint: Path, cache: Cache) -> None:
    found = find(str(checkpoint), None, cache)
    assert (found.kind, found.folder) == ("checkpoint", checkpoint)
    (checkpoint / "model.bin").write_bytes(b"as the converter writes it")
    other = find(str(checkpoint), None, cache)
    assert other.kind == "converted"
    assert other.revision != found.revision


def test_names_that_are_nothing(checkpoint: Path, cache: Cache) -> None:
    folder = checkpoint.parent
    assert "there is no folder" in _error(folder / "opus-en-dd", cache)
    assert "there is: opus-en-de" in _error(folder / "opus-en-dd", cache)
    assert "is a file; name the folder" in _error(checkpoint / "config.json", cache)
    assert "neither a transformers checkpoint (config.json) nor" in _error(folder, cache)
    assert "translate.revision is for Hub ids" in _error(checkpoint, cache, "main")
    assert "there is no folder './opus'" in _error("./opus", cache)
    for strange in ("a" * 5000, "~nobody-of-that-name/x", "a\0b", "a/b/c", "ørg/modell", "a b"):
        assert "no folder" in _error(strange, cache)


def test_a_hub_id_without_a_hub_cannot_be_mended_by_trying_again(
    checkpoint: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _error("org/tiny-en-de", cache)
    assert "'org/tiny-en-de' is no folder here, was never downloaded" in text
    assert "HF_HUB_OFFLINE" in text
    monkeypatch.chdir(checkpoint.parent.parent)
    assert "there is: opus-en-de" in _error("models/opus-en-dx", cache)
    commit = "0123456789" * 4
    assert find("org/tiny-en-de", commit, cache).revision == commit  # nothing to ask


def test_an_offline_branch_is_the_commit_that_it_was(cache: Cache) -> None:
    commit = "0123456789" * 4
    cache.remember("org/tiny-en-de", "main", commit)
    assert find("org/tiny-en-de", None, cache).revision == commit
    assert "never downloaded" in _error("org/tiny-en-de", cache, "v2")


def _config(**keys: Any) -> Edit:
    return lambda folder: update_json(folder / "config.json", keys)


def _write(file: str, text: str) -> Edit:
    return lambda folder: (folder / file).write_text(text, "utf-8")


def _shards(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors",
                            "b": "model-00002-of-00002.safetensors"}}  # fmt: skip
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (_config(auto_map={"AutoModel": "evil.Model"}), "Python code of its own (auto_map in conf"),
        (_write("tokenizer_config.json", '{"auto_map": {}}'), "(auto_map in tokenizer_config.json"),
        (_config(model_type="bert"), "is of type 'bert'; models of these types are supported: mar"),
        (_config(model_type="gpt2"), "is of type 'gpt2'"),
        (_config(model_type=["t5"]), "is of type ['t5']"),
        (_config(model_type="mbart", tokenizer_class="MBartTokenizer"), "is an mBART-25 model"),
        (_config(model_type="mbart", tokenizer_class=None), "is an mBART-25 model"),
        (_write("config.json", "{"), "holds no readable config.json"),
        (_write("config.json", "[" * 100_000), "holds no readable config.json"),
        (_write("config.json", "[]"), "it is no JSON object"),
        (lambda folder: (folder / "model.safetensors").unlink(), "holds no weights (model.safet"),
        (_write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
         "model.safetensors of"),
        (_shards, "lacks model-00002-of-00002.safetensors of its weights"),
    ],
)  # fmt: skip
def test_checkpoints_that_are_refused(
    checkpoint: Path, cache: Cache, edit: Edit, text: str
) -> None:
    edit(checkpoint)
    said = _error(checkpoint, cache)
    assert text in said
    assert said.startswith("translate.model: ")


def test_an_mbart50_model_is_told_by_its_tokenizer_or_its_languages(
    checkpoint: Path, cache: Cache
) -> None:
    _config(model_type="mbart", tokenizer_class="MBart50Tokenizer")(checkpoint)
    assert find(str(checkpoint), None, cache).kind == "checkpoint"
    _config(tokenizer_class=None)(checkpoint)
    update_json(checkpoint / "tokenizer_config.json", {"tokenizer_class": "MBart50TokenizerFast"})
    assert find(str(checkpoint), None, cache).kind == "checkpoint"
    _write("tokenizer_config.json", '{"additional_special_tokens": ["pt_XX"]}')(checkpoint)
    assert find(str(checkpoint), None, cache).kind == "checkpoint"


def test_the_revision_is_that_of_the_contents(checkpoint: Path, cache: Cache) -> None:
    first = find(str(checkpoint), None, cache)
    copy = Path(shutil.copytree(checkpoint, checkpoint.with_name("copy")))
    os.utime(copy / "model.safetensors", (1, 1))
    (copy / "README.md").write_text("other words", "utf-8")
    assert find(str(copy), None, cache).revision == first.revision
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    assert find(str(copy), None, cache).revision != first.revision
    (checkpoint / "source.spm").write_bytes(b"another tokenizer")
    assert find(str(checkpoint), None, cache).revision != first.revision


def test_a_card_shows_no_place_on_a_machine(
    checkpoint: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find(str(checkpoint), None, cache).describe() == "opus-en-de"
    assert find(f"{checkpoint}/", None, cache).describe() == "opus-en-de"
    monkeypatch.chdir(checkpoint)
    assert find(".", None, cache).describe() == "opus-en-de"
    assert ModelSource("org/m", None, "0123456789" * 4, "hub").describe() == "org/m@012345678901"


def test_a_tokenizer_needs_no_model_beside_it(checkpoint: Path, cache: Cache) -> None:
    before = find_tokenizer(str(checkpoint), cache)
    for name in ("config.json", "model.safetensors"):
        (checkpoint / name).unlink()
    found = find_tokenizer(str(checkpoint), cache)
    assert fetch_tokenizer(found) == checkpoint
    assert found.revision != before.revision
    (checkpoint / "target.spm").write_bytes(b"another")
    assert find_tokenizer(str(checkpoint), cache).revision != found.revision
    with pytest.raises(ConfigError, match=r"translate\.tokenizer: .* is a file"):
        find_tokenizer(str(checkpoint / "source.spm"), cache)


def test_a_tokenizer_that_is_not_there_is_named_by_its_own_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^translate\.tokenizer: 'some/where' is no folder here"):
        find_tokenizer("some/where", Cache(str(tmp_path)))
