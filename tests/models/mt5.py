"""A small mT5 with random weights that can learn, and labelled text of the artificial pair."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.models.backends import unigram
from tests.models.language import Pair, pairs
from tests.models.vocabulary import train_pieces, write_json

#: Sub-words of both languages.
PIECES = 2000
#: Characters of a plain sentence.
LONGEST = 60
_MARKED = re.compile(r'[][()<>"]')


def build_mt5(folder: Path, *, own_output: bool = True, width: int = 48) -> Path:
    """As google/mt5-small: gated layers, an output matrix of its own, outputs that are not scaled.

    Args:
        own_output: whether the output matrix is another one than that of the inputs.
        width: of the vectors.
    """
    import torch
    from transformers import GenerationConfig, MT5Config, MT5ForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    known = pairs(3000)
    path = folder / "spiece.model"
    pieces = train_pieces(
        path, [text for pair in known for text in (pair.source, pair.target)], PIECES,
        model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False,
    )  # fmt: skip
    extra = [f"<extra_id_{number}>" for number in range(8)]
    names = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    write_json(
        folder / "tokenizer_config.json",
        {**names, "extra_ids": len(extra), "additional_special_tokens": extra,
         "tokenizer_class": "T5Tokenizer"},
    )  # fmt: skip
    tokenizer = unigram(path, ["<pad>", "</s>", "<unk>"], extra[::-1], unknown=2, fallback=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = MT5Config(
        vocab_size=len(pieces) + len(extra), d_model=width, d_kv=width // 4, d_ff=2 * width,
        num_layers=2, num_heads=4, dropout_rate=0.0, feed_forward_proj="gated-gelu",
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    with torch.random.fork_rng([]), torch.no_grad():
        torch.manual_seed(7)
        model: Any = MT5ForConditionalGeneration(config)
        drawn = torch.randn(config.vocab_size, width) * width**-0.5
        if own_output:
            model.lm_head.weight = torch.nn.Parameter(drawn)
        else:
            model.shared.weight.copy_(drawn)
    model.generation_config = GenerationConfig(
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0
    )
    model.save_pretrained(folder)
    return folder


def plain_pairs(count: int, seed: int = 1) -> list[Pair]:
    """Of the first pairs of a seed those that a very small model can learn from.

    They have one name or two, one of a kind, no marks around them, and are short.
    """
    return [
        pair
        for pair in pairs(count, seed)
        if pair.names
        and len({name.kind for name in pair.names}) == len(pair.names)
        and len(pair.source) < LONGEST
        and not _MARKED.search(pair.source)
    ]


def record(pair: Pair, number: int, *, target: bool) -> dict[str, Any]:
    """A sentence of one side with its names, as the reader `jsonl` takes it."""
    spans = [(*(name.target if target else name.source), name.kind) for name in pair.names]
    return {
        "id": f"{'target' if target else 'source'}-{number}",
        "text": pair.target if target else pair.source,
        "spans": [{"start": a, "end": b, "label": kind} for a, b, kind in spans],
    }


def write_records(path: Path, chosen: Sequence[Pair]) -> Path:
    """Both sides of pairs as a labelled corpus.

    A model of this size knows nothing of a second language that it is not shown; mT5 does.
    """
    rows = [
        record(pair, number, target=target)
        for target in (False, True)
        for number, pair in enumerate(chosen)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path
