"""Fine-tuning of an encoder on the user's own parallel text, so that its vectors align better.

The objectives are those of awesome-align (Dou and Neubig, "Word Alignment by Fine-tuning Embeddings
on Parallel Corpora", EACL 2021): no gold links are needed, but where there are some, the run keeps
the checkpoint that does best on them and can stop early.

Tried with checkpoints of the families `bert` and `xlm-roberta`. Others that `transformers` has a
masked-language-model class for are taken as they come; models that read from left to right, and
those with an encoder and a decoder, are refused.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import Gold
from spanferry.aligners.training.batches import Batcher
from spanferry.aligners.training.encoder import Encoder, base_digest
from spanferry.aligners.training.scoring import GoldScorer
from spanferry.aligners.training.settings import FinetuneSettings
from spanferry.aligners.training.tokens import TokenCache, corpus_digest
from spanferry.aligners.training.tuning import Objectives
from spanferry.data.errors import ConfigError
from spanferry.data.training.devices import resolve_device
from spanferry.data.training.folders import REPORT, WORK, claim, exclusive, finish
from spanferry.data.training.loop import LoopSettings, train
from spanferry.data.training.state import STATE, History, Progress

logger = logging.getLogger(__name__)

#: Part of what a checkpoint is made of: raise it with every change that changes weights.
ALGORITHM = "1"


class LossLine(BaseModel):
    """Mean losses, weighted as in the settings, of the updates after `first` up to `last`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: int
    last: int
    losses: dict[str, float]


class ErrorLine(BaseModel):
    """The alignment error rate on the gold links after some updates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int
    aer: float


class FinetuneReport(BaseModel):
    """What a fine-tuning run did; `training.json` beside the checkpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ingredients: dict[str, str] = Field(description="what the checkpoint is made of")
    steps: int = Field(description="updates made")
    planned_steps: int = Field(description="updates that were to be made without an early stop")
    kept_step: int = Field(description="updates that the checkpoint has seen")
    pairs_read: int
    pairs_used: int = Field(description="pairs that can be trained on")
    skipped: dict[str, int] = Field(description="pairs that cannot, by reason")
    not_joined: int = Field(description="used pairs that were too long for joined objectives")
    gold_pairs: int
    gold_unscored: int = Field(description="gold pairs too long to align, counted as unaligned")
    new_weights: list[str] = Field(description="weights that the base lacked, begun at random")
    losses: list[LossLine]
    aer: list[ErrorLine] = Field(description="empty without gold links")


