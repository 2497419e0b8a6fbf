"""The training loop: a run that is killed goes on from its last saved state, and ends the same.

All that a run needs to go on is in one file, `state.pt` in its folder, which is replaced
atomically: weights, optimizer, step, scores so far. Nothing else is drawn or counted across steps:

- the random numbers of a step (dropout, masks, and what `losses` draws) come from generators that
  are seeded anew for each step, from the seed and the step alone;
- the learning rate is a function of the step;
- the caller derives the examples of a step from its number.

So an unbroken run and one that was killed any number of times end with the same weights: to the
last bit on a CPU with the same number of threads and the same torch build; on a GPU as far as its
kernels give the same results twice.

    def losses(step):                      # pieces of the loss of step 0, 1, 2, ...
        for batch, share in pieces(step):  # each is propagated back before the next is asked for
            yield {"links": share * loss_of(model, batch)}

    history = train(model, losses, LoopSettings(steps=1000), folder, fingerprint=digest)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spanferry.data.errors import ConfigError
from spanferry.data.training.optimizers import make
from spanferry.data.training.state import History, Progress, State, Stretch

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Name under which the norm of the gradient (before it is clipped) is reported with the losses.
GRADIENT = "gradient_norm"

#: Pieces of the loss of a step, each by the names that the history has them under.
Losses = Callable[[int], "Iterable[Mapping[str, Tensor]]"]


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """How to optimise, with a learning rate that rises over the warm-up and falls to zero.

    It falls in a straight line (`linear`) or as half a cosine does (`cosine`).

    Args:
        steps: updates of the weights.
        optimizer: see `optimizers.make`.
        learning_rate: the highest one.
        warmup_steps: updates over which it rises.
        schedule: how it falls.
        weight_decay: of matrices; biases and norms have none.
        adam_betas, adam_epsilon: AdamW's.
        max_gradient_norm: longer gradients are cut to this norm.
        seed: of dropout and of all that `losses` draws from torch's global generators.
        save_every: updates between two states; the last state is always written.
        log_every: updates over which losses are averaged in the history.
        eval_every: updates between two calls of `evaluate`; it is called before the first and
            after the last in any case.
        patience: evaluations in a row without a new best after which training stops; None: never.
    """

    steps: int
    optimizer: Literal["adamw", "muon"] = "adamw"
    learning_rate: float = 2e-5
    warmup_steps: int = 0
    schedule: Literal["linear", "cosine"] = "linear"
    weight_decay: float = 0.0
    adam_betas: tuple[float, float] = (0.9, 0.999)
    adam_epsilon: float = 1e-8
    max_gradient_norm: float = 1.0
    seed: int = 42
    save_every: int = 500
    log_every: int = 100
    eval_every: int = 500
    patience: int | None = None


def train(
    model: nn.Module,
    losses: Losses,
    settings: LoopSettings,
    folder: Path,
    *,
    fingerprint: str,
    evaluate: Callable[[], float] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> History:
    """Train a model, going on from the state in the folder if there is one.

    Afterwards the model is in evaluation mode and holds the weights of the best evaluation, or the
    last ones without `evaluate`. torch's global random state is as it was before.

    Args:
        model: on its device; weights in float32.
        losses: pieces of the loss of a step, values by name; the sum of all is minimised. Each
            piece is propagated back before the next is asked for, so one graph at a time is in
            memory: this is how gradients are accumulated. It is called with the model in training
            mode, and again for the same step after a kill.
        settings: how to optimise.
        folder: for `state.pt` and `best-STEP.pt`; made if missing, one process at a time.
        fingerprint: of all that decides about the result: data, first weights, settings.
        evaluate: an error of the model in evaluation mode, the lower the better.
        progress: called after each `log_every` updates and after each evaluation.

    Raises:
        ConfigError: the folder holds the state of a run with another fingerprint, or the loss or
            gradient is no longer finite (nothing is saved then).
    """
    import torch

    device = next(model.parameters()).device
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        return _Run(model, settings, folder, fingerprint, evaluate, progress).train(losses)


def step_seed(seed: int, step: int) -> int:
    """The seed of a step: 63 bits, the same on every machine.

    >>> step_seed(42, 0) == step_seed(42, 1)
    False
    """
    digest = hashlib.blake2b(f"{seed}/{step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def learning_rate(settings: LoopSettings, step: int) -> float:
    """Learning rate of a step, counted from 0: linear up over the warm-up, then down to zero."""
    if step < settings.warmup_steps:
        return settings.learning_rate * step / settings.warmup_steps
    falling = max(1, settings.steps - settings.warmup_steps)
    left = max(0.0, (settings.steps - step) / falling)
    if settings.schedule == "cosine":
        left = (1 - math.cos(math.pi * left)) / 2
    return settings.learning_rate * left


class _Run:
    """One call of `train`."""

    def __init__(
        self,
        model: nn.Module,
        settings: LoopSettings,
        folder: Path,
        fingerprint: str,
        evaluate: Callable[[], float] | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.model, self.settings, self.folder = model, settings, folder
        self.evaluate, self.progress = evaluate, progress
        self.parameters = [value for value in model.parameters() if value.requires_grad]
        self.optimizer = make(model, settings)
        self.state = State.load(folder, fingerprint, model, self.optimizer)
        #: Sums since the last entry of the history, on the device: reading them makes a GPU wait.
        self.sums: dict[str, Tensor] = self.state.sums

    def train(self, losses: Losses) -> History:
        state, settings = self.state, self.settings
        if self.evaluate is not None and not state.history.scores:
            self._evaluate()
        while state.step < settings.steps and not self._out_of_patience():
            self._step(losses)
            last = state.step == settings.steps
            if state.step % settings.log_every == 0 or last:
                self._log()
            if self.evaluate is not None and (state.step % settings.eval_every == 0 or last):
                self._evaluate()
            if state.step % settings.save_every == 0 or last or self._out_of_patience():
                self._save()
        if self.evaluate is not None:
            state.load_best(self.folder, self.model)
        self.model.eval()
        return state.history

    def _step(self, losses: Losses) -> None:
        import torch

        step = self.state.step
        torch.manual_seed(step_seed(self.settings.seed, step))
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.settings, step)
        self.model.train()
        for piece in losses(step):
            torch.autograd.backward(list(piece.values()))
            for name, loss in piece.items():
                self._add(name, loss.detach())
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.settings.max_gradient_norm)
        self._add(GRADIENT, norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.state.step += 1

    def _add(self, name: str, value: Tensor) -> None:
        value = value.float()
        self.sums[name] = self.sums[name] + value if name in self.sums else value

    def _check(self) -> dict[str, float]:
        """The sums as numbers.

        Raises:
            ConfigError: one of them is infinite or not a number.
        """
        sums = {name: value.item() for name, value in self.sums.items()}
        wrong = sorted(name for name, value in sums.items() if not math.isfinite(value))
        if wrong:
            raise ConfigError(
                f"training went astray by step {self.state.step}: {', '.join(wrong)} is not a "
                f"finite number; set a learning_rate below {self.settings.learning_rate:g}, or "
                "dtype: float32"
            )
        return sums

    def _log(self) -> None:
        sums = self._check()
        stretches = self.state.history.stretches
        first = stretches[-1].last if stretches else 0
        count = self.state.step - first
        means = {name: value / count for name, value in sums.items()}
        stretches.append(Stretch(first, self.state.step, means))
        self.sums.clear()
        self._tell()

    def _evaluate(self) -> None:
        import torch

        assert self.evaluate is not None
        self.model.eval()
        with torch.no_grad():
            score = float(self.evaluate())
        if math.isnan(score):
            raise ConfigError(
                f"the evaluation at step {self.state.step} gave no number; set a learning_rate "
                f"below {self.settings.learning_rate:g}"
            )
        self.state.add_score(score, self.folder, self.model)
        self._tell()

    def _out_of_patience(self) -> bool:
        patience, history = self.settings.patience, self.state.history
        if patience is None or history.best_step is None:
            return False
        return sum(step > history.best_step for step, _ in history.scores) >= patience

    def _save(self) -> None:
        self._check()
        self.state.save(self.folder, self.model, self.optimizer)

    def _tell(self) -> None:
        if self.progress is not None:
            history = self.state.history
            losses = dict(history.stretches[-1].losses) if history.stretches else {}
            score = history.scores[-1][1] if history.scores else None
            self.progress(Progress(self.state.step, self.settings.steps, losses, score))
