"""Small random checkpoints, one for each family of translation models, with the Hub's files.

Weights are random (seeded), so translations are nonsense, but each source has its own. The files
are those of the repositories named in the docstrings; `save_pretrained` of a newer transformers
would write others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.models.backends import bpe, unigram
from tests.models.vocabulary import sentences, train_pieces, update_json, write_json

#: Sizes of all models but T5's, which has names of its own.
SIZES: dict[str, Any] = {
    "d_model": 48,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 96,
    "decoder_ffn_dim": 96,
    "scale_embedding": True,
    "dropout": 0.0,
}
MARIAN_TARGETS = (">>por<<", ">>pob<<", ">>spa<<", ">>gle<<", ">>glg<<", ">>deu<<")
MADLAD_TARGETS = ("<2en>", "<2pt>", "<2es>", "<2de>", "<2gl>", "<2ga>", "<2sw>", "<2zh>", "<2ar>")


def build_marian(folder: Path) -> Path:
    """As Helsinki-NLP/opus-mt-en-de: two sentencepiece models, one vocabulary for both."""
    return _marian(folder, target="de", codes=())


def build_marian_multi(folder: Path) -> Path:
    """As Helsinki-NLP/opus-mt-en-ROMANCE: a first token `>>por<<` names the target language."""
    return _marian(folder, target="roa", codes=MARIAN_TARGETS)


def build_nllb(folder: Path, *, only_tokenizer_json: bool = False) -> Path:
    """As facebook/nllb-200-distilled-600M, with all its 202 language codes."""
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

    folder.mkdir(parents=True, exist_ok=True)
    english, other = sentences()
    path = folder / "sentencepiece.bpe.model"
    pieces = train_pieces(path, [*english, *other], 500, model_type="bpe")
    codes = [str(code) for code in FAIRSEQ_LANGUAGE_CODES]
    names = {
        "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>",
        "sep_token": "</s>", "unk_token": "<unk>",
    }  # fmt: skip
    mask = {
        "__type": "AddedToken", "content": "<mask>", "lstrip": True, "normalized": True,
        "rstrip": False, "single_word": False,
    }  # fmt: skip
    write_json(
        folder / "tokenizer_config.json",
        {**names, "mask_token": mask, "model_max_length": 1024, "sp_model_kwargs": {},
         "src_lang": None, "tgt_lang": None, "tokenizer_class": "NllbTokenizer",
         "tokenizer_file": None, "special_tokens_map_file": None},
    )  # fmt: skip
    write_json(
        folder / "special_tokens_map.json",
        {"additional_special_tokens": codes, **names,
         "mask_token": {key: value for key, value in mask.items() if key != "__type"}},
    )  # fmt: skip
    tokenizer = bpe(path, ["<s>", "<pad>", "</s>", "<unk>"], [*codes, "<mask>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    if only_tokenizer_json:
        path.unlink()
    # one piece fewer than in sentencepiece plus <pad>, the codes, <mask>, two made-up words
    size = len(pieces) + 1 + len(codes) + 1 + 2
    return _m2m(folder, size, tokenizer_class="NllbTokenizer")


def build_m2m100(folder: Path) -> Path:
    """As facebook/m2m100_418M: language tokens `__en__` behind the vocabulary file."""
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

    folder.mkdir(parents=True, exist_ok=True)
    english, other = sentences()
    pieces = train_pieces(
        folder / "sentencepiece.bpe.model", [*english, *other], 500, model_type="bpe"
    )
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *pieces[3:]]
    write_json(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    codes = [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    names = {
        "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "unk_token": "<unk>",
        "pad_token": "<pad>",
    }  # fmt: skip
    write_json(
        folder / "tokenizer_config.json",
        {**names, "src_lang": None, "tgt_lang": None, "additional_special_tokens": codes,
         "model_max_length": 1024, "tokenizer_file": None, "num_madeup_words": 8,
         "language_codes": "m2m100", "tokenizer_class": "M2M100Tokenizer"},
    )  # fmt: skip
    write_json(folder / "special_tokens_map.json", {**names, "additional_special_tokens": codes})
    return _m2m(folder, len(tokens) + len(codes) + 8)


def build_mbart50(
    folder: Path, *, tokenizer_json: bool = False, old_configuration: bool = True
) -> Path:
    """As facebook/mbart-large-50-many-to-many-mmt: codes such as `en_XX`.

    Args:
        tokenizer_json: also write the tokenizer.json that the repository does not have; without
            it transformers needs protobuf to read the vocabulary.
        old_configuration: with the keys of config.json that transformers 5 no longer writes
            (`normalize_before` and others), which a model trained with it has not.
    """
    from transformers import MBartConfig, MBartForConditionalGeneration
    from transformers.models.mbart50.tokenization_mbart50 import FAIRSEQ_LANGUAGE_CODES

    folder.mkdir(parents=True, exist_ok=True)
    english, other = sentences()
    path = folder / "sentencepiece.bpe.model"
    pieces = train_pieces(path, [*english, *other], 500, model_type="unigram")
    codes = list(FAIRSEQ_LANGUAGE_CODES)
    if tokenizer_json:
        starts = ["<s>", "<pad>", "</s>", "<unk>"]
        tokenizer = unigram(path, starts, [*codes, "<mask>"], unknown=3, fallback=False)
        tokenizer.save(str(folder / "tokenizer.json"))
    names: dict[str, Any] = {
        "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>",
        "pad_token": "<pad>", "bos_token": "<s>",
        "mask_token": {"content": "<mask>", "lstrip": True, "normalized": True, "rstrip": False,
                       "single_word": False},
    }  # fmt: skip
    write_json(
        folder / "tokenizer_config.json",
        {**names, "mask_token": {**names["mask_token"], "__type": "AddedToken"},
         "src_lang": None, "tgt_lang": None, "additional_special_tokens": codes,
         "model_max_length": 1024, "language_codes": "ML50",
         "tokenizer_class": "MBart50Tokenizer"},
    )  # fmt: skip
    write_json(folder / "special_tokens_map.json", {**names, "additional_special_tokens": codes})
    config = MBartConfig(
        vocab_size=len(pieces) + 1 + len(codes) + 1, max_position_embeddings=256,
        activation_function="relu", pad_token_id=1, bos_token_id=0, eos_token_id=2,
        decoder_start_token_id=2, **SIZES,
    )  # fmt: skip
    old = {
        "normalize_before": True, "normalize_embedding": True, "add_final_layer_norm": True,
        "add_bias_logits": False, "static_position_embeddings": False,
        "tokenizer_class": "MBart50Tokenizer",
    }  # fmt: skip
    return _save(
        folder, MBartForConditionalGeneration(config),
        {"decoder_start_token_id": 2, "forced_eos_token_id": 2, "max_length": 200, "num_beams": 5,
         "early_stopping": True},
        old if old_configuration else {},
    )  # fmt: skip


def build_t5(folder: Path, *, only_tokenizer_json: bool = False) -> Path:
    """As t5-small: task prefixes in its configuration, `translate English to German: `."""
    folder.mkdir(parents=True, exist_ok=True)
    english, other = sentences()
    path = folder / "spiece.model"
    extra = [f"<extra_id_{number}>" for number in range(100)]
    pieces = train_pieces(
        path, [*english, *other, *["translate English to German:"] * 50], 500,
        model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
    )  # fmt: skip
    names = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    write_json(
        folder / "tokenizer_config.json",
        {**names, "extra_ids": 100, "additional_special_tokens": extra, "model_max_length": 512,
         "tokenizer_class": "T5Tokenizer"},
    )  # fmt: skip
    tokenizer = unigram(path, ["<pad>", "</s>", "<unk>"], extra[::-1], unknown=2, fallback=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    if only_tokenizer_json:
        path.unlink()
    tasks = {
        f"translation_en_to_{code}": {
            "early_stopping": True, "max_length": 300, "num_beams": 4,
            "prefix": f"translate English to {name}: ",
        }
        for code, name in (("de", "German"), ("fr", "French"), ("ro", "Romanian"))
    }  # fmt: skip
    size = -(-(len(pieces) + len(extra)) // 128) * 128
    return _t5(
        folder, len(pieces) + len(extra), size, feed_forward_proj="relu", pad_token_id=0,
        eos_token_id=1,
        more={"task_specific_params": tasks, "n_positions": 512, "output_past": True},
    )  # fmt: skip


def build_madlad(folder: Path, *, only_tokenizer_json: bool = False) -> Path:
    """As google/madlad400-3b-mt: target tokens `<2pt>`, bytes for unknown characters."""
    folder.mkdir(parents=True, exist_ok=True)
    english, other = sentences()
    path = folder / "spiece.model"
    pieces = train_pieces(
        path, [*english, *other], 800, model_type="unigram", byte_fallback=True, unk_id=0,
        bos_id=1, eos_id=2, user_defined_symbols=list(MADLAD_TARGETS),
    )  # fmt: skip
    names = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<s>"}
    write_json(
        folder / "tokenizer_config.json",
        {**names, "extra_ids": 0, "additional_special_tokens": [], "legacy": False,
         "model_max_length": 1000000000000000019884624838656, "sp_model_kwargs": {},
         "tokenizer_class": "T5Tokenizer"},
    )  # fmt: skip
    write_json(folder / "special_tokens_map.json", {**names, "additional_special_tokens": []})
    tokenizer = unigram(path, ["<unk>", "<s>", "</s>"], [], unknown=0, fallback=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    if only_tokenizer_json:
        path.unlink()
    return _t5(
        folder, len(pieces), len(pieces), feed_forward_proj="gated-gelu", pad_token_id=1,
        eos_token_id=2, tie_word_embeddings=False, more={"n_positions": 512},
    )  # fmt: skip


#: The builder of each family.
FAMILIES: dict[str, Callable[[Path], Path]] = {
    "marian": build_marian,
    "marian_multi": build_marian_multi,
    "nllb": build_nllb,
    "m2m100": build_m2m100,
    "mbart50": build_mbart50,
    "t5": build_t5,
    "madlad": build_madlad,
}


def _marian(folder: Path, *, target: str, codes: Sequence[str]) -> Path:
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    pieces: dict[str, None] = {}
    for name, texts in zip(("source", "target"), sentences(), strict=True):
        pieces.update(dict.fromkeys(train_pieces(folder / f"{name}.spm", texts, 400)[3:]))
    tokens = ["</s>", "<unk>", *pieces, *codes, "<pad>"]
    write_json(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    write_json(
        folder / "tokenizer_config.json",
        {"target_lang": target, "source_lang": "en", "model_max_length": 512},
    )
    pad = len(tokens) - 1
    config = MarianConfig(
        vocab_size=len(tokens), activation_function="swish", pad_token_id=pad, eos_token_id=0,
        bos_token_id=0, decoder_start_token_id=pad, max_position_embeddings=512, **SIZES,
    )  # fmt: skip
    return _save(
        folder, MarianMTModel(config),
        {"decoder_start_token_id": pad, "bad_words_ids": [[pad]], "forced_eos_token_id": 0,
         "max_length": 512, "num_beams": 4},
        {"normalize_before": False, "normalize_embedding": False, "add_final_layer_norm": False,
         "add_bias_logits": False, "static_position_embeddings": True},
    )  # fmt: skip


def _m2m(folder: Path, size: int, **more: Any) -> Path:
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    config = M2M100Config(
        vocab_size=size, activation_function="relu", pad_token_id=1, bos_token_id=0,
        eos_token_id=2, decoder_start_token_id=2, max_position_embeddings=1024, **SIZES,
    )  # fmt: skip
    return _save(
        folder, M2M100ForConditionalGeneration(config),
        {"decoder_start_token_id": 2, "max_length": 200, "num_beams": 5, "early_stopping": True},
        more,
    )  # fmt: skip


def _t5(folder: Path, tokens: int, size: int, *, more: dict[str, Any], **options: Any) -> Path:
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=size, d_model=48, d_kv=12, d_ff=96, num_layers=2, num_heads=4,
        decoder_start_token_id=0, dropout_rate=0.0, **options,
    )  # fmt: skip
    return _save(
        folder, T5ForConditionalGeneration(config), {"decoder_start_token_id": 0}, more, tokens
    )


def _save(
    folder: Path,
    model: Any,
    generation: dict[str, Any],
    configuration: dict[str, Any],
    tokens: int | None = None,
) -> Path:
    """Draw the weights and write them, generation_config.json and config.json.

    `configuration` has what the Hub's config.json says beyond what this transformers writes.
    """
    import torch
    from transformers import GenerationConfig

    drawn = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() != 2 or "embed_positions" in name:
                continue
            # Layers weigh more than at the start of a training, and more than embeddings: the
            # output then depends on the source, and is not the last word again and again.
            embedding = weight.shape[0] == model.config.vocab_size and "lm_head" not in name
            spread = 0.4 if embedding else 2.0
            weight.normal_(0.0, spread * weight.shape[1] ** -0.5, generator=drawn)
        # Marian's decoder starts from a vector of zeros
        model.get_input_embeddings().weight[model.config.pad_token_id] = 0.0
        # rows that no token has are never generated
        model.get_output_embeddings().weight[tokens or model.config.vocab_size :] = 0.0
    config = model.config
    model.generation_config = GenerationConfig(
        pad_token_id=config.pad_token_id, eos_token_id=config.eos_token_id, **generation
    )
    model.save_pretrained(folder)
    update_json(folder / "config.json", configuration)
    return folder
