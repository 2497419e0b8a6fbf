"""Training of a student on the translations of a teacher."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanferry.data.backends import require
from spanferry.data.cache import Cache
from spanferry.data.checkpoints import digest, read_json, weights
from spanferry.data.errors import ConfigError
from spanferry.data.files import atomic_path, flush, write_text
from spanferry.data.fingerprint import fingerprint
from spanferry.data.training.devices import autocast, fast_dtype, resolve_device
from spanferry.data.training.loop import LoopSettings
from spanferry.data.training.loop import train as run
from spanferry.data.training.padding import padded, parts
from spanferry.data.training.state import History, Progress
from spanferry.translators.distil import examples as stored
from spanferry.translators.distil import student as students
from spanferry.translators.distil.batches import Batches
from spanferry.translators.distil.examples import Numbers
from spanferry.translators.distil.loss import guide_loss, token_loss
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.scoring import Scorer
from spanferry.translators.distil.settings import (
    Evaluation,
    StudentReport,
    StudentSettings,
    StudentTrainingSettings,
)
from spanferry.translators.distil.variation import Variation
from spanferry.translators.distil.vocabulary import (
    EXTRA,
    FILES,
    USER,
    Vocabulary,
    train_vocabulary,
)

if TYPE_CHECKING:
    from torch import Tensor

#: Raised when the same pairs and settings give another student than before.
ALGORITHM = "1"
#: Written last: a folder that has it holds a whole checkpoint.
REPORT = "student.json"
_CHECKPOINT, _VOCABULARY, _EXAMPLES, _STATE = "checkpoint", "vocabulary", "examples", "state"
#: Pairs that the vocabulary is made from, the first ones, which are in no order of meaning.
_VOCABULARY_PAIRS = 500_000
#: The warm-up is at most this part of the updates: without a fall nothing settles.
_LONGEST_WARMUP = 3
logger = logging.getLogger("spanferry")


def train_student(
    pairs: PairStore,
    student: StudentSettings,
    settings: StudentTrainingSettings,
    folder: Path,
    *,
    source: str,
    target: str,
    progress: Callable[[Progress], None] | None = None,
) -> StudentReport:
    """Train a student; the same call goes on where a killed one stopped, and ends the same.

    Afterwards `folder/checkpoint` is a `transformers` checkpoint with its tokenizer. A finished
    folder is trained anew where it is asked for something else: the caller sees to it that this is
    wanted.

    Args:
        pairs: to learn from, held-out ones among them.
        folder: of the run's own.
        source, target: BCP-47 codes.

    Raises:
        ConfigError: all pairs are too long; settings do not fit; training went astray.
        MissingExtraError: torch, transformers or sentencepiece is not installed.
    """
    for module in ("torch", "transformers", "sentencepiece"):
        require(module, extra=EXTRA, user=USER)
    if settings.start is not None and _within(settings.start, folder):
        raise ConfigError(
            f"settings.start: {str(settings.start)!r} lies in the folder of this training, which "
            "is emptied first; copy it to another place"
        )
    ingredients = _ingredients(pairs, student, settings, source, target)
    mark = fingerprint(**ingredients)
    if read_json(folder / "mark.json").get("mark") != mark:
        # first of all: a kill may leave the rest in part
        (folder / "mark.json").unlink(missing_ok=True)
        if folder.exists():
            shutil.rmtree(folder)  # raises: what stays would pass for this run's
        write_text(json.dumps({"mark": mark}) + "\n", folder / "mark.json")
    if (folder / REPORT).exists() and (folder / _CHECKPOINT / "config.json").exists():
        return StudentReport.model_validate_json((folder / REPORT).read_text("utf-8"))
    training = _Training(pairs, student, settings, folder, source, target)
    report = training.train(folder, ingredients, progress)
    if report.kept_step == 0 and settings.start is None:
        logger.warning(
            "distil: after no number of updates was the student better than with drawn weights; it "
            "needs more pairs (%d now) or updates (%d)", report.examples, report.steps,
        )  # fmt: skip
    write_text(report.model_dump_json(indent=1) + "\n", folder / REPORT)
    for name in (_STATE, _EXAMPLES):
        shutil.rmtree(folder / name, ignore_errors=True)
    return report


def _within(place: Path, folder: Path) -> bool:
    return place.expanduser().resolve().is_relative_to(folder.resolve())


def checkpoint(folder: Path) -> Path:
    """The checkpoint that `train_student` left in a folder."""
    return folder / _CHECKPOINT


class _Training:
    """The model, the examples and the scorer of a run."""

    def __init__(
        self,
        pairs: PairStore,
        student: StudentSettings,
        settings: StudentTrainingSettings,
        folder: Path,
        source: str,
        target: str,
    ) -> None:
        import torch

        self.student, self.settings = student, settings
        self.began = time.monotonic()
        self.device = resolve_device(settings.device)
        self.dtype = fast_dtype(self.device) if settings.dtype == "auto" else settings.dtype
        self.longest = longest = min(settings.max_tokens, student.positions - 1)
        logger.info("distil: vocabulary and examples are made of %d pairs", pairs.count)
        self.vocabulary = _vocabulary(pairs, student, settings, folder, source, target)
        self.examples = stored.write(
            pairs, self.vocabulary, folder / _EXAMPLES, longest=longest,
            variation=_variation(settings), made_of=pairs.digest,
        )  # fmt: skip
        if not len(self.examples):
            raise ConfigError(
                f"settings.max_tokens: all {pairs.count} pairs are longer than {longest} sub-words"
            )
        self.guided = self.examples.linked and settings.guide_weight > 0
        self.lengths = self.examples.lengths()
        self.batches = Batches(self.lengths, settings.batch_tokens, settings.seed)
        self.scorer = Scorer(
            pairs.held_out()[: settings.eval_pairs], self.vocabulary,
            longest=longest, tokens=settings.eval_batch_tokens, dtype=self.dtype,
        )  # fmt: skip
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.model = students.make(student, self.vocabulary)
        if settings.start is not None:
            students.begin_with(self.model, settings.start.expanduser())
        logger.info(
            "distil: %d pairs to learn from (%d are too long), %d weights, on %s in %s",
            len(self.examples), self.examples.too_long, students.size(self.model),
            self.device, self.dtype,
        )  # fmt: skip

    def train(
        self,
        folder: Path,
        ingredients: Mapping[str, str],
        progress: Callable[[Progress], None] | None,
    ) -> StudentReport:
        settings = self.settings
        steps = settings.steps or self.batches.steps(settings.epochs)
        warmup = min(settings.warmup_steps, steps // _LONGEST_WARMUP)
        if warmup < settings.warmup_steps:
            logger.warning(
                "distil: %d updates are few; the learning rate rises over %d of them instead of "
                "%d (settings.warmup_steps)", steps, warmup, settings.warmup_steps,
            )  # fmt: skip
        self.model.to(self.device)
        history = run(
            self.model,
            self._losses,
            LoopSettings(
                steps=steps,
                eval_every=settings.eval_every or max(1, self.batches.steps(1) // 2),
                adam_betas=(0.9, 0.98),
                warmup_steps=warmup,
                **{name: getattr(settings, name) for name in _SAME},
            ),
            folder / _STATE,
            fingerprint=fingerprint(**ingredients),
            evaluate=lambda: 100 - self.scorer.chrf(self.model),
            progress=progress,
        )
        made = folder / _CHECKPOINT
        shutil.rmtree(made, ignore_errors=True)
        shutil.copytree(folder / _VOCABULARY, made)
        students.save(self.model, made, self.longest + 1)
        for path in (*made.iterdir(), made):
            flush(path)
        return self._report(history, steps, ingredients)

    def _losses(self, step: int) -> Iterator[dict[str, Tensor]]:
        """Mean losses a sub-word of an update, in parts that there is room for."""
        numbers = self.batches.numbers(step)
        items = int(self.lengths[numbers, 1].sum())
        rows = sum(map(self.examples.linked_rows, numbers.tolist())) if self.guided else 0
        sizes = self.lengths[numbers].max(axis=1).tolist()
        for part in parts(sizes, self.settings.part_tokens):
            yield self._loss(numbers[part], items, rows)

    def _loss(self, numbers: Numbers, items: int, rows: int) -> dict[str, Tensor]:
        """The share of some pairs in the losses of an update with so many sub-words and rows."""
        import torch

        sources, targets = zip(*map(self.examples.pair, numbers.tolist()), strict=True)
        padding = self.vocabulary.padding
        source = torch.from_numpy(padded(sources, padding)).to(self.device)
        target = torch.from_numpy(padded(targets, padding)).to(self.device)
        known = target != padding
        with autocast(self.device, self.dtype):
            states, guided = students.attended(self.model, source, target, heads=self.guided)
        states = states[known]
        if self.dtype == "bfloat16":
            states = states.to(torch.bfloat16)
        losses = {
            "tokens": token_loss(
                states, self.model.lm_head.weight, target[known],
                never=padding, smoothing=self.settings.label_smoothing,
            ) / items
        }  # fmt: skip
        if self.guided:
            wanted = self._wanted(numbers, guided.shape)
            share = int(wanted.any(-1).sum()) / rows
            found = guide_loss(guided, wanted.to(self.device))
            losses["links"] = found * (share * self.settings.guide_weight)
        return losses

    def _wanted(self, numbers: Numbers, shape: tuple[int, ...]) -> Tensor:
        """1 where sub-words are linked, [sentences, target, source]."""
        import torch

        wanted = torch.zeros(shape)
        for place, number in enumerate(numbers.tolist()):
            found = torch.from_numpy(self.examples.links(number))
            wanted[place, found[:, 0], found[:, 1]] = 1.0
        return wanted

    def _report(
        self, history: History, steps: int, ingredients: Mapping[str, str]
    ) -> StudentReport:
        kept = history.best_step or 0
        scores = [
            Evaluation(step=step, chrf=round(100 - error, 2)) for step, error in history.scores
        ]
        return StudentReport(
            ingredients=dict(ingredients),
            steps=history.last_step,
            planned_steps=steps,
            kept_step=kept,
            examples=len(self.examples),
            too_long=self.examples.too_long,
            tokens=int(self.lengths[:, 1].sum()),
            parameters=students.size(self.model),
            vocabulary=len(self.vocabulary),
            linked=self.guided,
            chrf=next(score.chrf for score in scores if score.step == kept),
            losses=[(line.last, dict(line.losses)) for line in history.stretches],
            evaluations=scores,
            seconds=round(time.monotonic() - self.began, 1),
            device=f"{self.device.type}, {self.dtype}",
        )


#: Settings of the loop that are those of the run.
_SAME = (
    "optimizer", "learning_rate", "schedule", "weight_decay",
    "max_gradient_norm", "seed", "save_every", "log_every", "patience",
)  # fmt: skip


def _vocabulary(
    pairs: PairStore,
    student: StudentSettings,
    settings: StudentTrainingSettings,
    folder: Path,
    source: str,
    target: str,
) -> Vocabulary:
    """The vocabulary of a run: of the checkpoint it begins with, or made of the pairs."""
    place = folder / _VOCABULARY
    if not all((place / name).is_file() for name in FILES):
        shutil.rmtree(place, ignore_errors=True)  # half a file of a killed run may lie there
        if settings.start is not None:
            Vocabulary(settings.start.expanduser())  # raises where it is none
            for name in FILES:
                with atomic_path(place / name) as temporary:
                    shutil.copyfile(settings.start.expanduser() / name, temporary)
        else:
            train_vocabulary(_texts(pairs, settings), student, place, source, target)
    return Vocabulary(place)


def _texts(pairs: PairStore, settings: StudentTrainingSettings) -> Iterator[str]:
    rows = (
        row
        for batch in pairs.train(["source", "target"])
        for row in zip(*(batch.column(n).to_pylist() for n in (0, 1)), strict=True)
    )
    variation = _variation(settings)
    for source, target in islice(rows, _VOCABULARY_PAIRS):
        pair = variation.of(source, target)
        yield pair.source
        yield pair.target


def _variation(settings: StudentTrainingSettings) -> Variation:
    return Variation(
        settings.typography, settings.placeholders, settings.capitals, seed=settings.seed
    )


def start_digest(folder: Path) -> str:
    """A hash of the vocabulary and the weights of a checkpoint to begin with."""
    names = [path.name for path in folder.iterdir() if path.is_file()]
    return digest(folder, [*(n for n in FILES if n in names), *weights(names)], Cache())


def _ingredients(
    pairs: PairStore,
    student: StudentSettings,
    settings: StudentTrainingSettings,
    source: str,
    target: str,
) -> dict[str, str]:
    """All that decides about the weights."""
    held: dict[str, Any] = settings.model_dump(mode="json", exclude={*settings.IDLE, "start"})
    start = "none"
    if settings.start is not None:
        folder = settings.start.expanduser()
        if not folder.is_dir():
            raise ConfigError(f"settings.start: {str(folder)!r} is no folder")
        start = start_digest(folder)
    return {
        "algorithm": ALGORITHM,
        "languages": f"{source} {target}",
        "pairs": pairs.digest,
        "start": start,
        **{f"student.{name}": json.dumps(v) for name, v in sorted(student.model_dump().items())},
        **{f"settings.{name}": json.dumps(value) for name, value in sorted(held.items())},
    }
