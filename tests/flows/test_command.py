"""The command line as a process: Prefect, exit statuses, messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import jsonschema
import pytest
import yaml

from spanferry.flows.load import load_config
from spanferry.flows.run import build
from tests.conftest import Command
from tests.flows.corpora import hashes, write_corpus


def build_here(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command does, without its Prefect server, which takes most of the time."""
    with monkeypatch.context() as here:
        here.chdir(config.parent)
        build(load_config(Path(config.name)))


def test_build_runs_as_a_prefect_flow_and_says_what_it_did(
    tmp_path: Path, spanferry: Command
) -> None:
    config = write_corpus(tmp_path, 25)
    done = spanferry("build", config.name)
    assert "dataset: out/names" in done.stdout
    assert "]‹NAME›" in done.stdout  # no colours in a pipe, so spans are in brackets
    assert "Traceback" not in done.stderr
    assert "prefect" not in done.stderr.lower()
    before = hashes(tmp_path / "out/names")
    again = spanferry("build", config.name)
    assert "nothing had to be done" in again.stdout
    assert hashes(tmp_path / "out/names") == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": []}, "targets"),
        ({"targets": ["xx-nonsense-code"]}, "BCP-47"),
        ({"tragets": ["pt"]}, "did you mean 'targets'"),
        ({"align": {"backend": "simaling"}}, "simaling"),
        ({"filter": {"min_span_scor": 0.5}}, "did you mean 'min_span_score'"),
        ({"filter": {"min_span_score": 7}}, "got 7"),
        ({"source": {"path": "corpsu.jsonl"}}, "corpus.jsonl"),
        ({"translate": {"column": None}}, "translate"),
    ],
)
def test_a_wrong_config_ends_with_2_and_names_the_key(
    tmp_path: Path, spanferry: Command, change: dict[str, Any], message: str
) -> None:
    config = write_corpus(tmp_path, 5, **change)
    done = spanferry("build", config.name, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").glob("*/*.json*"))


def test_dry_run_counts_and_writes_nothing(
    tmp_path: Path, spanferry: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_corpus(tmp_path, 25)
    before = hashes(tmp_path)
    done = spanferry("build", config.name, "--dry-run")
    assert "25 records" in done.stdout
    assert "parallel" in done.stdout
    assert hashes(tmp_path) == before
    build_here(config, monkeypatch)
    assert "up to date" in spanferry("align", config.name, "--dry-run").stdout


def test_schema_accepts_what_a_build_accepts(tmp_path: Path, spanferry: Command) -> None:
    schema = json.loads(spanferry("schema").stdout)
    config = yaml.safe_load(write_corpus(tmp_path, 1).read_text("utf-8"))
    jsonschema.validate(config, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**config, "tragets": ["pt"]}, schema)


def test_list_names_every_backend(spanferry: Command) -> None:
    text = spanferry("list").stdout
    for name in ("conll", "jsonl", "datasets", "embedded", "parallel", "alignment", "complete"):
        assert name in text


def test_inspect_shows_rejected_records_with_their_reason(
    tmp_path: Path, spanferry: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_corpus(tmp_path, 10, filter={"length_ratio": [0.9, 1.0]})
    build_here(config, monkeypatch)
    shown = spanferry("inspect", "out/names", "--rejected").stdout
    assert "rejected by filter: length_ratio" in shown
    one = (
        spanferry("inspect", config.name, "--id", "r0").stdout
        + spanferry("inspect", config.name, "--id", "r0", "--rejected").stdout
    )
    assert "Ada" in one
    assert spanferry("inspect", "nowhere", check=False).returncode == 2


def test_evaluate_scores_a_dataset_against_gold(
    tmp_path: Path, spanferry: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_corpus(tmp_path, 5)
    build_here(config, monkeypatch)
    assert "100.00" in spanferry("evaluate", "out/names", "out/names").stdout
    rows = [
        ("r0", "Ada vive em Lisboa. (0)", [(0, 3), (12, 18)]),
        ("r4", "Em Paris choveu. (4)", [(0, 8)]),  # the build says Paris, without Em
    ]
    gold = [
        {
            "id": name,
            "text": text,
            "spans": [{"start": a, "end": b, "label": "NAME"} for a, b in spans],
        }
        for name, text, spans in rows
    ]
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, gold)), "utf-8")
    # the dataset holds more records than the gold file, and other ones in the same order
    refused = spanferry("evaluate", "out/names", "gold.jsonl", check=False)
    assert refused.returncode == 2
    kept = datasets.load_dataset(str(tmp_path / "out/names"), split="train")
    lines = [
        {
            "id": row["id"],
            "text": row["text"],
            "spans": [
                {"start": s["start"], "end": s["end"], "label": "NAME"} for s in row["spans"]
            ],
        }
        for row in kept
        if row["id"] in ("r0", "r4")
    ]
    (tmp_path / "ours.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    scored = spanferry("evaluate", "ours.jsonl", "gold.jsonl").stdout
    assert "66.67" in scored  # two of three, both ways
    other = {"id": "r1", "text": "another text", "spans": []}
    (tmp_path / "other.jsonl").write_text(json.dumps(other), "utf-8")
    bad = spanferry("evaluate", "other.jsonl", "out/names", check=False)
    assert bad.returncode == 2
    assert "the texts differ" in bad.stderr
