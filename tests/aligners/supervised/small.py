"""Small BERT checkpoints, and the gold links of the artificial language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import Gold
from tests.models.language import pairs
from tests.models.lexicon import FIRST_NAMES, LAST_NAMES, PLACES, VERBS, lexicon

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ENDINGS = ("##ren", "##n", "##ta", "##so", "##s", "##es")
#: Numbers in each of the three parts of a vector.
PART = 32


@cache
def gold(count: int, *, words: int = 9, seed: int = 1) -> list[Gold]:
    """Pairs of the artificial language of up to so many source words, with sure links."""
    found: list[Gold] = []
    for pair in pairs(6 * count, seed):
        source = tuple(word.text for word in pair.source_words)
        target = tuple(word.text for word in pair.target_words)
        if len(source) <= words:
            found.append((WordPair(source, target), frozenset(pair.links), frozenset()))
    assert len(found) >= count
    return found[:count]


@cache
def meanings() -> dict[str, int]:
    """Pieces of words in both languages, and which of them mean the same."""
    found: dict[str, int] = {}
    forms = {base: forms for base, *forms in VERBS}
    groups = [
        (*english.split(), *forms.get(english, ()), *target.split())
        for entries in (*lexicon().values(), PLACES)
        for english, target in entries.items()
    ]
    groups += [(name,) for name in (*FIRST_NAMES, *LAST_NAMES)]
    for number, group in enumerate(groups):
        for word in group:
            found.setdefault(word.lower(), number)
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789.,?!\"[]()<>:/-'"
    for piece in (*alphabet, *(f"##{letter}" for letter in alphabet), *ENDINGS, "the", "did"):
        found.setdefault(piece, len(groups) + len(found))
    return found


def small_bert(
    folder: Path, kind: str = "encoder", *, places: int = 128, seed: int = 3, **options: Any
) -> Path:
    """A BERT of two layers: a bare encoder, or one with a head (spans, binary).

    It can what pretrained encoders can, for this language: words that mean the same have like
    vectors, heads of the first layer look at the tokens before and after, and one of the second at
    tokens of like meaning. All else is random. The pilcrow is not in its vocabulary.
    """
    import torch
    from transformers import (
        BertConfig,
        BertForQuestionAnswering,
        BertForTokenClassification,
        BertModel,
        BertTokenizer,
    )

    pieces = [*SPECIALS, *meanings()]
    tokenizer = BertTokenizer(
        vocab={piece: number for number, piece in enumerate(pieces)}, do_lower_case=True
    )
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=3 * PART, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=128, max_position_embeddings=places, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, **options,
    )  # fmt: skip
    classes = {
        "encoder": BertModel, "spans": BertForQuestionAnswering,
        "binary": BertForTokenClassification,
    }  # fmt: skip
    with torch.random.fork_rng([]), torch.no_grad():
        torch.manual_seed(seed)
        model = classes[kind](config)
        _teach(model if kind == "encoder" else model.bert)
        model.save_pretrained(folder)
    return folder


def _teach(bert: Any) -> None:
    """Set word vectors and some heads. Vectors have three parts: meaning, place, neighbours."""
    import torch

    meaning, place, around = (slice(k * PART, (k + 1) * PART) for k in range(3))
    words = bert.embeddings.word_embeddings.weight
    words.zero_()
    shared = torch.randn(2 * len(words), PART)
    words[: len(SPECIALS), meaning] = torch.randn(len(SPECIALS), PART)
    for number, group in enumerate(meanings().values(), len(SPECIALS)):
        words[number, meaning] = shared[group] + 0.1 * torch.randn(PART)
    bert.embeddings.token_type_embeddings.weight.mul_(5)
    places = bert.embeddings.position_embeddings.weight
    turns = 2 * torch.pi / torch.logspace(0.6, 2.4, PART // 2)  # of 4 to 250 places
    angles = torch.arange(len(places))[:, None] * turns
    places.zero_()
    places[:, place] = torch.cat([angles.cos(), angles.sin()], 1)
    first, second = (layer.attention for layer in bert.encoder.layer)
    cosines, sines = turns.cos().diag(), turns.sin().diag()
    for head, sign in ((0, 1), (1, -1)):  # the token before, the token after
        rows = slice(head * PART, (head + 1) * PART)
        turn = torch.cat([torch.cat([cosines, sign * sines], 1),
                          torch.cat([-sign * sines, cosines], 1)])  # fmt: skip
        first.self.query.weight[rows] = 0
        first.self.query.weight[rows, place] = 6 * turn
        first.self.key.weight[rows] = 0
        first.self.key.weight[rows, place] = torch.eye(PART)
        first.self.value.weight[rows] = 0
        first.self.value.weight[rows, meaning] = torch.eye(PART)
        first.output.dense.weight[around, rows] = torch.randn(PART, PART) / PART**0.5
    rows = slice(0, PART)
    for matrix, size in ((second.self.query.weight, 1.5), (second.self.key.weight, 1.0)):
        matrix[rows] = 0
        matrix[rows, meaning] = size * torch.eye(PART)
    second.self.value.weight[rows, around] += 3 * torch.eye(PART)
    second.output.dense.weight[around, rows] += torch.eye(PART)
