"""What a checkpoint's tokenizer makes of words and of pairs of sentences."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from spanferry.aligners.supervised.marking import Encoded, Layout
from spanferry.data.errors import ConfigError

#: Sub-words of the two sentences that a row must have room for at least.
_LEAST_ROOM = 16
#: Lengths from here on mean "no limit is known".
_NO_LIMIT = 1_000_000


class SubWords:
    """Tokenises words one by one, each distinct one once a call; safe to use from threads.

    Args:
        tokenizer: of `transformers`.
        name: what the user calls the checkpoint, for errors.
    """

    def __init__(self, tokenizer: Any, name: str) -> None:
        self.tokenizer = tokenizer
        self.name = name
        self._lock = threading.Lock()
        # tokenizers that keep blanks (Gemma, GPT-2) take a word without one before it for the end
        # of the last word
        self._blank = "" if self._parts_words() else " "
        self._empty = self._filler()

    def encode(self, sentences: Sequence[Sequence[str]], longest: int) -> list[Encoded]:
        """Sentences as ids. A word that the tokenizer makes nothing of becomes the unknown token.

        Args:
            longest: sub-words of a word at most; the rest is cut.
        """
        words = list({word for sentence in sentences for word in sentence})
        known: dict[str, list[int]] = {}
        if words:
            for word, found in zip(words, self._ids(words), strict=True):
                known[word] = (found or [self._empty])[:longest]
        return [_encoded([known[word] for word in sentence]) for sentence in sentences]

    def layout(self, model_limit: int | None, window: int, overlap: int, marker: str) -> Layout:
        """What stands around the sentences.

        Args:
            model_limit: ids that the model can read, None if any number.
            window, overlap, marker: see `SupervisedSettings`.

        Raises:
            ConfigError: the tokenizer does not know the marker, or the window is too small.
        """
        before, between, after, types = self._template()
        found = self.marker_ids(marker)
        if not found or self.tokenizer.unk_token_id in found:
            raise ConfigError(
                f"align.marker: the tokenizer of {self.name!r} has no token for {marker!r}; name "
                "the marker that the checkpoint was trained with"
            )
        null = self.tokenizer.cls_token_id
        limits = [window, model_limit or window]
        if (self.tokenizer.model_max_length or 0) < _NO_LIMIT:
            limits.append(self.tokenizer.model_max_length or window)
        layout = Layout(
            before=np.array(before, dtype=np.int64),
            between=np.array(between, dtype=np.int64),
            after=np.array(after, dtype=np.int64),
            types=types,
            marker=np.array(found, dtype=np.int64),
            null=before.index(null) if null in before else 0,
            pad=self.tokenizer.pad_token_id or 0,
            limit=min(limits),
            overlap=overlap,
        )
        if layout.limit - layout.extra < _LEAST_ROOM:
            raise ConfigError(
                f"align.window: {layout.limit} sub-words hold {layout.extra} special ones of "
                f"{self.name!r}, which leaves no room for two sentences; give at least "
                f"{layout.extra + _LEAST_ROOM}"
            )
        return layout

    def marker_ids(self, marker: str) -> list[int]:
        """The ids of a marker; an added token is found with or without the blanks in its name."""
        added = self.tokenizer.get_added_vocab()
        for token, number in added.items():
            if token.strip() == marker.strip():
                return [int(number)]
        with self._lock:
            found = self.tokenizer([self._blank + marker], add_special_tokens=False)["input_ids"]
        return [int(number) for number in found[0]]

    def _ids(self, words: Sequence[str]) -> list[list[int]]:
        with self._lock:
            # a word such as "</s>" is a text of its letters, not the end of the sentence
            found = self.tokenizer(
                [self._blank + word for word in words],
                add_special_tokens=False,
                split_special_tokens=True,
                verbose=False,
            )["input_ids"]
        return [list(ids) for ids in found]

    def _parts_words(self) -> bool:
        """Whether two words, tokenised one by one, are still two words."""
        two = self.tokenizer(["he", "he"], add_special_tokens=False)["input_ids"]
        text = self.tokenizer.decode([*two[0], *two[1]], clean_up_tokenization_spaces=False)
        return " " in text.strip()

    def _filler(self) -> int:
        for number in (
            self.tokenizer.unk_token_id,
            self.tokenizer.mask_token_id,
            self.tokenizer.eos_token_id,
        ):
            if number is not None:
                return int(number)
        return 0

    def _template(
        self,
    ) -> tuple[list[int], list[int], list[int], tuple[int, int, int, int, int] | None]:
        """Special tokens before, between and behind two sentences, and the types of all parts."""
        tokenizer = self.tokenizer
        if not tokenizer.is_fast:
            raise ConfigError(
                f"align.model: the tokenizer of {self.name!r} ({type(tokenizer).__name__}) has no "
                "fast version (tokenizer.json), which supervised aligners need"
            )
        pair = tokenizer("he", "he", return_token_type_ids=True)
        ids, sides = list(pair["input_ids"]), pair.sequence_ids(0)
        kinds = list(pair["token_type_ids"])
        first, second = sides.index(0), sides.index(1)
        end = len(sides) - sides[::-1].index(0)
        last = len(sides) - sides[::-1].index(1)
        before, between, after = ids[:first], ids[end:second], ids[last:]
        stop = next(
            (n for n in (tokenizer.sep_token_id, tokenizer.eos_token_id) if n is not None), None
        )
        start = next(
            (n for n in (tokenizer.cls_token_id, tokenizer.bos_token_id, stop) if n is not None),
            None,
        )
        if (not before and start is None) or (not between and stop is None):
            raise ConfigError(
                f"align.model: the tokenizer of {self.name!r} has no special token to begin a text "
                "or to part two texts with"
            )
        types = None
        if "token_type_ids" in tokenizer.model_input_names:
            types = (
                kinds[0], kinds[first], kinds[end] if between else kinds[first], kinds[second],
                kinds[-1],
            )  # fmt: skip
        return before or [int(start or 0)], between or [int(stop or 0)], after, types


def _encoded(words: Sequence[Sequence[int]]) -> Encoded:
    starts = [0]
    for ids in words:
        starts.append(starts[-1] + len(ids))
    flat = [number for ids in words for number in ids]
    return Encoded(np.array(flat, dtype=np.int64), starts)
