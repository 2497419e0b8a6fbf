"""Learning goes on where it was stopped, is not done twice, and says what is wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pydantic import ValidationError

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal import EflomalAlignerSettings, learning
from spanferry.aligners.eflomal.program import Program, Task, run
from spanferry.aligners.eflomal.sampling import Note
from spanferry.data.errors import ConfigError, InputError
from tests.aligners.eflomal.needs import aligner, error_rate, needs_eflomal, text

pytestmark = needs_eflomal
QUICK = {"samplers": 2, "length": 0.01}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_stopped_run_goes_on_and_a_finished_one_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs, _ = text(120)
    whole = tmp_path / "whole"
    aligner(**QUICK).prepare(pairs, whole)
    assert sorted(contents(whole)) == ["eflomal.json", "priors.gz"]

    done: list[Task] = []

    def counted(program: Program, task: Task, note: Note) -> None:
        done.append(task)
        run(program, task, note)

    def stopped(program: Program, task: Task, note: Note) -> None:
        if len(done) == 2:
            raise InterruptedError("pulled the plug")
        counted(program, task, note)

    folder = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        patch.setattr(learning, "run", stopped)
        with pytest.raises(InterruptedError, match="pulled the plug"):
            aligner(**QUICK, threads=1).prepare(pairs, folder)
        assert not (folder / "priors.gz").exists()
        with pytest.raises(ConfigError, match=r"no priors in .*; prepare\(\) did not end"):
            aligner(**QUICK).load(folder)
    with monkeypatch.context() as patch:
        patch.setattr(learning, "run", counted)
        aligner(**QUICK).prepare(pairs, folder)
        assert len(done) == 4  # two before, and the other two
        aligner(**QUICK).prepare(pairs, folder)
        assert len(done) == 4
        assert contents(folder) == contents(whole)
        aligner(**QUICK).prepare(pairs[1:], folder)  # other text: all anew
        assert len(done) == 8
    assert contents(folder) != contents(whole)


def test_links_of_other_settings_are_not_taken_up(tmp_path: Path) -> None:
    pairs, _ = text(60)
    folder = tmp_path / "a"
    (folder / "work").mkdir(parents=True)
    (folder / "work" / "links.0.forward.txt").write_text("0-0\n" * 60)
    (folder / "work" / "state.txt").write_text("something else")
    aligner(**QUICK).prepare(pairs, folder)
    aligner(**QUICK).prepare(pairs, tmp_path / "b")
    assert contents(folder) == contents(tmp_path / "b")


def test_priors_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    aligner(**QUICK).prepare(text(30)[0], tmp_path)
    with pytest.raises(ConfigError, match=r"source_stem and target_stem \[0, 0\].*now .*\[4, 0\]"):
        aligner(**QUICK, source_stem=4).load(tmp_path)
    (tmp_path / "priors.gz").write_bytes(b"\x1f\x8b broken")
    with pytest.raises(ConfigError, match="is not as it was written; remove the folder"):
        aligner(**QUICK).load(tmp_path)
    aligner(**QUICK).prepare(text(30)[0], tmp_path)  # mends it
    aligner(**QUICK).load(tmp_path)


def test_bitext_is_learnt_from(tmp_path: Path) -> None:
    pairs, _ = text(100)
    with gzip.open(tmp_path / "s.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{' '.join(pair.source)}\n" for pair in pairs)
    (tmp_path / "t").write_text("".join(f"{' '.join(pair.target)}\n" for pair in pairs), "utf-8")
    files = [{"source": str(tmp_path / "s.gz"), "target": str(tmp_path / "t")}]
    made = aligner(**QUICK, corpus_pairs=0, bitext=files)
    assert made.corpus_pairs == 1  # so that prepare is called
    made.prepare([WordPair(["unseen"], ["unseen"])], tmp_path / "out")
    with gzip.open(tmp_path / "out" / "priors.gz", "rt", encoding="utf-8") as file:
        learnt = file.read()
    assert "LEX\ttable\tfulu\t" in learnt
    assert "unseen" not in learnt
    (tmp_path / "t").write_text("one line\n", "utf-8")
    changed = aligner(**QUICK, corpus_pairs=0, bitext=files)
    assert changed.info.revision != made.info.revision
    with pytest.raises(ConfigError, match=r"align.bitext: .*ends before line 2"):
        changed.prepare([], tmp_path / "other")
    (tmp_path / "j").write_text("no separator\n", "utf-8")
    with pytest.raises(InputError, match="bad_bitext"):
        aligner(**QUICK, bitext=[{"joined": str(tmp_path / "j")}]).prepare([], tmp_path / "third")
    with pytest.raises(ConfigError, match=r"align\.bitext: there is no file"):
        aligner(bitext=[{"joined": str(tmp_path / "missing")}])


def test_nothing_to_learn_from(tmp_path: Path) -> None:
    made = aligner(**QUICK)
    made.prepare([WordPair([], ["a"]), WordPair(["b"], [])], tmp_path)
    made.load(tmp_path)
    pairs, gold = text(30)
    assert error_rate(gold, made.align(pairs)) < 60
    made.align([WordPair(["a"], ["b"])])


def test_settings_are_checked() -> None:
    for wrong in ({"samplers": 0}, {"threads": 0}, {"bitext": [{"source": "x"}]}, {"sampler": 3},
                  {"null_prior": 1}, {"symmetrization": "mean"}):  # fmt: skip
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            EflomalAlignerSettings.model_validate(wrong)
