"""Training of supervised aligners on gold links: from any encoder to a checkpoint that aligns."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanferry.aligners.evaluate import AlignmentScores, Gold, score_links
from spanferry.aligners.supervised.aligner import align
from spanferry.aligners.supervised.checkpoint import EXTRA, REPORT, device_of
from spanferry.aligners.supervised.examples import Example, examples, loss, weight
from spanferry.aligners.supervised.gold import check, split
from spanferry.aligners.supervised.heads import BinaryHead, Head, SpanHead
from spanferry.aligners.supervised.inference import Engine, inputs, token_batches
from spanferry.aligners.supervised.marking import batch
from spanferry.aligners.supervised.sampling import Sampler
from spanferry.aligners.supervised.settings import MAX_SPAN
from spanferry.aligners.supervised.starting import start
from spanferry.aligners.supervised.training_settings import Evaluation, Report, TrainingSettings
from spanferry.data.backends import require
from spanferry.data.checkpoints import check_weights, read_config, small
from spanferry.data.errors import ConfigError
from spanferry.data.files import sha256_file
from spanferry.data.quiet import quiet
from spanferry.data.training.folders import WORK, claim, exclusive, finish
from spanferry.data.training.loop import LoopSettings
from spanferry.data.training.loop import train as run
from spanferry.data.training.state import History, Progress

if TYPE_CHECKING:
    from torch import Tensor

#: Part of what a checkpoint is made of: raise it with every change that changes weights.
ALGORITHM = "1"


def train(
    base: Path,
    gold: Sequence[Gold],
    settings: TrainingSettings,
    out: Path,
    *,
    held_out: Sequence[Gold] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Train a checkpoint for the aligner `spans` or `binary`; go on where a killed call stopped.

    Afterwards the folder holds a `safetensors` checkpoint with configuration and tokenizer, which
    `align.model` takes, and `training.json`. Of all evaluations the checkpoint with the lowest
    alignment error rate on the held-out pairs is kept. A finished folder is left as it is. On a CPU
    with one thread the weights are the same to the last bit whether the run was broken or not.

    Sure links are to be found; of links that are only possible nothing is learnt. In the evaluation
    both count as they do in the alignment error rate.

    Args:
        base: folder of any encoder of `transformers`, or of a checkpoint to train on.
        gold: pairs with their sure links and their possible ones.
        settings: the kind of model and how to optimise.
        out: folder for the checkpoint; `out/work` holds what a broken run needs to go on.
        held_out: gold pairs to evaluate on; by default a part of `gold` is set apart (see
            `TrainingSettings.held_out`), all copies of a pair on one side.
        progress: told of losses and errors.

    Raises:
        ConfigError: base is no encoder that can have the head, the gold links are too few or do not
            fit their words, the folder holds the run of something else, or the loss is no longer
            finite.
        MissingExtraError: `torch` or `transformers` is not installed.
    """
    check(gold, "gold")
    check(held_out or (), "held_out")
    with exclusive(out):
        ingredients = _ingredients(base, gold, settings, held_out)
        claim(out, ingredients)
        if (out / REPORT).exists():
            shutil.rmtree(out / WORK, ignore_errors=True)  # killed before it could tidy up
            return Report.model_validate_json((out / REPORT).read_text("utf-8"))
        if held_out is None:
            gold, held_out = split(gold, settings.held_out, settings.seed)
        return _Trainer(base, gold, held_out, settings).train(out, ingredients, progress)


