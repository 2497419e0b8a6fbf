"""Training of a text-to-text model: what is learnt, what is kept, and kill -9 at any moment."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from spanferry.data.errors import ConfigError  # noqa: E402
from spanferry.data.training.folders import REPORT, WORK  # noqa: E402
from spanferry.translators.generation.training.train import Data, train  # noqa: E402
from tests.translators.generation.training import process  # noqa: E402
from tests.translators.generation.training.process import SETTINGS, TAGS, run, words  # noqa: E402

Moment = Callable[[Path, Path], bool]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def whole(small_mt5: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unbroken run."""
    out = tmp_path_factory.mktemp("whole") / "out"
    run(small_mt5, out)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def begun(out: Path, _steps: Path) -> bool:
    return (out / WORK / "ingredients.json").exists()


def trained(count: int) -> Moment:
    def moment(_out: Path, steps: Path) -> bool:
        return steps.exists() and int(steps.read_text("utf-8") or 0) >= count

    return moment


def saving(out: Path, steps: Path) -> bool:
    """While a state is being written; a while later at the latest, should that be missed."""
    return any((out / WORK).glob(".state.pt.*.tmp")) or trained(12)(out, steps)


def kill_at(moment: Moment, base: Path, out: Path, steps: Path) -> None:
    """Start a run in a process of its own and kill it at a moment."""
    steps.unlink(missing_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([process.__name__])
    child = context.Process(target=run, args=(base, out, steps))
    child.start()
    assert child.pid is not None
    until = time.monotonic() + 120
    while child.is_alive() and not moment(out, steps) and time.monotonic() < until:
        time.sleep(0.0005)
    assert child.is_alive(), "the run ended before it could be killed"
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_run_ends_in_the_same_bytes(small_mt5: Path, whole: Path, tmp_path: Path) -> None:
    broken, steps = tmp_path / "broken", tmp_path / "steps"
    for moment in (begun, saving, trained(15)):
        kill_at(moment, small_mt5, broken, steps)
        assert not (broken / REPORT).exists()
        assert (broken / WORK).is_dir()
    at = torch.load(broken / WORK / "state.pt")["step"]
    assert 4 <= at < 24, "the last call must have something to go on from, and something to do"
    run(small_mt5, broken)
    assert contents(broken) == contents(whole)
    assert {"config.json", "model.safetensors", "tokenizer.json", "notes.json"} <= contents(
        whole
    ).keys()


def test_the_report(whole: Path, small_mt5: Path) -> None:
    report = run(small_mt5, whole)  # finished: nothing is done again
    assert report == report.model_validate_json((whole / REPORT).read_text())
    assert report.skipped == {"unlabelled": 2, "too_long": 1}
    assert report.steps == report.planned_steps == 24
    assert [one.step for one in report.evaluations] == [0, 7, 14, 21, 24]
    assert report.kept_step > 0
    assert report.f1 == pytest.approx(max(one.f1 for one in report.evaluations))
    assert report.f1 > 0
    assert report.added_tokens == list(TAGS)
    assert report.examples == len(process.examples(200))
    assert report.losses[-1][1] < report.losses[0][1] / 2


def test_other_settings_need_another_folder(whole: Path, small_mt5: Path) -> None:
    before = contents(whole)
    with pytest.raises(ConfigError, match=r"settings\.learning_rate \(was 0\.003, is 0\.1\)"):
        run(small_mt5, whole, settings=SETTINGS.model_copy(update={"learning_rate": 0.1}))
    assert run(small_mt5, whole, settings=SETTINGS.model_copy(update={"batch_tokens": 1 << 20}))
    assert contents(whole) == before


def test_parts_of_a_step_add_up(small_mt5: Path, tmp_path: Path) -> None:
    """One pass a step or many: the same losses, but for the last bits."""
    losses = []
    for tokens in (1, 1 << 20):
        few = SETTINGS.model_copy(update={"steps": 2, "batch_tokens": tokens, "log_every": 1})
        losses.append(
            [loss for _, loss in run(small_mt5, tmp_path / str(tokens), settings=few).losses]
        )
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_patience_ends_a_run(small_mt5: Path, tmp_path: Path) -> None:
    idle = SETTINGS.model_copy(
        update={"learning_rate": 1e-12, "eval_every": 2, "patience": 2, "steps": 40}
    )
    report = run(small_mt5, tmp_path / "out", settings=idle)
    assert report.steps < 40


def test_errors(small_mt5: Path, tmp_path: Path) -> None:
    def attempt(data: Data, out: Path) -> None:
        train(small_mt5, lambda _: data, SETTINGS, out, parts_of=words)

    pair = ("Ana saw it.", "<Person>Ana</Person>")
    with pytest.raises(ConfigError, match=r"nothing to learn from \(skipped: 3 unlabelled\)"):
        attempt(Data([], [pair], Counter(unlabelled=3)), tmp_path / "a")
    with pytest.raises(ConfigError, match="nothing to evaluate on"):
        attempt(Data([pair], []), tmp_path / "b")
    with pytest.raises(ConfigError, match="is the folder of base"):
        attempt(Data([pair], [pair]), small_mt5)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text(json.dumps("mine"))
    with pytest.raises(ConfigError, match=r"out: .* holds other files \(notes\.txt\)"):
        attempt(Data([pair], [pair]), tmp_path / "mine")
