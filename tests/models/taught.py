"""The small checkpoints of the families, each taught a dozen sentences until it knows them.

With random weights no sentence ever ends, and a build publishes nothing. Here the real classes of
`transformers` learn, in a few seconds, to translate `LESSONS` word for word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.models.families import FAMILIES
from tests.models.lessons import LESSONS, taught

#: Most take about 80 steps.
LEARNING_RATE, WARM_UP, STEPS = 6e-3, 30, 500
#: Loss of the worst token at which a model is done: each then has a probability above 0.97, which
#: leaves room for arithmetic in int8.
GOAL = 0.03
#: The model's own codes of the languages: English, and those taught.
CODES = {
    "nllb": {"en": "eng_Latn", "pt": "por_Latn", "es": "spa_Latn"},
    "m2m100": {"en": "en", "pt": "pt"},
    "mbart50": {"en": "en_XX", "pt": "pt_XX"},
}
#: What the other families want before every source text.
LEADS = {
    "marian_multi": ">>por<< ",
    "t5": "translate English to German: ",
    "madlad": "<2pt> ",
}


def teach(name: str, folder: Path) -> float:
    """Build the checkpoint of a family and teach it; returns the loss of its worst token.

    The same machine gives the same weights: one thread, and no draws but those of the builder.

    Raises:
        AssertionError: it has not learnt its sentences within `STEPS` steps.
    """
    import torch

    options = {"tokenizer_json": True} if name == "mbart50" else {}  # read without protobuf
    FAMILIES[name](folder, **options)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _teach(name, folder)
    finally:
        torch.set_num_threads(before)


def _teach(name: str, folder: Path) -> float:
    import torch
    from torch.nn.functional import cross_entropy
    from transformers import AutoModelForSeq2SeqLM

    model = AutoModelForSeq2SeqLM.from_pretrained(folder)
    model.eval()  # some configurations drop layers and attention while training
    _draw_weights(model)
    batch = _batch(name, folder)
    wanted = batch["labels"].clone()
    if name in CODES:
        wanted[:, 0] = -100  # which language comes is not for the model to guess
    # Marian's <pad> is kept out of the softmax, so that it stays the vector of zeros with which its
    # decoder starts in CTranslate2
    never = [model.config.pad_token_id] if model.config.model_type == "marian" else []
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _rate)
    reached = 0.0
    for _ in range(STEPS):
        logits = model(**batch, use_cache=False).logits
        logits = logits.index_fill(-1, torch.tensor(never, dtype=torch.long), -1e4)
        losses = cross_entropy(
            logits.flatten(0, 1), wanted.flatten(), ignore_index=-100, reduction="none"
        )
        reached = losses.max().item()
        if reached < GOAL:
            break
        optimizer.zero_grad()
        (losses.sum() / (wanted != -100).sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    assert reached < GOAL, f"{name}: worst loss {reached:.3f} after {STEPS} steps"
    _write_weights(model, folder)
    return reached


def _rate(step: int) -> float:
    """Linear warm-up, then down with the square root of the step."""
    return min((step + 1) / WARM_UP, math.sqrt(WARM_UP / (step + 1)))


def _draw_weights(model: Any) -> None:
    """Weights that learn: those of the builder are so large that a training gets nowhere."""
    import torch

    drawn = torch.Generator().manual_seed(7)
    config = model.config
    # T5 does not scale its embeddings, the others multiply them by the square root of their size
    spread = 1.0 if config.model_type == "t5" else config.d_model**-0.5
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() != 2 or "embed_positions" in name:
                continue
            if "relative_attention_bias" in name:
                weight.zero_()
            elif weight.shape[0] == config.vocab_size and "lm_head" not in name:
                weight.normal_(0.0, spread, generator=drawn)
            else:
                torch.nn.init.xavier_uniform_(weight, generator=drawn)
        model.get_input_embeddings().weight[config.pad_token_id] = 0.0


def _batch(name: str, folder: Path) -> dict[str, Any]:
    """All sentences in all languages that are taught, as the family's own tokenizer has them."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    sources: list[list[int]] = []
    labels: list[list[int]] = []
    for language in taught(name):
        if name in CODES:
            tokenizer.src_lang = CODES[name]["en"]
            tokenizer.tgt_lang = CODES[name][language]
        found = tokenizer(
            [LEADS.get(name, "") + lesson.text("en") for lesson in LESSONS],
            text_target=[lesson.text(language) for lesson in LESSONS],
        )
        sources += found["input_ids"]
        labels += found["labels"]
    return {
        "input_ids": _pad(sources, tokenizer.pad_token_id),
        "attention_mask": _pad([[1] * len(row) for row in sources], 0),
        "labels": _pad(labels, -100),
    }


def _pad(rows: Sequence[Sequence[int]], filling: int) -> Any:
    import torch

    longest = max(map(len, rows))
    return torch.tensor([[*row, *[filling] * (longest - len(row))] for row in rows])


def _write_weights(model: Any, folder: Path) -> None:
    """The weights alone: the configuration stays as the builder wrote it."""
    config = (folder / "config.json").read_bytes()
    model.save_pretrained(folder)
    (folder / "config.json").write_bytes(config)
