"""Training of a text-to-text model: from pairs of texts to a checkpoint that generates."""

from __future__ import annotations

import json
import logging
import math
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from spanferry.data.cache import Cache
from spanferry.data.checkpoints import digest, small, weights
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.training.devices import autocast, resolve_device
from spanferry.data.training.folders import REPORT, WORK, claim, exclusive, finish
from spanferry.data.training.loop import LoopSettings
from spanferry.data.training.loop import train as run
from spanferry.data.training.padding import padded, parts
from spanferry.data.training.state import History, Progress
from spanferry.translators.generation.training.checkpoint import TextToText, check
from spanferry.translators.generation.training.examples import (
    IGNORED,
    Batches,
    Examples,
)
from spanferry.translators.generation.training.scoring import Parts, Score, Scorer
from spanferry.translators.generation.training.settings import (
    Evaluation,
    GenerationReport,
    GenerationTrainingSettings,
)

if TYPE_CHECKING:
    from torch import Tensor

logger = logging.getLogger("spanferry")

#: Part of what a checkpoint is made of: raise it with every change that changes weights.
ALGORITHM = "1"

#: Sub-words of each text, the end token included.
Sizes = Callable[[Sequence[str]], list[int]]


@dataclass(slots=True)
class Data:
    """What is learnt.

    Args:
        pairs: input and output texts; gone through once.
        held_out: the same, to evaluate on.
        skipped: what is in neither, by reason; it may grow while `pairs` are gone through.
    """

    pairs: Iterable[tuple[str, str]]
    held_out: Sequence[tuple[str, str]]
    skipped: Counter[str] = field(default_factory=Counter)


