"""The state of a training run on disk, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanferry.data.errors import ConfigError
from spanferry.data.files import atomic_path, remove_temporary

if TYPE_CHECKING:
    from torch import Tensor, nn

    from spanferry.data.training.optimizers import Optimizers

STATE = "state.pt"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a progress callback is told.

    Args:
        step: updates made.
        steps: updates to make.
        losses: means over the last finished stretch of the history, by name.
        score: the last evaluation, if there was one.
    """

    step: int
    steps: int
    losses: Mapping[str, float]
    score: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Mean losses a step over the updates after `first` up to `last`."""

    first: int
    last: int
    losses: Mapping[str, float]


@dataclass(slots=True)
class History:
    """What happened in a run.

    Args:
        stretches: mean losses, in order.
        scores: (updates made, error) of each evaluation, in order.
    """

    stretches: list[Stretch] = field(default_factory=list)
    scores: list[tuple[int, float]] = field(default_factory=list)

    @property
    def last_step(self) -> int:
        """The last update that is told of; an early stop may come before a stretch has ended."""
        ends = [stretch.last for stretch in self.stretches] + [step for step, _ in self.scores]
        return max(ends, default=0)

    @property
    def best_step(self) -> int | None:
        """Updates made at the lowest error, the first one of equals; None without evaluation."""
        return min(self.scores, key=lambda scored: scored[1])[0] if self.scores else None


@dataclass(slots=True)
class State:
    """Where a run is."""

    fingerprint: str
    step: int = 0
    history: History = field(default_factory=History)
    sums: dict[str, Tensor] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path, fingerprint: str, model: nn.Module, optimizer: Optimizers) -> State:
        """The state in a folder, put into the model and the optimizer; a new one if none is there.

        Raises:
            ConfigError: the state is of a run with another fingerprint.
        """
        import torch

        folder.mkdir(parents=True, exist_ok=True)
        remove_temporary(folder)
        if not (folder / STATE).exists():
            return cls(fingerprint)
        held: dict[str, Any] = torch.load(folder / STATE, map_location="cpu", weights_only=True)
        if held["fingerprint"] != fingerprint:
            raise ConfigError(
                f"{folder} holds the unfinished training of another model, other data or other "
                "settings; go on with those, or name another folder, or delete this one"
            )
        model.load_state_dict(held["model"])
        optimizer.load_state_dict(held["optimizer"])
        history = History(
            [Stretch(**stretch) for stretch in held["stretches"]],
            [(int(step), float(score)) for step, score in held["scores"]],
        )
        device = next(model.parameters()).device
        sums = {name: value.to(device) for name, value in held["sums"].items()}
        return cls(fingerprint, held["step"], history, sums)

    def save(self, folder: Path, model: nn.Module, optimizer: Optimizers) -> None:
        """Replace the state in the folder, and remove weights that are the best no more."""
        import torch

        held = {
            "fingerprint": self.fingerprint,
            "step": self.step,
            "stretches": [asdict(stretch) for stretch in self.history.stretches],
            "scores": self.history.scores,
            "sums": self.sums,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
        }
        with atomic_path(folder / STATE) as temporary:
            torch.save(held, temporary)
        for path in folder.glob("best-*.pt"):
            if path != self._best(folder):
                path.unlink()

    def add_score(self, score: float, folder: Path, model: nn.Module) -> None:
        """Enter an evaluation of the model; keep its weights if there was none better.

        The file carries the step in its name: a state that was saved before must still find its
        own best when this run is killed before it saves the next.
        """
        import torch

        self.history.scores.append((self.step, score))
        if self.history.best_step == self.step:
            with atomic_path(self._best(folder)) as temporary:
                torch.save(model.state_dict(), temporary)

    def load_best(self, folder: Path, model: nn.Module) -> None:
        """Put the weights of the best evaluation into the model."""
        import torch

        model.load_state_dict(torch.load(self._best(folder), map_location="cpu", weights_only=True))

    def _best(self, folder: Path) -> Path:
        return folder / f"best-{self.history.best_step}.pt"