def finetune(
    base: Path,
    pairs: Iterable[WordPair],
    settings: FinetuneSettings,
    out: Path,
    *,
    gold: Sequence[Gold] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> FinetuneReport:
    """Fine-tune a checkpoint on parallel text; go on where a call that was killed stopped.

    Afterwards the folder holds a `safetensors` checkpoint with its tokenizer that `transformers`
    loads, and `training.json`. A folder that is finished already is left as it is, after a look at
    whether it is made of the same. On a CPU with one thread the weights are the same to the last
    bit whether the run was broken or not.

    Args:
        base: folder of a checkpoint of a masked language model, with its tokenizer.
        pairs: the parallel text; gone through once, from the start, in every call.
        settings: objectives and how to optimise.
        out: folder for the checkpoint; `out/work` holds what a broken run needs to go on.
        gold: held-out pairs with sure and possible links; the checkpoint with the lowest error on
            them is kept, the base itself being a candidate.
        progress: told of losses and errors.

    Raises:
        ConfigError: base cannot be tuned, a setting does not fit it, the folder holds a run that is
            made of something else, no pair can be trained on, or the loss is no longer finite.
        MissingExtraError: torch or transformers is not installed.
    """
    if not base.is_dir():
        raise ConfigError(f"base: {base} is no folder; give the folder of a checkpoint")
    if out.resolve() == base.resolve():
        raise ConfigError(f"out: {out} is the folder of base; name another one")
    with exclusive(out):
        ingredients = _ingredients(base, settings, gold)
        claim(out, ingredients)
        if (out / REPORT).exists():
            claim(out, {"pairs": corpus_digest(pairs)})
            shutil.rmtree(out / WORK, ignore_errors=True)  # killed before it could tidy up
            return FinetuneReport.model_validate_json((out / REPORT).read_text("utf-8"))
        return _train(base, pairs, settings, out, gold or (), progress, ingredients)


def _train(
    base: Path,
    pairs: Iterable[WordPair],
    settings: FinetuneSettings,
    out: Path,
    gold: Sequence[Gold],
    progress: Callable[[Progress], None] | None,
    ingredients: dict[str, str],
) -> FinetuneReport:
    encoder = Encoder(base, settings.seed)
    max_length = _check(encoder, settings)
    cache = _cache(pairs, out, encoder, max_length)
    ingredients = {**ingredients, "pairs": cache.digest}
    claim(out, ingredients)
    batcher = Batcher(
        cache,
        size=settings.batch_size,
        tokens=settings.batch_tokens,
        longest_joined=max_length // 2 - 2,
        seed=settings.seed,
    )
    _check_pairs(cache, batcher, settings)
    device = resolve_device(settings.device)
    encoder.module.to(device)
    objectives = Objectives(encoder, batcher, settings, device)
    scorer = GoldScorer(gold, encoder, objectives, max_length - 2) if gold else None
    steps = settings.steps or math.ceil(settings.epochs * len(cache) / settings.batch_size)
    history = train(
        encoder.module,
        objectives,
        LoopSettings(
            steps=steps,
            **{name: getattr(settings, name) for name in _SAME},
        ),
        out / WORK,
        fingerprint=json.dumps(ingredients, sort_keys=True),
        evaluate=scorer.error if scorer else None,
        progress=progress,
    )
    report = FinetuneReport(
        ingredients=ingredients,
        steps=history.last_step,
        planned_steps=steps,
        kept_step=history.last_step if history.best_step is None else history.best_step,
        pairs_read=cache.read,
        pairs_used=len(cache),
        skipped=cache.skipped,
        not_joined=len(cache) - len(batcher.joinable) if settings.joined else 0,
        gold_pairs=len(gold),
        gold_unscored=scorer.unscored if scorer else 0,
        new_weights=encoder.new_weights,
        losses=_losses(history),
        aer=[ErrorLine(step=step, aer=error) for step, error in history.scores],
    )
    finish(out, encoder.save, report.model_dump_json(indent=2) + "\n")
    return report


#: Settings of the loop that are those of the run.
_SAME = (
    "learning_rate", "warmup_steps", "weight_decay", "adam_epsilon", "max_gradient_norm", "seed",
    "save_every", "log_every", "eval_every", "patience",
)  # fmt: skip


def _ingredients(
    base: Path, settings: FinetuneSettings, gold: Sequence[Gold] | None
) -> dict[str, str]:
    """All that decides about the weights, but for the pairs."""
    held = settings.model_dump(mode="json", exclude=set(settings.IDLE))
    links = [
        [list(pair.source), list(pair.target), sorted(sure), sorted(possible)]
        for pair, sure, possible in gold or ()
    ]
    return {
        "algorithm": ALGORITHM,
        "base": base_digest(base),
        "gold": hashlib.sha256(json.dumps(links).encode()).hexdigest() if links else "none",
        **{
            f"settings.{name}": json.dumps(value, sort_keys=True)
            for name, value in sorted(held.items())
        },
    }


def _check(encoder: Encoder, settings: FinetuneSettings) -> int:
    """The longest sentence in sub-words, special ones counted, after a look at the settings.

    Raises:
        ConfigError: a setting does not fit the encoder.
    """
    if settings.layer > encoder.layers:
        raise ConfigError(
            f"layer: {settings.layer} is none of the {encoder.layers} layers of {encoder.base}"
        )
    guessing = {"masked", "translation"} & settings.objectives.keys()
    if guessing and encoder.specials.mask is None:
        raise ConfigError(
            f"objectives: {', '.join(sorted(guessing))} need a mask, and the tokenizer of "
            f"{encoder.base} has none; allowed: parallel, self_training, consistency"
        )
    new = [name for name in encoder.new_weights if name != "parallel_head"]
    if guessing and new:
        logger.warning(
            "%s has no weights for guessing words (%s, ...); they begin at random, which masked "
            "and translation first have to make up for",
            encoder.base, new[0],
        )  # fmt: skip
    return min(settings.max_length, encoder.positions)


def _cache(pairs: Iterable[WordPair], out: Path, encoder: Encoder, max_length: int) -> TokenCache:
    folder = out / WORK / "tokens"
    if (out / WORK / STATE).exists():
        claim(out, {"pairs": corpus_digest(pairs)})
    else:  # the pairs are gone through once: to compare them, or to split them
        shutil.rmtree(folder, ignore_errors=True)
    return TokenCache.make(pairs, folder, encoder.encode, max_length - 2)


def _check_pairs(cache: TokenCache, batcher: Batcher, settings: FinetuneSettings) -> None:
    counts = ", ".join(f"{count} {reason}" for reason, count in cache.skipped.items()) or "none"
    if not len(cache):
        raise ConfigError(f"none of {cache.read} pairs can be trained on (skipped: {counts})")
    if settings.joined and len(batcher.joinable) < 2:
        raise ConfigError(
            f"objectives: parallel and translation need two pairs or more that are short enough "
            f"to be joined; there are {len(batcher.joinable)} of {cache.read} (skipped: {counts})"
        )
    logger.info("%d of %d pairs can be trained on (skipped: %s)", len(cache), cache.read, counts)


def _losses(history: History) -> list[LossLine]:
    return [
        LossLine(first=line.first, last=line.last, losses=dict(sorted(line.losses.items())))
        for line in history.stretches
    ]
