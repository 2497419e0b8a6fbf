"""The training loop: a broken run ends as an unbroken one, and keeps the best weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from spanferry.data.errors import ConfigError
from spanferry.data.training.loop import (
    GRADIENT,
    LoopSettings,
    learning_rate,
    step_seed,
    train,
)
from spanferry.data.training.state import History, Progress

SETTINGS = LoopSettings(
    steps=23, learning_rate=0.05, warmup_steps=3, weight_decay=0.1, save_every=5, log_every=4,
    eval_every=6,
)  # fmt: skip


class _StoppedError(Exception):
    """Stands for whatever ends a process."""


class Lesson:
    """A regression with dropout and random examples; it can be made to stop at a step."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.3), nn.Linear(8, 1))
        self.stop_at = -1

    def losses(self, step: int) -> Iterator[Mapping[str, Tensor]]:
        if step == self.stop_at:
            raise _StoppedError
        for name in ("first", "second"):
            given = torch.randn(4, 6)
            yield {name: (self.model(given) - given.sum(1, keepdim=True)).square().mean() / 2}

    def error(self) -> float:
        given = torch.linspace(-1, 1, 60).reshape(10, 6)
        errors: Tensor = self.model(given) - given.sum(1, keepdim=True)
        return errors.square().mean().item()

    def train(self, folder: Path, settings: LoopSettings = SETTINGS, digest: str = "a") -> History:
        return train(
            self.model, self.losses, settings, folder, fingerprint=digest, evaluate=self.error
        )


def weights(lesson: Lesson) -> list[list[float]]:
    return [value.flatten().tolist() for value in lesson.model.parameters()]


@pytest.mark.parametrize("stops", [(0,), (1, 4), (5,), (6, 7, 13, 22)])
def test_a_broken_run_ends_the_same(tmp_path: Path, stops: tuple[int, ...]) -> None:
    whole = Lesson()
    history = whole.train(tmp_path / "whole")
    for stop in stops:
        broken = Lesson()
        broken.stop_at = stop
        with pytest.raises(_StoppedError):
            broken.train(tmp_path / "broken")
    last = Lesson()
    assert last.train(tmp_path / "broken") == history
    assert weights(last) == weights(whole)
    assert weights(last) != weights(Lesson())


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    first = Lesson()
    history = first.train(tmp_path)
    second = Lesson()
    second.stop_at = 22
    assert second.train(tmp_path) == history
    assert weights(second) == weights(first)


def test_history(tmp_path: Path) -> None:
    lesson = Lesson()
    told: list[Progress] = []
    history = train(
        lesson.model, lesson.losses, SETTINGS, tmp_path, fingerprint="a", evaluate=lesson.error,
        progress=told.append,
    )  # fmt: skip
    bounds = [(line.first, line.last) for line in history.stretches]
    assert bounds == [(0, 4), (4, 8), (8, 12), (12, 16), (16, 20), (20, 23)]
    assert set(history.stretches[0].losses) == {"first", "second", GRADIENT}
    assert [step for step, _ in history.scores] == [0, 6, 12, 18, 23]
    assert len(told) == 6 + 5
    assert told[-1].score == history.scores[-1][1]


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    lesson = Lesson()
    # so high a rate that the error grows in the end
    history = lesson.train(tmp_path, replace(SETTINGS, learning_rate=3.0, warmup_steps=20))
    assert history.best_step not in (None, 23)
    assert lesson.error() == min(error for _, error in history.scores)
    assert not lesson.model.training


def test_patience(tmp_path: Path) -> None:
    settings = replace(SETTINGS, learning_rate=1e-30, patience=2)
    history = Lesson().train(tmp_path, settings)
    # no step moves a weight, so none after the first evaluation is a new best
    assert [step for step, _ in history.scores] == [0, 6, 12]


def test_no_evaluation_keeps_the_last_weights(tmp_path: Path) -> None:
    lesson = Lesson()
    history = train(lesson.model, lesson.losses, SETTINGS, tmp_path, fingerprint="a")
    assert history.best_step is None
    assert history.scores == []
    assert {path.name for path in tmp_path.iterdir()} == {"state.pt"}


def test_the_global_random_state_is_left_alone(tmp_path: Path) -> None:
    lesson = Lesson()
    torch.manual_seed(8)
    expected = torch.rand(3).tolist()
    torch.manual_seed(8)
    lesson.train(tmp_path)
    assert torch.rand(3).tolist() == expected


def test_another_fingerprint_is_refused(tmp_path: Path) -> None:
    Lesson().train(tmp_path)
    with pytest.raises(ConfigError, match="another model, other data or other settings"):
        Lesson().train(tmp_path, digest="b")


def test_a_loss_that_is_no_number_is_never_saved(tmp_path: Path) -> None:
    lesson = Lesson()

    def losses(step: int) -> Iterator[Mapping[str, Tensor]]:
        factor = math.nan if step == 11 else 1.0
        yield from ({name: value * factor} for piece in lesson.losses(step)
                    for name, value in piece.items())  # fmt: skip

    with pytest.raises(ConfigError, match=r"by step 12: first, gradient_norm, second is not"):
        train(lesson.model, losses, SETTINGS, tmp_path, fingerprint="a")
    assert torch.load(tmp_path / "state.pt")["step"] == 10


def test_learning_rate() -> None:
    settings = LoopSettings(steps=10, learning_rate=1.0, warmup_steps=4)
    rates = [learning_rate(settings, step) for step in range(11)]
    assert rates[:5] == [0, 0.25, 0.5, 0.75, 1]
    assert rates[5:] == pytest.approx([5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0])


def test_cosine() -> None:
    settings = LoopSettings(steps=8, learning_rate=2.0, schedule="cosine")
    rates = [learning_rate(settings, step) for step in range(9)]
    assert rates == pytest.approx([1 + math.cos(math.pi * step / 8) for step in range(9)])


def test_every_step_has_a_seed_of_its_own() -> None:
    seeds = {step_seed(seed, step) for seed in range(5) for step in range(200)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 1 << 63 for seed in seeds)
