"""The configuration of a distillation: what it takes, and what it says of what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.distilling.config import DistilConfig, PlainText, load_distil
from tests.flows.distilling.corpora import configure


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("news.en", "text"), ("a.txt.gz", "text"), ("b.txt.xz", "text"), ("c.conll.bz2", "conll"),
        ("d.jsonl.zst", "jsonl"), ("e.conllu", "conllu"), ("no-suffix", "text"),
    ],
)  # fmt: skip
def test_a_path_tells_its_reader(tmp_path: Path, path: str, reader: str) -> None:
    (texts,) = configure(tmp_path, source="de", texts=[{"path": path}]).texts
    assert texts.reader == reader  # type: ignore[attr-defined]
    if reader != "text":
        assert texts.language == "de"  # type: ignore[attr-defined]


def test_what_a_user_says_counts(tmp_path: Path) -> None:
    given = [{"path": "a.txt", "reader": "jsonl", "language": "en-GB"}, {"path": ["b", "c"]}]
    first, second = configure(tmp_path, texts=given).texts
    assert (first.reader, first.language) == ("jsonl", "en-GB")  # type: ignore[attr-defined]
    assert second == PlainText(path=["b", "c"])


def test_defaults(tmp_path: Path) -> None:
    config = configure(tmp_path, teacher={}, align={}, held_out=None)
    assert config.teacher is not None
    assert config.teacher.backend == "embedded"  # type: ignore[attr-defined]
    assert config.align is not None
    assert config.align.backend == "embedded"  # type: ignore[attr-defined]
    assert config.held_out == 1000
    assert config.work == tmp_path / "out.work"
    assert load_distil(tmp_path / "distil.yaml", ["held_out=7"]).held_out == 7
    # what a configuration says of itself makes it again
    assert DistilConfig.model_validate(config.model_dump()) == config


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"texts": None}, "must have texts to translate, or pairs, or both"),
        ({"teacher": None}, "texts need a teacher"),
        ({"target": "en"}, "source and target are the same language"),
        ({"target": "klingon!"}, "target: 'klingon!' is not a language code"),
        ({"align": {"backend": "attention"}}, "align: the aligner 'attention' reads the links"),
        (
            {"align": {"backend": "vote", "aligners": [{"backend": "attention"}, {}]}},
            "align: the aligner 'attention' reads the links",
        ),
        ({"align": {"backend": "eflomale"}}, "did you mean 'eflomal'"),
        ({"teacher": {"backend": "embedded", "thread": 1}}, "did you mean 'threads'"),
        ({"texts": [{"path": "a.txt", "newline": 1}]}, "texts.0.newline: unknown key"),
        ({"texts": [{"path": ""}]}, "names no file"),
        ({"texts": [{"file": "a.txt"}]}, "unknown key"),
        ({"filter": {"min_scor": 1}}, "did you mean 'min_score'"),
        ({"filter": {"drop_lowest": 1.5}}, "filter.drop_lowest"),
        ({"run": {"workers": 0}}, "run.workers: must be at least 1, or auto"),
        ({"held_out": 0}, "held_out"),
        ({"output": "distil.yaml"}, "is a file; name a folder"),
        ({"outputs": "x"}, "did you mean 'output'"),
    ],
)
def test_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[str, Any], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("distil.yaml").touch()
    with pytest.raises(ConfigError, match=r"distil\.yaml: ") as caught:
        configure(tmp_path, **keys)
    assert says in str(caught.value)
