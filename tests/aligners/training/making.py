"""Small encoders with random weights and a vocabulary of their own text, and pairs to tune them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from spanferry.aligners.base import WordPair
from spanferry.aligners.evaluate import Gold
from tests.models.language import Pair, split


def word_pair(pair: Pair) -> WordPair:
    """The words of a pair of the artificial language."""
    return WordPair(
        [word.text for word in pair.source_words], [word.text for word in pair.target_words]
    )


@cache
def lessons(training: int, held_out: int) -> tuple[list[WordPair], list[Gold]]:
    """Pairs of the artificial language to train with, and others with their links."""
    train, held = split(training, held_out)
    gold: list[Gold] = [(word_pair(pair), frozenset(pair.links), frozenset()) for pair in held]
    return [word_pair(pair) for pair in train], gold


def sentences(pairs: Iterable[WordPair]) -> list[str]:
    return [" ".join(side) for pair in pairs for side in (pair.source, pair.target)]


def make_bert(
    folder: Path,
    texts: Sequence[str],
    *,
    vocabulary: int = 800,
    seed: int = 0,
    flat_positions: bool = False,
    **config: Any,
) -> Path:
    """Write a BERT with random weights and a WordPiece vocabulary that is trained on texts.

    Args:
        flat_positions: let the vectors of positions begin at zero. Random ones are as loud as
            those of words, and then each word is most like the one at its own position.
    """
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    pieces = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
    pieces.train_from_iterator(
        texts, vocab_size=vocabulary, min_frequency=1, show_progress=False, limit_alphabet=1000
    )
    tokenizer = BertTokenizerFast(tokenizer_object=pieces._tokenizer, do_lower_case=False)
    tokenizer.save_pretrained(folder)
    sizes = {
        "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2,
        "intermediate_size": 128, "max_position_embeddings": 128,
    }  # fmt: skip
    torch.manual_seed(seed)
    model = BertForMaskedLM(
        BertConfig(vocab_size=len(tokenizer), pad_token_id=0, **{**sizes, **config})
    )
    if flat_positions:
        torch.nn.init.zeros_(model.bert.embeddings.position_embeddings.weight)
    model.save_pretrained(folder)
    return folder


def make_xlmr(folder: Path, texts: Sequence[str], *, vocabulary: int = 800, seed: int = 0) -> Path:
    """Write an XLM-RoBERTa with random weights and a Unigram vocabulary trained on texts."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForMaskedLM

    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces = Tokenizer(models.Unigram())
    pieces.pre_tokenizer = pre_tokenizers.Metaspace()
    pieces.decoder = decoders.Metaspace()
    pieces.train_from_iterator(
        texts,
        trainers.UnigramTrainer(
            vocab_size=vocabulary, special_tokens=specials, unk_token="<unk>", show_progress=False
        ),
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pieces, bos_token="<s>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    model = XLMRobertaForMaskedLM(
        XLMRobertaConfig(
            vocab_size=len(tokenizer), hidden_size=64, num_hidden_layers=3, num_attention_heads=2,
            intermediate_size=128, max_position_embeddings=130, type_vocab_size=1, pad_token_id=1,
            bos_token_id=0, eos_token_id=2,
        )
    )  # fmt: skip
    model.save_pretrained(folder)
    return folder
