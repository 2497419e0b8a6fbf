"""Checkpoints as large as published ones, with random weights: for speed and memory only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.models.vocabulary import train_pieces, write_json

#: Pieces of Helsinki-NLP/opus-mt-en-de and of facebook/nllb-200-*.
OPUS_PIECES, NLLB_PIECES = 58_101, 256_206
#: Pieces of bert-base-multilingual-cased.
MBERT_PIECES = 119_547
LEARNT = 8_000


def opus_sized(folder: Path, corpus: Sequence[str]) -> Path:
    """Marian, 6 + 6 layers, 512 wide, as Helsinki-NLP/opus-mt-en-de (74 million weights)."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    pieces: dict[str, None] = {}
    for name in ("source", "target"):
        found = train_pieces(folder / f"{name}.spm", corpus, LEARNT, hard_vocab_limit=False)
        pieces.update(dict.fromkeys(found[3:]))
    known = ["</s>", "<unk>", *pieces]
    tokens = [*known, *(f"madeup{n}" for n in range(OPUS_PIECES - 1 - len(known))), "<pad>"]
    write_json(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    write_json(
        folder / "tokenizer_config.json",
        {"target_lang": "de", "source_lang": "en", "model_max_length": 512},
    )
    pad = len(tokens) - 1
    config = MarianConfig(
        vocab_size=len(tokens), d_model=512, encoder_layers=6, decoder_layers=6,
        encoder_attention_heads=8, decoder_attention_heads=8, encoder_ffn_dim=2048,
        decoder_ffn_dim=2048, activation_function="swish", scale_embedding=True, pad_token_id=pad,
        eos_token_id=0, bos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0,
        max_position_embeddings=512,
    )  # fmt: skip
    torch.manual_seed(5)
    MarianMTModel(config).save_pretrained(folder)
    return folder


def nllb_sized(folder: Path, corpus: Sequence[str]) -> Path:
    """NLLB, 12 + 12 layers, 1024 wide, as facebook/nllb-200-distilled-600M."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    from tests.models.families import build_nllb

    build_nllb(folder)  # its tokenizer; the vocabulary is filled up by the weights
    config = M2M100Config(
        vocab_size=NLLB_PIECES, d_model=1024, encoder_layers=12, decoder_layers=12,
        encoder_attention_heads=16, decoder_attention_heads=16, encoder_ffn_dim=4096,
        decoder_ffn_dim=4096, activation_function="relu", pad_token_id=1, bos_token_id=0,
        eos_token_id=2, decoder_start_token_id=2, max_position_embeddings=1024,
    )  # fmt: skip
    torch.manual_seed(5)
    M2M100ForConditionalGeneration(config).to(torch.bfloat16).save_pretrained(folder)
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "NllbTokenizer", "source_lang": "en", "target_lang": "pt"},
    )
    return folder


def mbert_sized(folder: Path, corpus: Sequence[str]) -> Path:
    """BERT, 12 layers, 768 wide, 119,547 pieces, as bert-base-multilingual-cased."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    made = BertWordPieceTokenizer(lowercase=False)
    made.train_from_iterator(corpus, vocab_size=LEARNT, show_progress=False)
    made.save_model(str(folder))
    BertTokenizerFast(
        vocab=str(folder / "vocab.txt"), do_lower_case=False, model_max_length=512
    ).save_pretrained(folder)
    torch.manual_seed(5)
    model = BertForMaskedLM(BertConfig(vocab_size=MBERT_PIECES))
    model.save_pretrained(folder)
    # what the program awesome-align loads
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder
