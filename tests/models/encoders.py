"""Small random encoders of real architectures, with tokenizers trained on text of two languages."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.models.vocabulary import LETTERS, sentences

#: Sizes of all of them.
SIZES: dict[str, Any] = {
    "hidden_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 96,
}
#: Pieces: enough that most words are one or two.
VOCABULARY = 900


@cache
def corpus() -> tuple[str, ...]:
    """What the tokenizers are trained on."""
    english, other = sentences()
    return (*english, *other, " ".join(LETTERS))


def build_bert(folder: Path, *, positions: int = 512, seed: int = 1) -> Path:
    """As bert-base-multilingual-cased: WordPiece, [CLS] and [SEP]."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import BertConfig, BertModel, BertTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    _frame(tokenizer, "[CLS]", "[SEP]")
    fast = BertTokenizerFast(
        tokenizer_object=tokenizer, do_lower_case=False, model_max_length=positions
    )
    config = BertConfig(vocab_size=len(fast), max_position_embeddings=positions, **SIZES)
    return _save(folder, BertModel, config, fast, seed)


def build_xlmr(folder: Path, *, positions: int = 512, seed: int = 2) -> Path:
    """As xlm-roberta-base: unigram pieces that begin with a blank, <s> and </s>."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    _frame(tokenizer, "<s>", "</s>")
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>",
        model_max_length=positions,
    )  # fmt: skip
    config = XLMRobertaConfig(
        vocab_size=len(fast), max_position_embeddings=positions + 2, pad_token_id=1,
        bos_token_id=0, eos_token_id=2, type_vocab_size=1, **SIZES,
    )  # fmt: skip
    return _save(folder, XLMRobertaModel, config, fast, seed)


def build_gemma(folder: Path, *, positions: int = 512, seed: int = 3) -> Path:
    """As google/gemma-3-270m: a decoder with byte-pair pieces; its tokenizer adds <bos> only."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import Gemma3TextConfig, Gemma3TextModel, PreTrainedTokenizerFast

    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    _frame(tokenizer, "<bos>", None)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", unk_token="<unk>",
        pad_token="<pad>", padding_side="left",
    )  # fmt: skip
    config = Gemma3TextConfig(
        vocab_size=len(fast), max_position_embeddings=positions, num_key_value_heads=1,
        head_dim=16, sliding_window=16, sliding_window_pattern=2, pad_token_id=0,
        eos_token_id=1, bos_token_id=2, **SIZES,
    )  # fmt: skip
    return _save(folder, Gemma3TextModel, config, fast, seed)


FAMILIES: dict[str, Callable[..., Path]] = {
    "bert": build_bert,
    "xlmr": build_xlmr,
    "gemma": build_gemma,
}


_home = tempfile.TemporaryDirectory(prefix="encoders-")


@cache
def encoder(family: str) -> Path:
    """A family's checkpoint, built once a process; leave it as it is."""
    return FAMILIES[family](Path(_home.name) / family)


def word_pairs(count: int) -> list[tuple[list[str], list[str]]]:
    """The words of sentences of the two languages."""
    english, other = sentences()
    return [(a.split(), b.split()) for a, b in zip(english[:count], other[:count], strict=True)]


def _frame(tokenizer: Any, first: str, last: str | None) -> None:
    """Put special tokens around every text."""
    from tokenizers import processors

    names: Sequence[str] = [first, *([last] if last else [])]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=" ".join([first, "$A", *([last] if last else [])]),
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in names],
    )


def _save(folder: Path, model: Any, config: Any, tokenizer: Any, seed: int) -> Path:
    """A model of random weights, three times as large as usual: context must count."""
    import torch

    state = torch.get_rng_state()
    torch.manual_seed(seed)
    config.initializer_range = 0.06
    model(config).save_pretrained(folder)
    torch.set_rng_state(state)
    tokenizer.save_pretrained(folder)
    return folder
