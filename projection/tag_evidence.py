"""The evidence for the tags of a batch of texts; `word_tags.py` says what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from spanferry.projection.tag_chain import Matrix, TagChain, Vector
from spanferry.projection.tag_types import (
    SourceTags,
    Votes,
    dictionary_tags,
    suffix,
    word_class,
    word_type,
)
from spanferry.projection.tag_witness import TagTarget, Witness

#: Votes below which a word's links teach nothing about its type.
SURE = 0.3
#: Greatest weight of a type and of an ending, in votes: a single good link has about 1.
TYPE_WEIGHT, SUFFIX_WEIGHT = 1.0, 0.2
#: Votes of a type at which half of its greatest weight is reached.
TYPE_HALF = 1.0
#: Weight of the source's tags for punctuation, numbers and symbols.
CLASS_WEIGHT = 1.0
#: Weight of what is known without looking at the word, and how much more it weighs for each vote
#: that a word lacks of a whole one.
PRIOR_WEIGHT, DOUBT = 0.02, 0.1
#: What is left of the evidence for a tag outside of the dictionary. Not nothing: where tags are no
#: matter of the word's type (`of` inside a name), links must be able to win.
OUTSIDE = 0.2


class TagEvidence:
    """The votes of a batch and what is learnt of them.

    Args:
        targets: the texts of the batch.
        names: all tags that its witnesses have, in the order of their indexes.

    Attributes:
        chain: the model of neighbours.
    """

    def __init__(self, targets: Sequence[TagTarget], names: Sequence[str]) -> None:
        self._targets = targets
        self._size = len(names)
        self._index = {name: at for at, name in enumerate(names)}
        self._links = [self._votes(target) for target in targets]
        #: the part of a word's votes that teaches types and neighbours
        self._lessons = [_lessons(votes) for votes, _ in self._links]
        witnesses = [witness for target in targets for witness in target.witnesses]
        self._source = SourceTags(
            ((w.words, [self._index[tag] for tag in w.tags]) for w in witnesses), self._size
        )
        self._types, self._suffixes = Votes(self._size), Votes(self._size)
        for target, lessons in zip(targets, self._lessons, strict=True):
            for word, lesson in zip(target.words, lessons, strict=True):
                if lesson.any():
                    self._types.add(word_type(word), lesson)
                    self._suffixes.add(suffix(word), lesson)
        self._prior = self._unlinked(witnesses)
        self.chain = TagChain(self._source_steps(witnesses), self._target_steps())

    def _votes(self, target: TagTarget) -> tuple[Matrix, Matrix]:
        """The votes of the links of each target word, and of those to words of its spelling."""
        votes = np.zeros((len(target.words), self._size))
        same = np.zeros_like(votes)
        for witness in target.witnesses:
            given = np.zeros(len(witness.words))
            for source, _, score in witness.links:
                given[source] += score
            for source, word, score in witness.links:
                if score <= 0:
                    continue
                vote = witness.weight * score * score / given[source]
                tag = self._index[witness.tags[source]]
                votes[word, tag] += vote
                if witness.words[source] == target.words[word]:
                    same[word, tag] += vote
        return votes, same

    def _unlinked(self, witnesses: Sequence[Witness]) -> Vector:
        """The shares of tags among source words without links, most of them function words, and
        a little of all words: what a target word without links may be."""
        counts: Vector = np.full(self._size, 1e-3)
        for witness in witnesses:
            mass = np.zeros(len(witness.words))
            for source, _, score in witness.links:
                mass[source] += score
            for word, tag, linked in zip(witness.words, witness.tags, mass, strict=True):
                if word_class(word) == "word":
                    counts[self._index[tag]] += max(1.0 - linked, 0.1)
        counts /= counts.sum()
        return counts

    def _source_steps(self, witnesses: Sequence[Witness]) -> Matrix:
        steps = np.zeros((self._size + 1, self._size + 1))
        for witness in witnesses:
            path = [self._size, *(self._index[tag] for tag in witness.tags), self._size]
            for one, other in pairwise(path):
                steps[one, other] += 1.0
        return steps

    def _target_steps(self) -> Matrix:
        steps = np.zeros((self._size + 1, self._size + 1))
        for lessons in self._lessons:
            if len(lessons):
                steps[-1, :-1] += lessons[0]
                steps[:-1, -1] += lessons[-1]
                steps[:-1, :-1] += lessons[:-1].T @ lessons[1:]
        return steps

    def evidence(self, place: int) -> Matrix:
        """How much speaks for each tag of each word of a target, shape (words, tags)."""
        votes, same = self._links[place]
        rows = zip(self._targets[place].words, votes, same, self._lessons[place], strict=True)
        found = [self._of_word(*row) for row in rows]
        return np.array(found).reshape(len(found), self._size)

    def _of_word(self, word: str, votes: Vector, same: Vector, lesson: Vector) -> Vector:
        if same.sum() >= max(SURE, votes.sum() / 2):
            found: Vector = same / same.sum()
            return found
        of_type = self._types.of(word_type(word), lesson)
        found = votes + (PRIOR_WEIGHT + DOUBT * max(0.0, 1.0 - votes.sum())) * self._prior
        known = of_type.sum() / (of_type.sum() + TYPE_HALF)
        if known:
            found = found + TYPE_WEIGHT * known * of_type / of_type.sum()
        ending = suffix(word)
        of_suffix = self._suffixes.of(ending, lesson) if ending else np.zeros(self._size)
        if of_suffix.any():
            found = found + SUFFIX_WEIGHT * (1 - known) * of_suffix / of_suffix.sum()
        shares = self._source.shares(word)
        if shares is not None:
            found = found + CLASS_WEIGHT * shares
        allowed = self._source.allowed(word)
        if allowed is not None and (found * allowed).any():
            found = found * allowed
        allowed = dictionary_tags(of_type)
        if allowed is not None:
            found = np.where(allowed, found, OUTSIDE * found)
        found /= found.sum()
        return found


def _lessons(votes: Matrix) -> Matrix:
    """The votes of words with enough of them, at most 1 a word."""
    total = votes.sum(axis=1, keepdims=True)
    lessons: Matrix = np.where(total >= SURE, votes / np.maximum(total, 1.0), 0.0)
    return lessons