class _Trainer:
    """One call of `train`."""

    def __init__(
        self, base: Path, gold: Sequence[Gold], held: Sequence[Gold], settings: TrainingSettings
    ) -> None:
        self.kind, self.settings, self.gold, self.held = settings.kind, settings, gold, held
        self.checkpoint, self.random = start(
            base, settings.kind, settings.marker, settings.seed, device_of(settings.device)
        )
        self.layout = self.checkpoint.layout(settings.window, settings.overlap)
        self.examples = self._examples(gold)
        self.unseen = sorted(self._examples(held), key=lambda example: -example.row.length)
        if not self.examples:
            raise ConfigError("gold: no pair has links and words that can be learnt from")
        self.sampler = Sampler(
            [example.row.length for example in self.examples], settings.batch_rows, settings.seed
        )
        head: Head = BinaryHead() if self.kind == "binary" else SpanHead(MAX_SPAN, "span")
        model, subwords = self.checkpoint.model, self.checkpoint.subwords
        self.engine = Engine(model, subwords, self.layout, head, settings.batch_tokens)

    def train(
        self,
        out: Path,
        ingredients: Mapping[str, str],
        progress: Callable[[Progress], None] | None,
    ) -> Report:
        settings = self.settings
        a_epoch = self.sampler.steps
        steps = settings.steps or math.ceil(settings.epochs * a_epoch)
        history = run(
            self.checkpoint.model,
            self._losses,
            LoopSettings(
                steps=steps,
                learning_rate=settings.learning_rate,
                warmup_steps=round(settings.warmup * steps),
                weight_decay=settings.weight_decay,
                seed=settings.seed,
                save_every=settings.save_every,
                log_every=max(1, min(100, steps // 10)),
                eval_every=settings.eval_every or max(1, a_epoch // 2),
                patience=settings.patience,
            ),
            out / WORK,
            fingerprint=json.dumps(ingredients, sort_keys=True),
            evaluate=self._error,
            progress=progress,
        )
        report = self._report(history, steps, ingredients)
        finish(out, self._save, report.model_dump_json(indent=2) + "\n")
        return report

    def _save(self, folder: Path) -> None:
        with quiet(require("transformers", extra=EXTRA, user="training")):
            self.checkpoint.model.save_pretrained(folder)
            self.checkpoint.subwords.tokenizer.save_pretrained(folder)

    def _examples(self, gold: Sequence[Gold]) -> list[Example]:
        return examples(self.kind, gold, self.checkpoint.subwords, self.layout)

    def _losses(self, step: int) -> Iterator[dict[str, Tensor]]:
        """Mean loss of a step, in parts of few enough sub-words."""
        self.random = False
        chosen = [self.examples[number] for number in self.sampler.numbers(step)]
        chosen.sort(key=lambda example: -example.row.length)
        items = max(1, weight(self.kind, chosen))
        for part in self._parts(chosen):
            yield {"links": self._loss(part) / items}

    def _parts(self, chosen: Sequence[Example]) -> Iterator[Sequence[Example]]:
        done = 0
        for part in token_batches([one.row for one in chosen], self.settings.batch_tokens):
            yield chosen[done : done + len(part)]
            done += len(part)

    def _loss(self, part: Sequence[Example]) -> Tensor:
        made = batch([example.row for example in part], self.layout)
        model = self.checkpoint.model
        output: Any = model(**inputs(made, model.device))
        return loss(self.kind, output, made, part, self.layout.null)

    def _error(self) -> float:
        """The alignment error rate; of a random head, or where no link is right, 1 plus the loss.

        A random head may link all with all, which the error rate does not punish enough to let go
        of it; and while the first evaluations are all equal, patience must not come to its end.
        """
        error = 1.0 if self.random else self._scores().aer
        if error < 1:
            return error
        total = sum(self._loss(part).item() for part in self._parts(self.unseen))
        return 1 + total / max(1, weight(self.kind, self.unseen))

    def _scores(self) -> AlignmentScores:
        found = align(
            [pair for pair, _, _ in self.held],
            self.engine,
            "average",
            self.settings.threshold_of_kind,
        )
        return score_links(
            (sure, possible, {(link.source, link.target) for link in links})
            for (_, sure, possible), links in zip(self.held, found, strict=True)
        )

    def _report(self, history: History, steps: int, ingredients: Mapping[str, str]) -> Report:
        scores = self._scores()  # of the weights that are kept
        return Report(
            kind=self.kind,
            marker=self.checkpoint.marker,
            threshold=self.settings.threshold_of_kind,
            ingredients=dict(ingredients),
            steps=history.scores[-1][0],
            planned_steps=steps,
            kept_step=history.best_step or 0,
            pairs=len(self.gold),
            examples=len(self.examples),
            held_out_pairs=len(self.held),
            aer=scores.aer,
            precision=scores.precision,
            recall=scores.recall,
            losses=[(line.last, line.losses["links"]) for line in history.stretches],
            evaluations=[
                Evaluation(step=step, aer=min(1.0, error)) for step, error in history.scores
            ],
        )


def _ingredients(
    base: Path,
    gold: Sequence[Gold],
    settings: TrainingSettings,
    held_out: Sequence[Gold] | None,
) -> dict[str, str]:
    """All that decides about the weights, by name."""
    if not base.is_dir():
        raise ConfigError(f"base: {str(base)!r} is no folder; give the folder of a checkpoint")
    read_config(base, str(base), "base")
    held = settings.model_dump(mode="json", exclude=set(settings.IDLE))
    named = {f"settings.{name}": json.dumps(value) for name, value in held.items()}
    files = small([path.name for path in base.iterdir() if path.is_file()])
    files += check_weights(base, str(base), "base")
    digests = {name: sha256_file(base / name) for name in sorted(files) if name != REPORT}
    return {
        "algorithm": ALGORITHM,
        "base": _digest(digests),
        "gold": _gold_digest(gold),
        "held_out": "a part" if held_out is None else _gold_digest(held_out),
        **named,
    }


def _gold_digest(gold: Sequence[Gold]) -> str:
    return _digest(
        [
            [list(pair.source), list(pair.target), sorted(sure), sorted(possible)]
            for pair, sure, possible in gold
        ]
    )


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