def train(
    base: Path,
    data: Callable[[Sizes], Data],
    settings: GenerationTrainingSettings,
    out: Path,
    *,
    parts_of: Parts,
    tags: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    made_of: Mapping[str, str] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> GenerationReport:
    """Train a T5, mT5 or UMT5 checkpoint; go on where a call that was killed stopped.

    Afterwards the folder holds a `safetensors` checkpoint with its tokenizer, which a
    `TextGenerator` takes, `files`, and `training.json`. Of all evaluations the checkpoint with the
    highest F1 on the held-out examples is kept. A finished folder is left as it is. On a CPU with
    one thread the weights are the same to the last bit whether the run was broken or not.

    Args:
        base: folder of the checkpoint to begin with.
        data: given a function that counts sub-words, the examples; the same ones in every call.
        settings: how to optimise.
        out: folder for the checkpoint; `out/work` holds what a broken run needs to go on.
        parts_of: what counts in an output, see `Scorer`.
        tags: tokens that are to be one sub-word each.
        files: further files of the checkpoint, contents by name.
        made_of: digests of what `data` is made from, by name.
        progress: told of losses and errors; an error is 1 - F1, and above 1 where F1 is 0.

    Raises:
        ConfigError: base cannot be trained, there is nothing to learn from or to evaluate on, the
            folder holds the run of something else, or the loss is no longer finite.
        MissingExtraError: `torch` or `transformers` is not installed.
    """
    check(base)
    if out.resolve() == base.resolve():
        raise ConfigError(f"out: {out} is the folder of base; name another one")
    tags = tags if settings.tag_tokens else ()
    with exclusive(out):
        ingredients = _ingredients(base, settings, tags, files or {}, made_of or {})
        claim(out, ingredients)
        if (out / REPORT).exists():
            shutil.rmtree(out / WORK, ignore_errors=True)  # killed before it could tidy up
            return GenerationReport.model_validate_json((out / REPORT).read_text("utf-8"))
        trainer = _Trainer(TextToText(base, tags), data, settings, parts_of)
        ingredients["examples"] = trainer.examples.digest
        claim(out, ingredients)
        return trainer.train(out, ingredients, files or {}, progress)


class _Trainer:
    """One call of `train`."""

    def __init__(
        self,
        model: TextToText,
        data: Callable[[Sizes], Data],
        settings: GenerationTrainingSettings,
        parts_of: Parts,
    ) -> None:
        self.model, self.settings = model, settings
        given = data(lambda texts: [len(ids) for ids in model.encode(texts)])
        self.examples = Examples(given.pairs, model, settings.max_tokens)
        self.skipped = given.skipped + self.examples.skipped
        counts = ", ".join(f"{n} {reason}" for reason, n in sorted(self.skipped.items())) or "none"
        if not len(self.examples):
            raise ConfigError(f"there is nothing to learn from (skipped: {counts})")
        if not given.held_out:
            raise ConfigError(f"there is nothing to evaluate on (skipped: {counts})")
        logger.info(
            "%d examples to learn from, %d to evaluate on (skipped: %s)",
            len(self.examples), len(given.held_out), counts,
        )  # fmt: skip
        self.lengths = self.examples.lengths()
        self.batches = Batches(self.lengths, settings.batch_size, settings.seed)
        self.held_out = given.held_out
        self.scorer = Scorer(
            given.held_out, model, parts_of, settings.eval_batch_tokens, settings.dtype
        )
        self.device = resolve_device(settings.device)

    def train(
        self,
        out: Path,
        ingredients: Mapping[str, str],
        files: Mapping[str, str],
        progress: Callable[[Progress], None] | None,
    ) -> GenerationReport:
        settings = self.settings
        steps = settings.steps or math.ceil(settings.epochs * self.batches.steps)
        self.model.model.to(self.device)
        history = run(
            self.model.model,
            self._losses,
            LoopSettings(
                steps=steps,
                eval_every=settings.eval_every or self.batches.steps,
                **{name: getattr(settings, name) for name in _SAME},
            ),
            out / WORK,
            fingerprint=json.dumps(ingredients, sort_keys=True),
            evaluate=self._error,
            progress=progress,
        )

        def save(folder: Path) -> None:
            self.model.save(folder)
            for name, content in files.items():
                (folder / name).write_text(content, "utf-8")

        report = self._report(history, steps, ingredients)
        finish(out, save, report.model_dump_json(indent=2) + "\n")
        return report

    def _losses(self, step: int) -> Iterator[dict[str, Tensor]]:
        """Mean loss a sub-word of a step, in parts of few enough sub-words."""
        numbers = self.batches.numbers(step)
        items = int(self.lengths[numbers, 1].sum())
        sizes = self.lengths[numbers].sum(axis=1).tolist()
        for part in parts(sizes, self.settings.batch_tokens):
            yield {"loss": self._loss(numbers[part].tolist()) / items}

    def _loss(self, numbers: Sequence[int]) -> Tensor:
        """The sum over all sub-words of the outputs."""
        import torch
        from torch.nn.functional import cross_entropy

        sources, targets = zip(*map(self.examples.pair, numbers), strict=True)
        padding = self.model.padding
        ids = torch.from_numpy(padded(sources, padding)).to(self.device)
        labels = torch.from_numpy(padded(targets, IGNORED)).to(self.device)
        with autocast(self.device, self.settings.dtype):
            logits = self.model.model(
                input_ids=ids, attention_mask=(ids != padding).long(), labels=labels
            ).logits
        return cross_entropy(
            logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED,
            reduction="sum", label_smoothing=self.settings.label_smoothing,
        )  # fmt: skip

    def _error(self) -> float:
        """1 - F1; where no part is right, 1 plus a share of the loss.

        While the first evaluations find nothing, patience must not come to its end, and the loss
        tells which of them is nearest.
        """
        score = self.scorer.score()
        if score.f1 > 0:
            return 1 - score.f1
        loss = self.scorer.loss()
        return 1 + loss / (1 + loss)

    def _report(
        self, history: History, steps: int, ingredients: Mapping[str, str]
    ) -> GenerationReport:
        score: Score = self.scorer.score()  # of the weights that are kept
        return GenerationReport(
            ingredients=dict(ingredients),
            steps=history.last_step,
            planned_steps=steps,
            kept_step=history.best_step or 0,
            examples=len(self.examples),
            held_out=len(self.held_out),
            skipped=dict(sorted(self.skipped.items())),
            added_tokens=self.model.added,
            f1=score.f1,
            exact=score.exact,
            losses=[(line.last, line.losses["loss"]) for line in history.stretches],
            evaluations=[
                Evaluation(step=step, f1=max(0.0, 1 - error)) for step, error in history.scores
            ],
        )


#: Settings of the loop that are those of the run.
_SAME = (
    "learning_rate", "schedule", "warmup_steps", "weight_decay", "max_gradient_norm", "seed",
    "save_every", "log_every", "patience",
)  # fmt: skip


def _ingredients(
    base: Path,
    settings: GenerationTrainingSettings,
    tags: Sequence[str],
    files: Mapping[str, str],
    made_of: Mapping[str, str],
) -> dict[str, str]:
    """All that decides about the weights, but for the examples themselves."""
    names = [path.name for path in base.iterdir() if path.is_file()]
    held = settings.model_dump(mode="json", exclude=set(settings.IDLE))
    return {
        "algorithm": ALGORITHM,
        "base": digest(base, [*(n for n in small(names) if n != REPORT), *weights(names)], Cache()),
        "tags": fingerprint(tags=list(tags)),
        **{f"file.{name}": fingerprint(content=content) for name, content in files.items()},
        **{f"settings.{name}": json.dumps(value) for name, value in sorted(held.items())},
        **made_of,
    }
