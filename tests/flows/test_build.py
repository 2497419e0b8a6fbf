"""Builds from end to end, in this process and without Prefect (test_command.py has both)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

from spanferry.data.errors import (
    AccountingError,
    BadRecordsError,
    ConfigError,
    SpanferryError,
)
from spanferry.data.manifest import Manifest
from spanferry.flows.load import load_config
from spanferry.flows.pipeline import open_workshop, run_in_threads, run_stages
from spanferry.flows.run import Result, Silent, build
from tests.flows.corpora import hashes, write_corpus


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*overrides: str, limit: int | None = None) -> Result:
    return build(load_config(Path("build.yaml"), overrides), limit=limit)


def files() -> dict[str, str]:
    return {entry.key: entry.file for entry in Manifest(Path("out/names.work")).find("")}


def parquet(folder: str) -> dict[str, bytes]:
    found = {k: v for k, v in hashes(Path(folder)).items() if k.endswith(".parquet")}
    assert found
    return found


def test_build_publishes_what_load_dataset_opens(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    assert run().units == 15
    rows = datasets.load_dataset("out/names", split="train")
    assert rows.num_rows == 25
    assert rows.features["spans"].feature["label"].names == ["NAME"]
    by_id = {row["id"]: row for row in rows}
    assert [span["text"] for span in by_id["r3"]["spans"]] == ["Anna", "Pedro", "Roma"]
    for row in rows:
        spans = row["spans"]
        assert [row["text"][s["start"] : s["end"]] for s in spans] == [s["text"] for s in spans]
        assert json.loads(row["meta"])["translation_pt"] == row["text"]


def test_second_run_does_nothing(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    run()
    before = hashes(tmp_path / "out")
    again = run()
    assert (again.units, again.published.fresh) == (0, False)
    assert hashes(tmp_path / "out") == before


def test_a_changed_threshold_runs_the_filter_alone(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    run()
    before = files()
    done = run("filter.length_ratio=[0.9, 1.0]")
    after = files()
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {f"pt/filter/train-{n:05d}" for n in range(3)}
    counts = done.published.summary.total()
    assert counts.rejected["filter"]["length_ratio"] == counts.read - counts.published > 0


def test_a_further_target_leaves_the_first_alone(tmp_path: Path) -> None:
    write_corpus(tmp_path, 12)
    run()
    before = files()
    run("targets=[pt, es]")
    after = files()
    assert {key: after[key] for key in before} == before
    assert {key.split("/")[0] for key in after} == {"read", "pt", "es"}
    both = datasets.load_dataset("out/names", split="train")
    assert both.num_rows == 24
    assert set(both["language"]) == {"pt", "es"}


def test_a_corpus_that_grows_keeps_its_first_shards(tmp_path: Path) -> None:
    write_corpus(tmp_path, 20)
    run()
    before = files()
    write_corpus(tmp_path, 25)
    assert run().units == 5
    after = files()
    assert {k: after[k] for k in before if k != "read"} == {
        k: v for k, v in before.items() if k != "read"
    }


@pytest.mark.parametrize(("workers", "shard_records"), [(1, 7), (3, 7), (3, 1000)])
def test_bytes_do_not_depend_on_workers_and_shards(
    tmp_path: Path, workers: int, shard_records: int
) -> None:
    write_corpus(tmp_path, 25)
    run()
    sizes = (f"run.workers={workers}", f"run.shard_records={shard_records}")
    run("publish.path=out/again", *sizes)
    assert parquet("out/again") == parquet("out/names")


def test_a_corpus_that_moves_is_not_built_again(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    run()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "corpus.jsonl").rename(tmp_path / "elsewhere/corpus.jsonl")
    again = run(f"source.path={tmp_path}/elsewhere/corpus.jsonl")
    assert (again.units, again.published.fresh) == (0, False)


def test_a_file_that_somebody_damaged_is_made_again(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    run()
    before = hashes(tmp_path / "out/names")
    (tmp_path / "out/names.work" / files()["pt/align/train-00001"]).write_bytes(b"")
    (tmp_path / "out/names/data/pt/train-00000-of-00001.parquet").unlink()
    assert run().units == 1
    assert hashes(tmp_path / "out/names") == before


def test_limit_takes_the_first_records(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    assert run(limit=4).published.summary.total().published == 4
    assert run().published.summary.total().published == 25


def test_bad_input_stops_before_anything_is_written(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    with (tmp_path / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"text": "too short", "spans": [{"start": 4, "end": 40, "label": "X"}]}\n')
        file.write("not json\n")
    with pytest.raises(BadRecordsError) as caught:
        run()
    assert "corpus.jsonl:26" in str(caught.value)
    assert "corpus.jsonl:27" in str(caught.value)
    assert not (tmp_path / "out/names").exists()
    assert [p.name for p in (tmp_path / "out/names.work").iterdir()] == [".spanferry-lock"]


def test_bad_input_can_be_rejected_and_is_accounted_for(tmp_path: Path) -> None:
    write_corpus(tmp_path, 15)
    lines = (tmp_path / "corpus.jsonl").read_text("utf-8").splitlines()
    lines[3:3] = ["not json", lines[0]]  # the second has an id that is taken
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    counts = run("source.on_error=reject").published.summary.total()
    assert (counts.read, counts.published) == (17, 15)
    assert counts.rejected == {"read": {"bad_json": 1, "duplicate_id": 1}}
    rejected = datasets.load_dataset("parquet", data_files="out/names/rejected/pt/*.parquet")
    rows = rejected["train"].to_list()
    first = rows[0]
    assert (first["stage"], first["reason"], first["raw"]) == ("read", "bad_json", "not json")
    assert rows[0]["origin"].endswith("corpus.jsonl:4")
    assert datasets.load_dataset("out/names", split="train").num_rows == 15


def test_a_record_without_translation_is_rejected_with_its_spans(tmp_path: Path) -> None:
    write_corpus(tmp_path, 15)
    rows = [json.loads(line) for line in (tmp_path / "corpus.jsonl").open(encoding="utf-8")]
    del rows[3]["translation_pt"]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines), "utf-8")
    counts = run().published.summary.total()
    assert counts.rejected == {"translate": {"no_translation": 1}}
    assert counts.missing_spans == {"no_translation": 3}


def test_an_error_in_a_stage_reaches_the_caller_and_the_rest_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(tmp_path, 25)
    from spanferry.aligners.embedded import EmbeddedAligner

    real = EmbeddedAligner.align

    def lossy(self: EmbeddedAligner, pairs: Any) -> Any:
        return real(self, pairs)[:-1]

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedAligner, "align", lossy)
        with pytest.raises(AccountingError, match="aligned 9 of 10"):
            run()
    assert run().published.summary.total().published == 25


def test_single_stages_ask_for_the_stage_before(tmp_path: Path) -> None:
    write_corpus(tmp_path, 25)
    run()
    config = load_config(Path("build.yaml"), ["publish.path=out/steps"])
    with open_workshop(config, Silent()) as shop:
        with pytest.raises(ConfigError, match="spanferry translate"):
            run_stages(shop, run_in_threads, Silent(), only="project")
        for stage in ("translate", "align", "project", "score", "filter"):
            assert run_stages(shop, run_in_threads, Silent(), only=stage) == 3
    assert build(config).units == 0
    assert parquet("out/steps") == parquet("out/names")


def test_two_builds_at_once_in_one_folder_are_refused(tmp_path: Path) -> None:
    write_corpus(tmp_path, 5)
    config = load_config(Path("build.yaml"))
    with open_workshop(config, Silent()), pytest.raises(ConfigError, match="at work"):
        build(config)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    write_corpus(tmp_path, 5)
    (tmp_path / "out/names").mkdir(parents=True)
    (tmp_path / "out/names/thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match=r"thesis\.txt"):
        run()
    assert (tmp_path / "out/names/thesis.txt").read_text("utf-8") == "mine"
    assert not (tmp_path / "out/names.work").exists()  # found before any work was done


def test_a_bad_record_that_becomes_another_one_is_published_anew(tmp_path: Path) -> None:
    write_corpus(tmp_path, 5)
    corpus = tmp_path / "corpus.jsonl"
    good = corpus.read_text("utf-8")
    for bad in ("not json", "{}"):
        corpus.write_text(good + bad + "\n", "utf-8")
        assert run("source.on_error=reject").published.fresh
        table = pq.read_table(tmp_path / "out/names/rejected/pt/train.parquet")
        assert table["raw"].to_pylist() == [bad]


def test_files_of_the_user_in_the_work_folder_are_left_alone(tmp_path: Path) -> None:
    write_corpus(tmp_path, 5)
    mine = [tmp_path / "mine/pt/raw/x.txt", tmp_path / "mine/read-notes/y.txt"]
    for file in mine:
        file.parent.mkdir(parents=True)
        file.write_text("precious", "utf-8")
    with pytest.raises(ConfigError, match="did not write"):
        run("run.work_path=mine")
    assert [file.read_text("utf-8") for file in mine] == ["precious", "precious"]


@pytest.mark.parametrize(
    ("publish", "work", "named"),
    [
        (".", None, "publish.path"),
        ("/", None, "publish.path"),
        ("corpus.jsonl/x", None, "publish.path"),
        ("out/a", "out/a", "run.work_path"),
        ("out/a", "out/a/w", "run.work_path"),
        ("out/a", "out", "run.work_path"),
    ],
)
def test_paths_that_cannot_work_are_refused_at_once(
    tmp_path: Path, publish: str, work: str | None, named: str
) -> None:
    write_corpus(tmp_path, 5)
    more = [f"run.work_path={work}"] if work else []
    with pytest.raises(ConfigError, match=named):
        run(f"publish.path={publish}", *more)


@pytest.mark.parametrize("damage", ["gone", "short", "garbled"])
def test_a_damaged_work_folder_mends_itself_or_says_what_to_delete(
    tmp_path: Path, damage: str
) -> None:
    write_corpus(tmp_path, 25)
    run()
    before = hashes(tmp_path / "out/names")
    work = tmp_path / "out/names.work"
    for file in sorted(work.rglob("*")):
        if not file.is_file() or file.name == ".spanferry-lock":
            continue
        content = file.read_bytes()
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes(content[:-9] if damage == "short" else b"\xff" * len(content))
        said = ""
        try:
            run("filter.min_span_score=0.99")
            run()
        except SpanferryError as error:
            said = str(error)
            file.unlink()
            run()
        if said:
            assert damage == "garbled"
            assert str(file.relative_to(tmp_path)) in said
        assert hashes(tmp_path / "out/names") == before
