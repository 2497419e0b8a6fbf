"""The vocabulary of a SentencePiece unigram model, read from a `tokenizer.json`: counting only."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

#: What a character outside the vocabulary costs, below the rarest piece (SentencePiece's value).
UNKNOWN_PENALTY = 10.0


class UnigramVocabulary:
    """How many pieces a text has for a model, and which characters the model knows.

    Args:
        path: a `tokenizer.json` of type `Unigram`, with the pieces and their log-probabilities.
    """

    def __init__(self, path: Path) -> None:
        pieces = json.loads(path.read_text("utf-8"))["model"]["vocab"]
        self._scores: dict[str, float] = {
            piece: score for piece, score in pieces if piece not in {"<unk>", "</s>", "<s>"}
        }
        self._longest = max(map(len, self._scores))
        self._unknown = min(self._scores.values()) - UNKNOWN_PENALTY
        self._characters = frozenset(piece for piece in self._scores if len(piece) == 1)
        # most words of a text come again; the cache belongs to the object, not to the class
        self._count_word = lru_cache(maxsize=1 << 16)(self._count)

    def knows(self, character: str) -> bool:
        """Whether the vocabulary has a character as a piece of its own."""
        return character in self._characters

    def count(self, text: str) -> int:
        """Number of pieces of the most probable segmentation, without end marks.

        Pieces do not reach over white space, so words are counted one by one.
        """
        return sum(map(self._count_word, text.split()))

    def _count(self, word: str) -> int:
        """Viterbi over one word; each place knows the best score so far and its pieces."""
        marked = f"▁{word}"
        best = [(0.0, 0)] + [(float("-inf"), 0)] * len(marked)
        for start in range(len(marked)):
            reached, pieces = best[start]
            for end in range(start + 1, min(len(marked), start + self._longest) + 1):
                score = self._scores.get(marked[start:end])
                if score is None:
                    if end > start + 1:
                        continue
                    score = self._unknown
                if reached + score > best[end][0]:
                    best[end] = (reached + score, pieces + 1)
        return best[-1][1]
