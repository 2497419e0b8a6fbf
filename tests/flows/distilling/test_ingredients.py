"""What a student is made of: settings that matter, contents of files, and no place of a machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.distilling.ingredients import (
    NOTED,
    PAIRS,
    claim,
    differing,
    ingredients,
)
from tests.flows.distilling.students import tiny, write_corpus


def test_settings_that_change_nothing_are_no_ingredients(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    base = ingredients(tiny(tmp_path))
    same = tiny(
        tmp_path, settings={"device": "cuda", "log_every": 9}, run={"workers": 3}, licence="MIT",
        output=str(tmp_path / "another"),
    )  # fmt: skip
    assert ingredients(same) == base
    assert base["student.dimension"] == "16"
    assert base["teacher.backend"] == '"parallel"'
    other = ingredients(tiny(tmp_path, settings={"learning_rate": 0.5}, held_out=7))
    assert differing(base, other) == [
        "held_out (was 5, is 7)", "settings.learning_rate (was 0.004, is 0.5)",
    ]  # fmt: skip


def test_no_place_of_a_machine_is_told(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more/texts.txt").write_text("One more.\n", "utf-8")
    found = ingredients(
        tiny(tmp_path, texts=[{"path": [f"{tmp_path}/*.txt", f"{tmp_path}/more/texts.txt"]}])
    )
    assert str(tmp_path) not in json.dumps(found)
    contents = {key: value for key, value in found.items() if key.startswith("contents")}
    assert len(contents) == len(set(contents.values())) == 2, "two files of one name are two"


def test_a_file_that_is_gone_is_no_difference(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    config = tiny(tmp_path)
    before = ingredients(config)
    (tmp_path / "texts.txt").write_text("Another.\n", "utf-8")
    (told,) = differing(before, ingredients(config))
    assert told.startswith("contents of texts.0: texts.txt (was ")
    (tmp_path / "texts.txt").unlink()
    assert differing(before, ingredients(config)) == []


def test_a_claim_holds_from_the_first_saved_state(tmp_path: Path) -> None:
    claim(tmp_path, {"a": "1"})
    claim(tmp_path, {"a": "2"})
    claim(tmp_path, {"a": "2", PAIRS: "x"})
    (tmp_path / "student/state").mkdir(parents=True)
    (tmp_path / "student/state/state.pt").write_bytes(b"")
    claim(tmp_path, {"a": "2"})
    claim(tmp_path, {"a": "2", PAIRS: "x"})
    for other in ({"a": "3"}, {"a": "2", PAIRS: "y"}):
        with pytest.raises(ConfigError, match=r"\(was \w, is \w\).*delete its folder student"):
            claim(tmp_path, other)
    assert json.loads((tmp_path / NOTED).read_text("utf-8")) == {"a": "2", PAIRS: "x"}


def test_many_differences_are_counted(tmp_path: Path) -> None:
    claim(tmp_path, {str(n): "1" for n in range(9)})
    (tmp_path / "student").mkdir()
    (tmp_path / "student/student.json").write_text("{}")
    with pytest.raises(ConfigError, match="; and 4 more"):
        claim(tmp_path, {str(n): "2" for n in range(9)})
