"""A small Marian model, trained on the artificial language pair until it translates it.

Training is guided by the gold word links (Chen et al. 2016, "Guided alignment training for
topic-aware neural machine translation"): the first head of the last decoder layer learns to look
at the linked source word, the head whose weights CTranslate2 returns.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.models.language import Pair, split
from tests.models.marian import Encoded, MarianFiles

#: Sentences to train with, each seen about four times, and sentences to measure with.
TRAINING, HELD_OUT = 14_000, 200
BATCH_TOKENS = 800
WARM_UP, STEPS, LEARNING_RATE = 100, 1500, 2.5e-3
#: Held-out BLEU at which training stops, and how often it is measured once it may be near.
GOAL, EVERY = 94.0, 100


@dataclass(frozen=True, slots=True)
class Report:
    """How a training went: its steps and the BLEU of greedy translations of held-out text."""

    steps: int
    bleu: float


def train(folder: Path, *, goal: float = GOAL, verbose: bool = False) -> Report:
    """Train a model and write its checkpoint, as a Marian repository on the Hub has it.

    Stops at `goal`, or after `STEPS` steps; the same machine gives the same model. One thread:
    on two cores that others use too, two threads wait for each other (measured with load 5:
    0.12 seconds a step with one thread, 1.8 with two).
    """
    import torch

    torch.manual_seed(11)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _train(folder, goal, verbose)
    finally:
        torch.set_num_threads(before)


def _train(folder: Path, goal: float, verbose: bool) -> Report:
    import torch
    from sacrebleu import corpus_bleu

    training, held_out = split(TRAINING, HELD_OUT)
    files = MarianFiles.write(folder, training)
    model = files.model()
    examples = [files.encode(pair) for pair in training]
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _rate)
    bleu = mean = 0.0
    step = 0
    for step, batch in enumerate(_batches(examples), 1):
        loss, accuracy = _loss(model, batch, files.pad)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        mean = 0.95 * mean + 0.05 * accuracy
        if step % EVERY == 0:
            if mean > 0.95 or step == STEPS:
                outputs = _translate(model, files, held_out)
                bleu = corpus_bleu(outputs, [[pair.target for pair in held_out]]).score
            if verbose:
                print(f"{step=} loss={loss.item():.3f} {mean=:.4f} {bleu=:.2f}", flush=True)
        if bleu >= goal or step == STEPS:
            break
    files.save(model)
    return Report(step, bleu)


def _rate(step: int) -> float:
    """Linear warm-up, then half a cosine almost to zero."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    done = min(1.0, (step - WARM_UP) / (STEPS - WARM_UP))
    return 0.03 + 0.485 * (1 + math.cos(math.pi * done))


def _batches(examples: Sequence[Encoded]) -> Iterator[list[Encoded]]:
    """Batches of sentences of about one length, for ever."""
    rng = random.Random(5)
    while True:
        order = sorted(examples, key=lambda e: len(e.target) + len(e.source) + 4 * rng.random())
        batches: list[list[Encoded]] = [[]]
        longest = 0
        for example in order:
            longest = max(longest, len(example.source), len(example.target))
            if longest * (len(batches[-1]) + 1) > BATCH_TOKENS:
                batches.append([])
                longest = max(len(example.source), len(example.target))
            batches[-1].append(example)
        rng.shuffle(batches)
        yield from batches


def _loss(model: Any, batch: list[Encoded], pad: int) -> tuple[Any, float]:
    """Cross entropy of the tokens and of the guided attention head; and the token accuracy."""
    import torch
    from torch.nn.functional import cross_entropy

    source = _pad([example.source for example in batch], pad)
    target = _pad([example.target for example in batch], pad)
    shifted = torch.cat([torch.full((len(batch), 1), pad), target[:, :-1]], 1)
    output = model(
        input_ids=source, attention_mask=(source != pad).long(), decoder_input_ids=shifted,
        output_attentions=True, use_cache=False,
    )  # fmt: skip
    # without <pad>, the last token, whose row of weights so stays zero, the vector that CTranslate2
    # starts decoding from
    logits = output.logits[..., :pad]
    tokens = cross_entropy(
        logits.flatten(0, 1), target.flatten(), ignore_index=pad, label_smoothing=0.02
    )
    wanted = torch.zeros(len(batch), target.shape[1], source.shape[1])
    for number, example in enumerate(batch):
        wanted[number, example.rows, example.columns] = 1.0
    mass = wanted.sum(-1, keepdim=True)
    wanted = wanted / mass.clamp(min=1)
    looked = output.cross_attentions[-1][:, 0].clamp(min=1e-9).log()
    guided = -(wanted * looked).sum() / (mass > 0).sum()
    known = target != pad
    right = ((logits.argmax(-1) == target) & known).sum() / known.sum()
    return tokens + guided, float(right)


def _pad(rows: Sequence[Sequence[int]], pad: int) -> Any:
    import torch

    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])


def _translate(model: Any, files: MarianFiles, pairs: Sequence[Pair]) -> list[str]:
    """Greedy translations."""
    import torch

    model.eval()
    source = _pad([files.encode(pair).source for pair in pairs], files.pad)
    with torch.no_grad():
        output = model.generate(
            input_ids=source, attention_mask=(source != files.pad).long(), num_beams=1,
            do_sample=False, max_length=100,
        )  # fmt: skip
    model.train()
    return [files.decode(row) for row in output.tolist()]
