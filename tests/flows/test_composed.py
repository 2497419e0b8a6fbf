"""Builds with backends that are made of others, by the embedded engine both ways."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
import yaml

from spanferry.data.errors import ConfigError
from spanferry.flows.load import load_config
from spanferry.flows.run import Result, build

TEXTS = [
    "Shopkeepers near Porto would rather annoy everyone in spring than wait, said Maria Costa. "
    "She won't go there any more, for all anybody knows.",
    "Nobody knows why Maria Costa left the village so early.",
    "A table, please.",
]
#: Comes back as it was, so it is no new text, and is rejected.
KEPT = "Maria Costa is in Porto."


@pytest.fixture(autouse=True)
def _corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = []
    for number, text in enumerate([*TEXTS, KEPT]):
        spans = [
            {"start": text.index(name), "end": text.index(name) + len(name), "label": label}
            for name, label in (("Maria Costa", "PER"), ("Porto", "LOC"))
            if name in text
        ]
        lines.append(json.dumps({"id": f"r{number}", "text": text, "spans": spans}))
    Path("corpus.jsonl").write_text("\n".join(lines), "utf-8")
    Path("build.yaml").write_text(
        yaml.safe_dump({"source": {"path": "corpus.jsonl"}, "publish": {"path": "out"}}), "utf-8"
    )


def run(*overrides: str) -> Result:
    return build(load_config(Path("build.yaml"), overrides))


def test_a_corpus_paraphrased_into_its_own_language(tmp_path: Path) -> None:
    there_and_back = ("targets=[en]", "translate={backend: pivot, via: pt}")
    done = run(*there_and_back)
    counts = done.published.summary.total()
    assert counts.read == 4
    assert set(counts.rejected.get("filter", {})) <= {"identical_to_source"}
    rows = datasets.load_dataset("out", split="train", cache_dir=str(tmp_path / "cache"))
    first = next(row for row in rows if row["id"] == "r0")
    assert (first["language"], first["source_language"]) == ("en", "en")
    assert first["text"] != first["source_text"]
    assert "r3" not in rows["id"]  # came back as it was
    assert {span["text"] for span in first["spans"]} == {"Maria Costa", "Porto"}
    for row in rows:
        assert row["score_identical_to_source"] is None or row["score_identical_to_source"] < 1
    assert run(*there_and_back).units == 0
    # a setting of a leg that changes its results makes all of it again, and no other does
    many = ("targets=[en]", "translate={backend: pivot, via: pt, second: {threads: 3}}")
    assert run(*many).units == 0
    slow = ("targets=[en]", "translate={backend: pivot, via: pt, second: {max_tokens: 50}}")
    assert run(*slow).units == done.units


def test_the_way_back_is_scored_and_filtered_by(tmp_path: Path) -> None:
    back = ("targets=[pt]", "translate={backend: round_trip}")
    run(*back)
    rows = datasets.load_dataset("out", split="train", cache_dir=str(tmp_path / "cache"))
    scores = {row["id"]: row["score_min_round_trip"] for row in rows}
    assert all(score is not None and 0.2 < score <= 1 for score in scores.values())
    lowest, *_, highest = sorted(scores.values())
    assert lowest < highest
    middle = (lowest + highest) / 2
    done = run(*back, f"filter.min_round_trip={middle}")
    assert done.units == 1  # the filter alone
    counts = done.published.summary.total()
    assert counts.rejected == {
        "filter": {"min_round_trip": sum(score < middle for score in scores.values())}
    }
    card = Path("out/README.md").read_text("utf-8")
    assert "forward: embedded" in card
    assert f"at least {middle:g}" in card


def test_a_leg_that_cannot_do_its_languages_is_refused_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        run("targets=[es]", "translate={backend: pivot, via: pt}")
    assert str(error.value) == (
        "translate.second: translator 'embedded' cannot translate pt to es; "
        "it can do: en to pt, pt to en"
    )
    assert not Path("out").exists()
