"""Training of a student: kill -9 at any moment, finished folders, what it begins with, errors."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sentencepiece")

from spanferry.data.errors import ConfigError  # noqa: E402
from spanferry.translators.distil.pairs import PairStore  # noqa: E402
from spanferry.translators.distil.settings import StudentTrainingSettings  # noqa: E402
from spanferry.translators.distil.train import REPORT, checkpoint  # noqa: E402
from tests.models import language  # noqa: E402
from tests.models.students import store  # noqa: E402
from tests.translators.distil import process  # noqa: E402
from tests.translators.distil.process import SETTINGS, STUDENT, run  # noqa: E402

Moment = Callable[[Path, Path], bool]
SAVED = {
    "config.json", "generation_config.json", "model.safetensors", "source.spm", "target.spm",
    "tokenizer_config.json", "vocab.json",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return process.word_store(tmp_path_factory.mktemp("words") / "pairs").folder


@pytest.fixture(scope="module")
def whole(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unbroken run; leave it as it is."""
    folder = tmp_path_factory.mktemp("whole") / "student"
    run(pairs, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """The files of the checkpoint that a run left."""
    return {path.name: path.read_bytes() for path in checkpoint(folder).iterdir()}


def begun(folder: Path, _steps: Path) -> bool:
    """While the vocabulary or the examples are made; a while later, should that be missed."""
    return (folder / "vocabulary").is_dir()


def trained(count: int) -> Moment:
    def moment(_folder: Path, steps: Path) -> bool:
        return steps.exists() and int(steps.read_text("utf-8") or 0) >= count

    return moment


def kill_at(moment: Moment, pairs: Path, folder: Path, steps: Path) -> None:
    """Start a run in a process of its own and kill it at a moment."""
    steps.unlink(missing_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([process.__name__])
    child = context.Process(target=run, args=(pairs, folder, steps))
    child.start()
    assert child.pid is not None
    until = time.monotonic() + 120
    while child.is_alive() and not moment(folder, steps) and time.monotonic() < until:
        time.sleep(0.0005)
    assert child.is_alive(), "the run ended before it could be killed"
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_run_ends_in_the_same_bytes(pairs: Path, whole: Path, tmp_path: Path) -> None:
    broken, steps = tmp_path / "broken", tmp_path / "steps"
    later = random.Random().randint(7, 17)
    print("the second kill comes after step", later)
    for moment in (begun, trained(later), trained(18)):
        kill_at(moment, pairs, broken, steps)
        assert not (broken / REPORT).exists()
    at = torch.load(broken / "state" / "state.pt")["step"]
    assert 4 <= at < 24, "the last call must have something to go on from, and something to do"
    report = run(pairs, broken)
    assert contents(broken) == contents(whole)
    unbroken = report.model_validate_json((whole / REPORT).read_text("utf-8"))
    assert report.model_copy(update={"seconds": unbroken.seconds}) == unbroken


def test_the_report(pairs: Path, whole: Path) -> None:
    report = run(pairs, whole)
    assert report == report.model_validate_json((whole / REPORT).read_text("utf-8"))
    assert (report.steps, report.planned_steps) == (24, 24)
    assert [one.step for one in report.evaluations] == [0, 7, 14, 21, 24]
    assert report.chrf == max(one.chrf for one in report.evaluations)
    assert next(one.chrf for one in report.evaluations if one.step == report.kept_step) == (
        report.chrf
    )
    assert report.kept_step > 12
    assert report.chrf > report.evaluations[0].chrf + 5
    assert report.examples + report.too_long == PairStore(pairs).count
    assert report.linked
    assert report.losses[-1][1]["tokens"] < report.losses[0][1]["tokens"] - 0.5
    assert set(report.losses[0][1]) == {"tokens", "links", "gradient_norm"}
    weights = checkpoint(whole)
    words = json.loads((weights / "vocab.json").read_text("utf-8"))
    assert report.vocabulary == len(words)
    assert report.ingredients["settings.learning_rate"] == str(SETTINGS.learning_rate)
    assert not {f"settings.{name}" for name in SETTINGS.IDLE} & report.ingredients.keys()


def test_what_a_run_leaves(whole: Path) -> None:
    from transformers import MarianMTModel

    assert contents(whole).keys() == SAVED
    assert {path.name for path in whole.iterdir()} == {
        "checkpoint", "vocabulary", "mark.json", REPORT,
    }  # fmt: skip
    model = MarianMTModel.from_pretrained(checkpoint(whole))
    table = model.get_input_embeddings().weight
    assert model.lm_head.weight is table
    # CTranslate2 begins with zeros where transformers begins with <pad>
    assert not table[model.config.pad_token_id].any()
    counted = sum(
        value.numel() for name, value in model.named_parameters() if "embed_positions" not in name
    )
    assert counted == json.loads((whole / REPORT).read_text("utf-8"))["parameters"]


def test_a_finished_folder_is_left_alone(pairs: Path, whole: Path) -> None:
    def stamps() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in whole.rglob("*")}

    before = stamps()
    first = run(pairs, whole)
    # where and how it is worked on changes nothing, and needs no new training
    again = run(pairs, whole, part_tokens=64, eval_batch_tokens=64, save_every=3, device="auto")
    assert again == first
    assert stamps() == before


def test_another_student_is_trained_anew(pairs: Path, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    shutil.copytree(whole, folder)
    other = STUDENT.model_copy(update={"dimension": 16})
    report = run(pairs, folder, student=other, steps=5)
    assert report.steps == 5
    assert contents(folder) != contents(whole)
    # and back again: nothing of the other one is left
    run(pairs, folder)
    assert contents(folder) == contents(whole)


def test_parts_of_an_update_add_up(pairs: Path, tmp_path: Path) -> None:
    """One pass an update or many: the same losses, but for the last bits."""
    plain = STUDENT.model_copy(update={"dropout": 0.0})
    losses = [
        [loss for _, loss in run(
            pairs, tmp_path / str(tokens), student=plain, part_tokens=tokens, batch_tokens=800,
            steps=3, warmup_steps=1, log_every=1, label_smoothing=0.1, dtype="float32",
        ).losses]
        for tokens in (16, 1 << 20)
    ]  # fmt: skip
    assert len(losses[0]) == 3
    for one, other in zip(*losses, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


@pytest.mark.parametrize("settings", [{"optimizer": "adamw"}, {"dtype": "bfloat16"}])
def test_other_ways_to_learn(pairs: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    report = run(pairs, tmp_path, **settings)
    assert report.losses[-1][1]["tokens"] < report.losses[0][1]["tokens"] - 0.3
    assert report.device == f"cpu, {settings.get('dtype', report.device[5:])}"


def test_without_links(tmp_path: Path) -> None:
    plain = store(tmp_path / "pairs", 80, links=False)
    report = run(plain.folder, tmp_path / "student", steps=5, log_every=5)
    assert not report.linked
    assert set(report.losses[0][1]) == {"tokens", "gradient_norm"}


def test_links_that_are_not_wanted(pairs: Path, tmp_path: Path) -> None:
    assert not run(pairs, tmp_path, steps=4, guide_weight=0).linked


def test_epochs(pairs: Path, tmp_path: Path) -> None:
    report = run(pairs, tmp_path, steps=None, epochs=1.5, batch_tokens=200, eval_every=None)
    assert report.planned_steps == report.steps
    # all pairs of an epoch fill this many updates at least
    least = 1.5 * report.tokens / 200
    assert least * 0.8 < report.steps < least * 2.5
    half = report.evaluations[1].step
    assert [one.step for one in report.evaluations[:4]] == [0, half, 2 * half, 3 * half]


def test_patience_ends_a_run(pairs: Path, tmp_path: Path) -> None:
    report = run(pairs, tmp_path, learning_rate=1e-12, eval_every=2, patience=2, steps=40)
    assert (report.steps, report.planned_steps) == (4, 40)
    assert report.kept_step == 0


def test_pairs_that_are_too_long(linked_store: PairStore, tmp_path: Path) -> None:
    report = run(linked_store.folder, tmp_path, steps=4, max_tokens=20)
    assert report.examples + report.too_long == linked_store.count
    assert min(report.examples, report.too_long) > 20
    config = json.loads((checkpoint(tmp_path) / "generation_config.json").read_text("utf-8"))
    assert config["max_length"] <= STUDENT.positions


@pytest.mark.parametrize(("positions", "tokens", "longest"), [(64, 20, 20), (24, 96, 23)])
def test_nothing_but_pairs_that_are_too_long(
    tmp_path: Path, positions: int, tokens: int, longest: int
) -> None:
    long = [pair for pair in language.pairs(200) if len(pair.target) > 50]
    made = store(tmp_path / "pairs", len(long), given=long)
    # one sub-word a letter, nearly
    small = STUDENT.model_copy(update={"positions": positions, "vocabulary": 150})
    text = rf"settings\.max_tokens: all {made.count} pairs are longer than {longest} sub-words"
    with pytest.raises(ConfigError, match=text):
        run(made.folder, tmp_path / "student", student=small, max_tokens=tokens)


def test_it_goes_on_from_a_checkpoint(pairs: Path, whole: Path, tmp_path: Path) -> None:
    start = checkpoint(whole)
    report = run(pairs, tmp_path / "a", start=start, steps=4, warmup_steps=0, seed=5)
    before = json.loads((whole / REPORT).read_text("utf-8"))
    assert report.evaluations[0].chrf == pytest.approx(before["chrf"], abs=0.01)
    assert report.evaluations[0].chrf > before["evaluations"][0]["chrf"] + 5
    assert report.losses[0][1]["tokens"] < before["losses"][0][1]["tokens"] - 0.2
    for name in ("vocab.json", "source.spm"):
        assert (checkpoint(tmp_path / "a") / name).read_bytes() == (start / name).read_bytes()
    assert len(report.ingredients["start"]) > 8
    # the weights decide about the run, not where they lie
    shutil.copytree(start, tmp_path / "moved")
    assert run(pairs, tmp_path / "a", start=tmp_path / "moved", steps=4, warmup_steps=0,
               seed=5) == report  # fmt: skip


def test_a_start_in_the_folder_that_is_emptied(pairs: Path, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "student")
    before = contents(tmp_path / "student")
    start = tmp_path / "student" / ".." / "student" / "checkpoint"
    with pytest.raises(ConfigError, match=r"settings\.start: .* lies in the folder of this"):
        run(pairs, tmp_path / "student", start=start)
    assert contents(tmp_path / "student") == before


@pytest.mark.parametrize(
    "change", [{"dimension": 16}, {"encoder_layers": 2}, {"feed_forward": 48}, {"positions": 96}]
)
def test_a_checkpoint_of_another_shape(
    pairs: Path, whole: Path, tmp_path: Path, change: dict[str, int]
) -> None:
    other = STUDENT.model_copy(update=change)
    with pytest.raises(ConfigError, match=r"settings\.start: '.*' does not fit the student"):
        run(pairs, tmp_path, student=other, start=checkpoint(whole))


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _damaged(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"no weights")


def _no_words(folder: Path) -> None:
    (folder / "vocab.json").unlink()


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (shutil.rmtree, r"settings\.start: .* is no folder"),
        (_no_weights, r"settings\.start: .* holds no weights"),
        (_damaged, r"settings\.start: .* does not fit the student"),
        (_no_words, r"settings\.start: .* holds no vocabulary"),
    ],
)
def test_a_start_that_is_none(
    pairs: Path, whole: Path, tmp_path: Path, damage: Callable[[Path], None], text: str
) -> None:
    shutil.copytree(checkpoint(whole), tmp_path / "start")
    damage(tmp_path / "start")
    with pytest.raises(ConfigError, match=text):
        run(pairs, tmp_path / "student", start=tmp_path / "start")


def test_too_high_a_learning_rate(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="training went astray by step"):
        run(pairs, tmp_path, learning_rate=1e30, warmup_steps=0)
    assert not (tmp_path / REPORT).exists()


def test_few_updates_need_no_warm_up_of_their_own() -> None:
    assert StudentTrainingSettings(steps=9).steps == 9
    with pytest.raises(ValidationError, match="warmup_steps: 10 is more than steps: 9"):
        StudentTrainingSettings(steps=9, warmup_steps=10)
