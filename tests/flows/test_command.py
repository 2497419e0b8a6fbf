"""The command line as a process: Prefect, exit statuses, messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.conftest import Command
from tests.flows.corpora import hashes, write_corpus


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


def test_dry_run_counts_and_writes_nothing(tmp_path: Path, spanferry: Command) -> None:
    config = write_corpus(tmp_path, 25)
    before = hashes(tmp_path)
    done = spanferry("build", config.name, "--dry-run")
    assert "25 records" in done.stdout
    assert "parallel" in done.stdout
    assert hashes(tmp_path) == before
    spanferry("build", config.name)
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
    tmp_path: Path, spanferry: Command
) -> None:
    config = write_corpus(tmp_path, 10, filter={"length_ratio": [0.9, 1.0]})
    spanferry("build", config.name)
    shown = spanferry("inspect", "out/names", "--rejected").stdout
    assert "rejected by filter: length_ratio" in shown
    one = (
        spanferry("inspect", config.name, "--id", "r0").stdout
        + spanferry("inspect", config.name, "--id", "r0", "--rejected").stdout
    )
    assert "Ada" in one
    assert spanferry("inspect", "nowhere", check=False).returncode == 2


def test_evaluate_scores_a_dataset_against_gold(tmp_path: Path, spanferry: Command) -> None:
    config = write_corpus(tmp_path, 5)
    spanferry("build", config.name)
    gold = [
        {"id": "r0", "text": "Ada vive em Lisboa. (0)", "spans": [
            {"start": 0, "end": 3, "label": "NAME"}, {"start": 12, "end": 18, "label": "NAME"}]},
        {"id": "r4", "text": "Em Paris choveu. (4)", "spans": [
            {"start": 0, "end": 8, "label": "NAME"}]},
    ]  # fmt: skip
    lines = "\n".join(json.dumps(row) for row in gold)
    (tmp_path / "gold.jsonl").write_text(lines, "utf-8")
    done = spanferry("evaluate", "gold.jsonl", "gold.jsonl")
    assert "100.00" in done.stdout
    # r0: both right; r4: Paris is not "Em Paris"
    wanted = {"id": "r1", "text": "other", "spans": []}
    (tmp_path / "other.jsonl").write_text(json.dumps(wanted), "utf-8")
    bad = spanferry("evaluate", "out/names", "other.jsonl", check=False)
    assert bad.returncode == 2
