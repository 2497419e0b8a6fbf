"""From texts to pairs: everything is counted, nothing is done twice, and a kill costs little."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError, InputError
from spanferry.flows.distilling import teaching
from tests.flows.distilling.corpora import (
    all_pairs,
    configure,
    dropped,
    run,
    sentence,
    write_teacher,
    write_texts,
)

LOOP = ("The old lord is in the house.", "senhor, senhor, senhor, senhor, senhor")


def test_every_text_is_counted(tmp_path: Path) -> None:
    write_teacher(tmp_path, 60, [LOOP])
    write_texts(tmp_path / "texts.txt", [*range(62), 3, 4])  # two that the teacher does not know
    with (tmp_path / "texts.txt").open("a", encoding="utf-8") as file:
        file.write(f"{LOOP[0]}\n")
    (tmp_path / "test.txt").write_text(sentence(7)[0], "utf-8")
    (tmp_path / "pairs.tsv").write_text(
        "\n".join("\t".join(sentence(k)) for k in (5, 100, 101)) + "\nA (b) c.\tD e f.\n", "utf-8"
    )
    config = configure(
        tmp_path,
        pairs=[{"joined": str(tmp_path / "pairs.tsv")}],
        leave_out=[{"path": str(tmp_path / "test.txt")}],
    )
    store, steps = run(config)
    facts = store.facts
    assert facts["read"] == {"sentences": 65, "pairs": 4}
    assert (facts["duplicate"], facts["left_out"]) == (3, 1)
    assert facts["errors"] == {"no_translation": 2}
    assert facts["dropped"] == {"repetition": 1, "marks": 1}
    assert facts["kept"] == 69 - 3 - 1 - 2 - 2 == store.count + facts["held_out"]
    assert facts["teacher"]["name"] == "parallel"
    assert facts["aligner"] is None
    assert not store.has_links
    assert all_pairs(store) == {sentence(k) for k in [*range(60), 100, 101] if k != 7}
    assert {(row["reason"], row["source"]) for row in dropped(config)} == {
        ("repetition", LOOP[0]), ("marks", "A (b) c."),
    }  # fmt: skip
    assert steps.done == {
        "read": 69, "teach": 65 - 2 - 1 - 1, "filter": 65, "write": 61,
    }  # fmt: skip


def test_only_what_changed_is_done_again(tmp_path: Path) -> None:
    write_teacher(tmp_path, 160)
    write_texts(tmp_path / "texts.txt", range(120))
    before, first = run(configure(tmp_path))
    assert first.done["teach"] == 120
    again, steps = run(configure(tmp_path))
    assert (steps.begun, again.digest) == ({}, before.digest)
    # a filter: no text is read or translated again
    other, steps = run(configure(tmp_path, filter={"max_characters": 23}))
    assert set(steps.done) == {"filter", "write"}
    assert other.facts["dropped"]["too_long"] == 120 - other.facts["kept"] > 0
    # a line more: its shard, or a few
    write_texts(tmp_path / "texts.txt", [*range(60), 150, 151, 152, *range(60, 120)])
    more, steps = run(configure(tmp_path))
    assert more.facts["kept"] == 123
    assert steps.done["read"] == 123
    assert steps.done["teach"] < 60
    # a text less, as it was at first: nothing is translated
    write_texts(tmp_path / "texts.txt", range(120))
    back, steps = run(configure(tmp_path))
    assert "teach" not in steps.begun
    assert back.digest == before.digest
    # another teacher: everything
    write_teacher(tmp_path, 160, [("x", "y")])
    _, steps = run(configure(tmp_path))
    assert steps.done["teach"] == 120


def test_pairs_alone(tmp_path: Path) -> None:
    lines = ["\t".join(sentence(k)) for k in range(30)]
    (tmp_path / "pairs.tsv").write_text("\n".join(lines), "utf-8")
    store, _ = run(
        configure(
            tmp_path, texts=None, teacher=None, pairs=[{"joined": str(tmp_path / "pairs.tsv")}]
        )
    )
    assert store.facts["teacher"] is None
    assert (store.count, len(store.held_out())) == (27, 3)


def test_too_few_pairs(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("He left.\n", "utf-8")
    write_teacher(tmp_path, 3)
    with pytest.raises(InputError, match=r"0 pairs are left.*'no_translation': 1"):
        run(configure(tmp_path))


@pytest.mark.parametrize(
    "teacher",
    [
        {"path": "memory.jsonl"},
        {"path": "texts.txt"},
        {"column": "pt"},
        {"path": "memory.parquet", "id_field": "id"},
    ],
)
def test_translations_that_belong_to_places_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teacher: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_texts(tmp_path / "texts.txt", range(3))
    given = {"backend": "parallel", **teacher}
    pivoted = {"backend": "pivot", "via": "es", "first": {"backend": "embedded"}}
    for each in (given, {**pivoted, "second": given}):
        with pytest.raises(ConfigError, match="teacher: the backend 'parallel' must find"):
            run(configure(tmp_path, teacher=each))


def test_a_kill_costs_the_shards_at_work(tmp_path: Path) -> None:
    write_teacher(tmp_path, 400)
    write_texts(tmp_path / "texts.txt", range(400))
    config = configure(tmp_path)
    code = (
        "from tests.flows.distilling.corpora import *; import sys; from pathlib import Path\n"
        "run(load_distil(Path(sys.argv[1])))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "distil.yaml")], cwd=Path(__file__).parents[3]
    )
    manifest = config.work / "manifest.jsonl"
    until = time.monotonic() + 60
    taught = 0
    while child.poll() is None and taught < 5 and time.monotonic() < until:
        time.sleep(0.005)
        taught = manifest.read_bytes().count(b'"key": "teach/') if manifest.exists() else 0
    assert child.poll() is None, "it ended before it could be killed"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    entries = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()[:-1]]
    done = sum(entry["rows"] for entry in entries if entry["key"].startswith("teach/"))
    store, steps = run(config)
    assert "read" in steps.begun
    assert "read" not in steps.done  # all texts had been read
    assert 0 < done < 400
    assert steps.done["teach"] <= 400 - done
    assert all_pairs(store) == {sentence(k) for k in range(400)}
    files = {path.name for path in (config.work / teaching.FOLDER).iterdir()}
    assert not any(name.endswith(".tmp") for name in files)
