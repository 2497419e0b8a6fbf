"""The files of a Marian checkpoint for given sentence pairs, and sentences as its tokens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.models.language import Pair, Word
from tests.models.vocabulary import train_pieces, update_json, write_json

#: Pieces that are never cut, so that markers in a text are one token each.
MARKERS = ["<a>", "</a>", "<b>", "</b>", "[", "]", "(", ")", '"', "https://"]
#: At most so many for either language; there are about 500 each.
PIECES = 1000


@dataclass(frozen=True, slots=True)
class Encoded:
    """A pair as token ids, both with `</s>`, and the places of the linked sub-words.

    `rows[n]` is a token of the target (the step that produces it) and `columns[n]` a token of the
    source that it is linked with.
    """

    source: list[int]
    target: list[int]
    rows: list[int]
    columns: list[int]


class MarianFiles:
    """The tokenizer files in a folder, read with sentencepiece."""

    def __init__(self, folder: Path) -> None:
        import sentencepiece

        self.folder = folder
        self.source, self.target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.spm"))
            for name in ("source", "target")
        )
        self.ids: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))
        self.tokens = {number: token for token, number in self.ids.items()}
        self.pad = self.ids["<pad>"]

    @classmethod
    def write(cls, folder: Path, pairs: Sequence[Pair]) -> MarianFiles:
        """Train the vocabulary on pairs and write all files but the model's."""
        folder.mkdir(parents=True, exist_ok=True)
        pieces: dict[str, None] = {}
        for name in ("source", "target"):
            texts = [getattr(pair, name) for pair in pairs[:6000]]
            found = train_pieces(
                folder / f"{name}.spm", texts, PIECES, model_type="unigram", split_digits=True,
                hard_vocab_limit=False, user_defined_symbols=MARKERS,
            )  # fmt: skip
            pieces.update(dict.fromkeys(found[3:]))
        tokens = ["</s>", "<unk>", *pieces, "<pad>"]
        write_json(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
        write_json(
            folder / "tokenizer_config.json",
            {"source_lang": "en", "target_lang": "xx", "model_max_length": 512},
        )
        return cls(folder)

    def model(self) -> Any:
        """A model for this vocabulary, with weights at their start."""
        import torch
        from transformers import GenerationConfig, MarianConfig, MarianMTModel

        config = MarianConfig(
            vocab_size=len(self.ids), d_model=128, encoder_layers=2, decoder_layers=2,
            encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=256,
            decoder_ffn_dim=256, activation_function="swish", scale_embedding=True,
            max_position_embeddings=256, pad_token_id=self.pad, eos_token_id=0, bos_token_id=0,
            decoder_start_token_id=self.pad, dropout=0.0, attn_implementation="eager",
        )  # fmt: skip
        model = MarianMTModel(config)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if weight.dim() == 2 and "embed_positions" not in name:
                    if weight.shape[0] == len(self.ids):
                        weight.normal_(0.0, weight.shape[1] ** -0.5)
                    else:
                        torch.nn.init.xavier_uniform_(weight)
            model.get_input_embeddings().weight[self.pad] = 0.0
        model.generation_config = GenerationConfig(
            pad_token_id=self.pad, eos_token_id=0, decoder_start_token_id=self.pad,
            bad_words_ids=[[self.pad]], max_length=256, num_beams=4,
        )  # fmt: skip
        return model

    def save(self, model: Any) -> None:
        """Write the weights and the configuration."""
        model.save_pretrained(self.folder)
        update_json(
            self.folder / "config.json",
            {"normalize_before": False, "normalize_embedding": False, "add_bias_logits": False,
             "add_final_layer_norm": False, "static_position_embeddings": True},
        )  # fmt: skip

    def encode(self, pair: Pair) -> Encoded:
        source, at_source = self.pieces(self.source, pair.source, pair.source_words)
        target, at_target = self.pieces(self.target, pair.target, pair.target_words)
        linked: dict[int, list[int]] = {}
        for i, j in pair.links:
            linked.setdefault(j, []).append(i)
        places: dict[int, list[int]] = {}
        for place, words in enumerate(at_source):
            for word in words:
                places.setdefault(word, []).append(place)
        links = {
            (row, column)
            for row, words in enumerate(at_target)
            for word in words
            for other in linked.get(word, ())
            for column in places.get(other, ())
        }
        links.add((len(target), len(source)))  # the ends of both
        rows, columns = zip(*sorted(links), strict=True)
        return Encoded([*source, 0], [*target, 0], list(rows), list(columns))

    def decode(self, ids: Sequence[int]) -> str:
        tokens = [self.tokens[number] for number in ids if number not in (0, self.pad)]
        return str(self.target.decode_pieces(tokens))

    def pieces(
        self, model: Any, text: str, words: Sequence[Word]
    ) -> tuple[list[int], list[list[int]]]:
        """Ids of a text's pieces and the words that each touches; a lone blank, those after it.

        Pieces put together are the text with a blank before it, each blank being `▁`.
        """
        ids: list[int] = []
        touched: list[list[int]] = []
        start = -1
        for piece in model.encode(text, out_type=str):
            ids.append(self.ids.get(piece, 1))
            end = start + len(piece)
            reach = end + 1 if piece == "▁" else end
            touched.append(
                [n for n, word in enumerate(words) if word.start < reach and start < word.end]
            )
            start = end
        assert start == len(text), f"pieces do not make up {text!r}"
        return ids, touched
