"""`spanferry train`: from a YAML file to a checkpoint that a build takes; errors name its keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanferry.aligners.base import WordPair
from spanferry.data.errors import ConfigError, InputError
from spanferry.flows.backends import make_aligner
from spanferry.flows.config import settings_class
from spanferry.flows.train_config import load_training
from spanferry.flows.training import train
from tests.aligners.training.making import lessons, make_bert, sentences

pytest.importorskip("torch")

PAIRS, HELD_OUT = 60, 20


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with parallel text, hand-made links and a small model."""
    folder = tmp_path_factory.mktemp("training")
    pairs, held = lessons(PAIRS, HELD_OUT)
    lines = [f"{' '.join(p.source)}\t{' '.join(p.target)}\n" for p in pairs]
    (folder / "pairs.tsv").write_text("".join(lines), "utf-8")
    rows = [
        {"src_tokens": list(pair.source), "tgt_tokens": list(pair.target),
         "sure": " ".join(f"{i}-{j}" for i, j in sorted(sure)), "possible": ""}
        for pair, sure, _ in held
    ]  # fmt: skip
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    (folder / "links.txt").write_text("0-0 1-1\n", "utf-8")
    make_bert(folder / "bert", sentences(pairs), num_hidden_layers=2)
    return folder


@pytest.fixture
def write(corpus: Path, tmp_path: Path) -> Any:
    def made(trained: str, /, **more: Any) -> Path:
        config: dict[str, Any] = {
            "kind": trained, "model": str(corpus / "bert"), "output": str(tmp_path / "out"),
            "gold": str(corpus / "gold.jsonl"), "settings": {"steps": 3, "device": "cpu"},
        }  # fmt: skip
        if trained == "awesome":
            config |= {
                "source": "en",
                "target": "qaa",
                "texts": [{"joined": f"{corpus}/pairs.tsv"}],
            }
            config["settings"] |= {"layer": 1, "eval_every": 2}
        for key, value in more.items():
            if isinstance(value, dict):
                value = {**config.get(key, {}), **value}
            config[key] = value
        path = tmp_path / "train.yaml"
        path.write_text(yaml.safe_dump(config), "utf-8")
        return path

    return made


@pytest.mark.parametrize("kind", ["awesome", "spans", "binary"])
def test_a_checkpoint_that_aligns(kind: str, write: Any, corpus: Path) -> None:
    config = load_training(write(kind))
    report = train(config)
    assert report.steps == 3
    assert train(config) == report, "a finished folder is left as it is"
    options = {"layer": 1} if kind == "awesome" else {}
    settings = settings_class("aligners", kind)(model=str(config.output), **options)
    aligner = make_aligner(settings, "en", "qaa")
    aligner.setup()
    lines = (corpus / "pairs.tsv").read_text("utf-8").splitlines()
    pairs = [WordPair(*(side.split() for side in line.split("\t"))) for line in lines[:5]]
    assert len(aligner.align(pairs)) == 5


@pytest.mark.parametrize(
    ("kind", "change", "text"),
    [
        ("awesome", {"texts": [{"joined": "nowhere.tsv"}]}, r"texts: there is no file 'nowhere"),
        ("awesome", {"texts": [{"source": "a"}]}, r"texts\.0: .*source and target, or joined"),
        ("awesome", {"settings": {"layer": 9}}, r"^settings\.layer: 9"),
        ("awesome", {"source": "english!"}, r"source: .*not a language code"),
        ("awesome", {"model": "./nowhere"}, r"^model: there is no folder"),
        ("awesome", {"steps": 3}, r"steps: unknown key"),
        ("spans", {"kind": "span"}, r"kind: must be one of awesome, spans, binary"),
        ("spans", {"kind": [1]}, r"kind: must be one of"),
        ("spans", {"settings": {"kind": "binary"}}, r"settings\.kind is not kind"),
        ("binary", {"gold": "nowhere.jsonl"}, r"nowhere\.jsonl: cannot be read"),
    ],
)
def test_errors_name_the_key(kind: str, change: dict[str, Any], text: str, write: Any) -> None:
    with pytest.raises(ConfigError, match=text):
        train(load_training(write(kind, **change)))


def test_what_is_in_the_way_is_left_alone(write: Any, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match=r"output: .* is a file"):
        load_training(write("binary", output=str(tmp_path / "file")))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match=r"^output: .*holds other files \(config\.json\)"):
        train(load_training(write("binary", output=str(tmp_path / "mine"))))
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["config.json"]


def test_gold_needs_words_and_bitext_two_sides(write: Any, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gold: .*links without their words"):
        train(load_training(write("binary", gold=str(corpus / "links.txt"))))
    (tmp_path / "bad.tsv").write_text("one side only\n", "utf-8")
    with pytest.raises(InputError, match="has 1 sides, and needs two"):
        train(load_training(write("awesome", texts=[{"joined": str(tmp_path / "bad.tsv")}])))
