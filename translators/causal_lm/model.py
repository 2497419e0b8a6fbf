"""A decoder-only language model with its tokenizer, and what is known of both."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

#: Tokens of a forward pass. On CPU larger ones are no faster; a GPU wants them.
BATCH_TOKENS = {"cpu": 768, "cuda": 4096}
#: Bytes that the predictions of a pass may take, in float32: a vocabulary of 262,144 takes one
#: megabyte a position.
PREDICTION_BYTES = {"cpu": 256 << 20, "cuda": 2048 << 20}
#: Positions of a model whose configuration does not tell.
POSITIONS = 2048
#: What configurations call the tokens that some layers see back to.
_WINDOWS = ("sliding_window", "attention_chunk_size")


class LanguageModel:
    """A model, ready to use; one forward pass at a time.

    Args:
        model: of `AutoModelForCausalLM`, in evaluation mode on its device.
        tokenizer: fast, of the same folder.
        lock: held during a pass or a search.
    """

    def __init__(self, model: Any, tokenizer: Any, device: Any) -> None:
        self.model, self.tokenizer, self.device = model, tokenizer, device
        self.lock = threading.RLock()
        config = model.config.get_text_config()
        self.positions = int(getattr(config, "max_position_embeddings", None) or POSITIONS)
        self.vocabulary = int(model.get_output_embeddings().weight.shape[0])
        windows = (
            getattr(config, name, None) for name in ("sliding_window", "attention_chunk_size")
        )
        #: texts that are no longer see all of themselves in every layer
        self.window = min([self.positions, *(int(size) for size in windows if size)])
        #: whether trees give the scores of single texts; found by `check.check`
        self.trees = False
        #: tokens and predictions of a pass; made smaller where memory runs out
        self.batch_tokens = BATCH_TOKENS[self.kind]
        self.most_predictions = max(1, PREDICTION_BYTES[self.kind] // (4 * self.vocabulary))

    @property
    def kind(self) -> str:
        """`cpu` or `cuda`."""
        return "cpu" if self.device.type == "cpu" else "cuda"

    def shrink(self) -> None:
        """Make later passes half as large, as memory ran out."""
        self.batch_tokens = max(1, self.batch_tokens // 2)
        self.most_predictions = max(1, self.most_predictions // 2)
        logging.getLogger("spanferry").warning(
            "translate: memory ran out; goes on with passes of %d tokens "
            "(translate.batch_tokens)", self.batch_tokens,
        )  # fmt: skip

    def encode(self, texts: Sequence[str], *, special: bool) -> list[tuple[list[int], list[int]]]:
        """The tokens of texts, and where each ends, in characters.

        Args:
            special: whether the token that begins a text is in the texts already.
        """
        if not texts:
            return []
        found = self.tokenizer(
            list(texts), add_special_tokens=False, return_offsets_mapping=True,
            return_attention_mask=False,
        )  # fmt: skip
        begin = [] if special else self.begin
        return [
            ([*begin, *tokens], [*[0] * len(begin), *(end for _, end in offsets)])
            for tokens, offsets in zip(found["input_ids"], found["offset_mapping"], strict=True)
        ]

    @cached_property
    def begin(self) -> list[int]:
        """The special tokens before a text: what the tokenizer sets there, or else the token that
        begins a text, where the model has one."""
        tokens = list(self.tokenizer("a").input_ids)
        bare = list(self.tokenizer("a", add_special_tokens=False).input_ids)
        before = tokens[: len(tokens) - len(bare)] if tokens[-len(bare) :] == bare else []
        if before:
            return before
        begin = self.tokenizer.bos_token_id
        return [] if begin is None else [int(begin)]

    @cached_property
    def ends(self) -> list[int]:
        """The tokens that end a text or a turn, as the checkpoint says."""
        known: set[int] = set()
        for config in (getattr(self.model, "generation_config", None), self.model.config):
            given = getattr(config, "eos_token_id", None)
            known.update([given] if isinstance(given, int) else given or [])
        if self.tokenizer.eos_token_id is not None:
            known.add(int(self.tokenizer.eos_token_id))
        return sorted(known)

    @cached_property
    def line_ends(self) -> list[int]:
        """The tokens with a line break in them."""
        marked = [
            number
            for piece, number in self.tokenizer.get_vocab().items()
            if any(sign in piece for sign in ("\n", "Ċ", "<0x0A>"))
        ]
        return sorted(number for number in marked if "\n" in self.tokenizer.decode([number]))
