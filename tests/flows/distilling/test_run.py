"""`spanferry distil`, from texts to a model with a card: whole or not there, and never twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from spanferry.aligners import ALIGNERS
from spanferry.data.errors import ConfigError
from spanferry.data.locking import exclusive
from spanferry.data.training.state import Progress
from spanferry.flows.cli import app
from spanferry.flows.distilling import run
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.report import DistilReport
from spanferry.flows.distilling.run import distil
from spanferry.flows.distilling.told import Told
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator
from tests.aligners.dice import PLACE
from tests.flows.corpora import hashes
from tests.flows.distilling.corpora import sentence
from tests.flows.distilling.students import SENTENCES, Heard, tiny, write_corpus

pytest.importorskip("torch")
pytest.importorskip("ctranslate2")


@pytest.fixture(scope="module")
def dice() -> Iterator[None]:
    """An aligner that takes no time."""
    with pytest.MonkeyPatch.context() as here:
        here.setitem(ALIGNERS, "dice", PLACE)
        yield


@pytest.fixture(scope="module")
def whole(dice: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Heard]:
    """A folder with a finished student, and what was told on the way."""
    folder = tmp_path_factory.mktemp("whole")
    write_corpus(folder)
    heard = Heard()
    distil(linked(folder), heard)
    return folder, heard


def linked(folder: Path, **keys: object) -> DistilConfig:
    return tiny(folder, align={"backend": "dice"}, **keys)


@pytest.fixture
def finished(whole: tuple[Path, Heard], tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(whole[0], tmp_path / "whole")
    return tmp_path / "whole"


def test_a_model_with_its_card_and_figures(whole: tuple[Path, Heard]) -> None:
    folder, heard = whole
    out = folder / "out"
    assert {each.name for each in out.iterdir()} == {
        "model.bin", "config.json", "shared_vocabulary.json", "source.spm", "target.spm",
        "spanferry.json", "README.md", "distil.json",
    }  # fmt: skip
    report = DistilReport.load(out)
    assert report is not None
    assert report.student.examples + report.student.too_long + report.figures.sentences == SENTENCES
    assert report.teaching is not None
    assert report.teaching.texts == SENTENCES + 1
    assert report.pairs["errors"] == {"no_translation": 1}
    assert report.figures.links is not None
    assert heard.done["teach"] == SENTENCES + 1
    assert [each.step for each in heard.updates][-1] == 4
    assert "pairs to learn from, with links" in heard.said[0]
    assert "4 of 4 updates" in heard.said[1]


def test_a_build_can_translate_with_it(whole: tuple[Path, Heard]) -> None:
    settings = CTranslate2TranslatorSettings(
        model=str(whole[0] / "out"), links=True, device="cpu", keep_items=False
    )
    student = CTranslate2Translator(settings, source_language="en", target_language="pt")
    student.setup()
    (found,) = student.translate([sentence(3)[0]])
    assert found.text or found.error == "length_limit", "it has learnt next to nothing"
    assert "out" in student.info.source


def test_the_command_tells_what_was_done_and_how_to_use_it(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished)
    linked(finished, output="out", licence="MIT")
    done = CliRunner().invoke(app, ["distil", "distil.yaml", "--set", "licence=CC0-1.0"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].endswith(
        "the licence on the card of out is changed; nothing else had to be done"
    )
    assert lines[1].startswith("against the teacher on 5 held-out pairs: chrF ")
    assert "sentences a second (out, CTranslate2" in lines[2]
    assert lines[-1] == (
        "use it: translate: {backend: ctranslate2, model: out, links: true}, "
        "align: {backend: attention}"
    )


def test_the_command_tells_how_the_training_comes_on() -> None:
    text = StringIO()
    with Told(Console(file=text, width=40)) as told:
        for step, loss, score in (
            (1500, 2.3456, None), (1500, 2.3456, 28.44), (1600, 2.1, 28.44), (1600, 2.1, 28.44),
        ):  # fmt: skip
            losses = {"tokens": loss, "links": 1.0}
            told.update(Progress(step=step, steps=20_000, losses=losses, score=score))
    assert [line.partition("] ")[2] for line in text.getvalue().splitlines()] == [
        "update 1,500 of 20,000: tokens 2.346, links 1.000",
        "update 1,500 of 20,000: chrF 71.6",
        "update 1,600 of 20,000: tokens 2.100, links 1.000",
    ]


def test_a_finished_student_is_left_alone(finished: Path) -> None:
    before = hashes(finished / "out")
    heard = Heard()
    config = linked(finished)
    assert distil(config, heard) == DistilReport.load(config.output)
    assert hashes(finished / "out") == before
    assert (heard.begun, heard.updates) == ({}, [])
    assert "nothing had to be done" in heard.said[0]


def test_neither_work_folder_nor_corpus_are_needed_when_it_is_finished(finished: Path) -> None:
    shutil.rmtree(finished / "out.work")
    (finished / "texts.txt").unlink()
    heard = Heard()
    distil(linked(finished), heard)
    assert "nothing had to be done" in heard.said[0]
    assert not (finished / "out.work").exists()


def test_another_place_or_device_is_not_another_student(finished: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    finished.rename(moved)
    heard = Heard()
    distil(linked(moved, settings={"device": "auto", "save_every": 3}, run={"workers": 1}), heard)
    assert "nothing had to be done" in heard.said[0]


def test_a_licence_goes_onto_the_card_of_a_finished_student(finished: Path) -> None:
    before = hashes(finished / "out")
    heard = Heard()
    report = distil(linked(finished, licence="CC-BY-4.0"), heard)
    assert report.licence == "CC-BY-4.0"
    assert "\nlicense: cc-by-4.0\n" in (finished / "out/README.md").read_text("utf-8")
    after = hashes(finished / "out")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"README.md", "distil.json"}
    distil(linked(finished, licence="CC-BY-4.0"), heard)
    assert "nothing had to be done" in heard.said[1]


@pytest.mark.parametrize("gone", ["none", "out"])
@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"settings": {"seed": 7}}, "settings.seed (was 42, is 7)"),
        ({"student": {"dimension": 32}}, "student.dimension (was 16, is 32)"),
        ({"align": None}, 'align.backend (was "dice", is not there)'),
        ({"leave_out": [{"path": "texts.txt"}]}, "leave_out.0.path (was not there"),
    ],
)
def test_another_student_does_not_take_its_place(
    keys: dict[str, object], told: str, gone: str, finished: Path
) -> None:
    if gone == "out":
        shutil.rmtree(finished / "out")
    before = hashes(finished)
    config = tiny(finished, **{"align": {"backend": "dice"}, **keys})
    with pytest.raises(ConfigError, match="holds a student of something else") as error:
        distil(config, Heard())
    assert told in str(error.value)
    (finished / "distil.yaml").unlink()
    assert {k: v for k, v in hashes(finished).items() if k in before} == {
        k: v for k, v in before.items() if k != "distil.yaml"
    }


def test_another_corpus_is_another_student(finished: Path) -> None:
    with (finished / "texts.txt").open("a", encoding="utf-8") as file:
        file.write("The end.\n")
    with pytest.raises(ConfigError, match=r"contents of texts\.0: texts\.txt \(was \w+, is \w+\)"):
        distil(linked(finished), Heard())


class Killed(BaseException):
    """Nothing that the code could catch."""


class Leaves(Heard):
    """Ends the run when the pairs are made, before anything is trained."""

    def say(self, text: str) -> None:
        """See `Witness`."""
        raise Killed


def test_while_nothing_is_trained_another_configuration_takes_over(tmp_path: Path) -> None:
    """What the teacher has translated is not translated again."""
    write_corpus(tmp_path)
    with pytest.raises(Killed):
        distil(tiny(tmp_path), Leaves())
    heard = Leaves()
    with pytest.raises(Killed):
        distil(tiny(tmp_path, settings={"seed": 7}, filter={"marks": False}), heard)
    assert "filter" in heard.begun
    assert "teach" not in heard.begun
    noted = json.loads((tmp_path / "out.work/ingredients.json").read_text("utf-8"))
    assert (noted["settings.seed"], noted["filter.marks"]) == ("7", "false")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda out: (out.mkdir(), (out / "thesis.txt").write_text("")), "other files.*thesis.txt"),
        (lambda out: out.symlink_to(out.parent), "no folder of its own"),
    ],
)
def test_an_output_that_is_something_else(make: object, message: str, tmp_path: Path) -> None:
    write_corpus(tmp_path)
    config = tiny(tmp_path)
    make(config.output)  # type: ignore[operator]
    with pytest.raises(ConfigError, match=message):
        distil(config, Heard())
    assert not config.work.exists()


def test_one_at_a_time(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    config = tiny(tmp_path)
    with exclusive(config.work), pytest.raises(ConfigError, match="another spanferry is at work"):
        distil(config, Heard())


def test_what_is_broken_off_leaves_no_half_model(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest goes on from there: nothing is taught or trained again."""
    converted = finished / "out"
    converted.rename(finished / "converted")
    config = linked(finished)

    def die(made: Path, out: Path) -> None:
        raise Killed

    def copy(checkpoint: Path, out: Path, source: str, target: str) -> None:
        shutil.copytree(finished / "converted", out)

    # the same files again, without the seconds that their conversion takes
    monkeypatch.setattr(run, "export", copy)
    with monkeypatch.context() as here:
        here.setattr(run, "_publish", die)
        with pytest.raises(Killed):
            distil(config, Heard())
    assert not config.output.exists()
    (config.work / run.MODEL / "out" / "model.bin").write_bytes(b"half")
    heard = Heard()
    distil(config, heard)
    wanted, found = hashes(finished / "converted"), hashes(config.output)
    assert {name for name in wanted if wanted[name] != found[name]} <= {"README.md", "distil.json"}
    assert (heard.begun, heard.updates) == ({}, [])
    assert not list((config.work / run.MODEL).iterdir())
