"""What a comparison's configuration may say; errors name the key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from spanferry.data.errors import ConfigError
from spanferry.flows.comparing.config import load_comparison
from tests.flows.comparing.small import write_gold

BARE = {"method": "alignment", "likeness": "none"}


def load(folder: Path, *overrides: str, **values: Any) -> Any:
    """The configuration of these values; `gold` is a small set unless it says something else."""
    gold = str(write_gold(folder / "gold.jsonl"))
    config = {"gold": gold, "methods": ["alignment"], **values}
    path = folder / "compare.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in config.items() if v is not None}), "utf-8")
    return load_comparison(path, overrides)


def test_methods_are_named_by_what_they_differ_in(tmp_path: Path) -> None:
    methods = ["alignment", BARE, ["alignment", BARE], {**BARE, "name": "mine"}]
    config = load(tmp_path, methods=methods)
    assert [one.title for one in config.methods] == [
        "alignment", "alignment, likeness none", "alignment > alignment, likeness none", "mine",
    ]  # fmt: skip
    assert config.methods[3].settings.likeness == "none"
    assert config.methods[2].settings.method == "fallback"


def test_gold_may_be_a_file_several_or_two_corpora(tmp_path: Path) -> None:
    assert [one.title for one in load(tmp_path).gold] == ["gold.jsonl"]
    path = str(tmp_path / "gold.jsonl")
    two = {"source": path, "target": path, "languages": ["EN", "pt-br"], "name": "two"}
    config = load(tmp_path, gold=[path, two])
    assert [one.title for one in config.gold] == ["gold.jsonl", "two"]
    assert config.gold[1].languages == ("en", "pt-BR")


def test_sections_of_a_build_and_overrides(tmp_path: Path) -> None:
    config = load(tmp_path, "align.min_score=0.2", "repeat=3", "methods=[alignment]")
    assert (config.align.backend, config.align.min_score, config.repeat) == ("embedded", 0.2, 3)
    assert config.translate.backend == "embedded"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"methods": ["alignmen"]}, "methods.0: no method 'alignmen'; did you mean 'alignment'?"),
        ({"methods": ["alignment"] * 2}, "methods: 'alignment' stands twice; give each a `name`"),
        ({"methods": [{**BARE, "likenes": 1}]}, "methods.0.likenes: unknown key; did you mean"),
        ({"methods": [["alignment", {**BARE, "likenes": 1}]]}, "methods.0.1.likenes: unknown key"),
        ({"methods": [{**BARE, "likeness": "some"}]}, "methods.0.likeness: Input should be 'auto'"),
        ({"methods": "alignment"}, "methods: must be a list of methods (got 'alignment')"),
        ({"methods": []}, "methods: must be a list of methods"),
        ({"methods": [3]}, "methods.0: must hold keys and values (got 3)"),
        ({"methods": None}, "methods: is missing"),
        ({"method": ["alignment"]}, "method: unknown key; did you mean 'methods'?"),
        ({"gold": "nowhere.jsonl"}, "gold: there is no such file (got 'nowhere.jsonl')"),
        ({"gold": [{"source": "."}]}, "gold.0: needs path, or source, target and languages"),
        ({"gold": [{"path": ".", "languages": ["en", "pt"]}]}, "gold.0: give path, or source"),
        ({"gold": [{"source": ".", "target": ".", "languages": ["en", "x-"]}]},
         "gold.0.languages: 'x-' is not a language code"),
        ({"gold": [{"source": ".", "target": ".", "languages": ["en", "pt"], "links": "a"}]},
         "gold.0: links are stored in files of pairs (path), not in corpora"),
        ({"gold": None}, "needs gold, or source and targets"),
        ({"gold": None, "source": {"path": "x.jsonl"}}, "needs gold, or source and targets"),
        ({"source": {"path": "x.jsonl"}, "targets": "pt"}, "give gold, or source and targets"),
        ({"gold": None, "source": {"path": "x.jsonl"}, "targets": "p-"}, "targets: 'p-' is not"),
        ({"gold": None, "source": {"path": "x.jsonl"}, "targets": "pt", "links": "a"},
         "links: stored ones are for gold; the aligner links a corpus"),
        ({"gold": None, "source": {"path": "x.jsonl", "pth": 1}, "targets": "pt"},
         "source.pth: unknown key"),
        ({"gold": None, "source": {"path": "x.jsonl"}, "targets": "pt",
          "align": {"backend": "attention"}}, "align: attention needs links from the translator"),
        ({"align": {"backend": "embeded"}}, "align.backend: no backend 'embeded'"),
        ({"repeat": 0}, "repeat: Input should be greater than or equal to 1 (got 0)"),
        ({"page": "."}, "page: is a folder; name an HTML file"),
        ({"output": "compare.yaml"}, "output: is a file; name a folder"),
    ],
)  # fmt: skip
def test_errors_name_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as error:
        load(tmp_path, **values)
    assert message in str(error.value)
