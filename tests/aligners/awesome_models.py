"""Small BERTs with random weights, as awesome-align's training writes them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from spanferry.aligners.base import WordPair
from tests.models.vocabulary import sentences

#: Words that tokenizers treat in different ways.
_ODD = (
    "l'été", "naïve", "Straße", "«", "…", "3,50", "€", "don't", "e-mail", "漢字", "東京タワー",
    "😀", "नमस्ते", "ﬁn", "x" * 120, "--", "a/b", "Ünder", "№", "\u00adsoft", "i̇", "\u200bzero",
    "\ufffd",
)  # fmt: skip


def parallel_pairs(count: int) -> list[WordPair]:
    """Pairs of two languages, every fifth with an odd word on each side."""
    pairs = []
    for place, (source, target) in enumerate(zip(*sentences(), strict=True)):
        left, right = source.split(), target.split()
        if place % 5 == 0:
            left.insert(place % len(left), _ODD[place // 5 % len(_ODD)])
            right.insert(place % len(right), _ODD[(place // 5 + place // 25) % len(_ODD)])
        pairs.append(WordPair(left, right))
        if len(pairs) == count:
            break
    return pairs


def build_awesome(
    folder: Path, pairs: Sequence[WordPair], *, lower: bool = False, seed: int = 0
) -> Path:
    """A checkpoint with `pytorch_model.bin`, `vocab.txt`, and the heads of awesome-align.

    Args:
        lower: whether the tokenizer makes all letters small.
        seed: of the weights.
    """
    import torch
    from transformers import BertConfig, BertForMaskedLM

    folder.mkdir(parents=True, exist_ok=True)
    words = Counter(word for pair in pairs for side in (pair.source, pair.target) for word in side)
    letters = sorted({letter for word in words for letter in word + word.lower()})
    common = [word for word, _ in words.most_common(200) if len(word) > 1 and word.isalpha()]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = [*special, *letters, *(f"##{letter}" for letter in letters), *common]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"do_lower_case": lower, "max_len": 512}), encoding="utf-8"
    )
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=96, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=192, initializer_range=0.2,
    )  # fmt: skip
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    weights = {name: value.clone() for name, value in BertForMaskedLM(config).state_dict().items()}
    weights["psi_cls.transform.weight"] = torch.randn(96, 96)
    weights["psi_cls.transform.bias"] = torch.randn(96)
    weights["psi_cls.decoder.weight"] = torch.randn(2, 96)
    weights["psi_cls.bias"] = weights["psi_cls.decoder.bias"] = torch.randn(2)
    torch.set_rng_state(state)
    torch.save(weights, folder / "pytorch_model.bin")
    write_config(folder, {**config.to_dict(), "architectures": None})
    return folder


def write_config(folder: Path, config: dict[str, object]) -> None:
    """Write `config.json`."""
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
