"""Which tag follows which: a bigram model of tags, and the best sequence under it.

The model decides where nothing else does, at words without links and without known types. Its
counts come from the source side, where every word has its tag, and from neighbours in the
translation that are both linked, which have the target's own order (`NOUN ADJ`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

#: Weight of the source's bigrams among those of the translation, as a number of bigrams.
SOURCE_WEIGHT = 20.0
#: Weight of the frequency of single tags among the source's bigrams, likewise.
UNIGRAM_WEIGHT = 5.0
#: Share of all steps that follow no rule, which bounds what the model can say against a link.
FREE = 0.2


class TagChain:
    """Bigrams of tags.

    Args:
        source: counts, shape (tags + 1, tags + 1): `[a, b]` of tag `b` after `a`. The last row
            stands for the beginning of a text, the last column for its end.
        target: the same of the translations, soft counts.
    """

    def __init__(self, source: Matrix, target: Matrix) -> None:
        singles = source.sum(axis=0) + 1e-3
        single = singles / singles.sum()
        known = source + UNIGRAM_WEIGHT * single
        known /= known.sum(axis=1, keepdims=True)
        step = target + SOURCE_WEIGHT * known
        step /= step.sum(axis=1, keepdims=True)
        # divided by the frequency of the tag, which the evidence of a word holds already
        self._steps = ((1 - FREE) * step + FREE * single) / single

    def decode(self, evidence: Matrix) -> tuple[npt.NDArray[np.int64], Vector]:
        """The best sequence of tags, and the probability of each of its tags.

        Args:
            evidence: shape (words, tags), how much speaks for each tag of each word; every row
                has a value above 0, and rows need not sum to 1.

        Returns:
            Indexes of tags by Viterbi's algorithm, and their marginal probabilities by the
            forward-backward algorithm, in (0, 1].
        """
        if not len(evidence):
            return np.zeros(0, np.int64), np.zeros(0)
        path = self._best(evidence)
        return path, self._marginals(evidence)[np.arange(len(path)), path]

    def _best(self, evidence: Matrix) -> npt.NDArray[np.int64]:
        inner = self._steps[:-1, :-1]
        value = self._steps[-1, :-1] * evidence[0]
        back = np.zeros(evidence.shape, np.int64)
        for place in range(1, len(evidence)):
            options = (value / value.max())[:, None] * inner
            back[place] = options.argmax(axis=0)
            value = options.max(axis=0) * evidence[place]
        path = np.zeros(len(evidence), np.int64)
        path[-1] = int((value * self._steps[:-1, -1]).argmax())
        for place in range(len(evidence) - 1, 0, -1):
            path[place - 1] = back[place, path[place]]
        return path

    def _marginals(self, evidence: Matrix) -> Matrix:
        inner = self._steps[:-1, :-1]
        ahead = np.zeros(evidence.shape)
        behind = np.zeros(evidence.shape)
        ahead[0] = self._steps[-1, :-1] * evidence[0]
        behind[-1] = self._steps[:-1, -1]
        for place in range(1, len(evidence)):
            ahead[place - 1] /= ahead[place - 1].sum()
            ahead[place] = (ahead[place - 1] @ inner) * evidence[place]
        for place in range(len(evidence) - 2, -1, -1):
            behind[place] = inner @ (evidence[place + 1] * behind[place + 1])
            behind[place] /= behind[place].sum()
        both: Matrix = ahead * behind
        both /= both.sum(axis=1, keepdims=True)
        return both
