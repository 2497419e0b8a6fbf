"""The statistical tagger, which forgets too little, so that texts are kept from its memory.

At a word whose set of possible tags it never saw in training, `apertium-tagger` takes a similar set
for it, and by a slip (Apertium 3.8.3, `find_similar_ambiguity_class`: an assignment through a
reference) makes that set the one of all unknown words from then on. What follows is tagged
differently, and worse: with eng-spa each "I" does it. A translation would depend on the texts
before it. With `-d` the tagger tells when it happens.

A new tagger for each such text would take a third of the time of a translation. It is not needed:
one that was bent by a set, and by no other, gives a text in which that set comes first what a fresh
one gives, since it would be bent the same way at once. So bent ones are kept by their set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spanferry.translators.apertium.process import Pipeline

#: Options of `apertium-tagger` that choose another way of tagging, without the slip.
_OTHER = frozenset({"-x", "-gx", "--perceptron", "-u", "--unigram"})
#: Bent taggers that are kept.
MOST_BENT = 4
_UNIT = re.compile(rb"(?s)\\.|\^((?:\\.|[^\\/$])*)/((?:\\.|[^\\$])*)\$")
_SAID = re.compile(rb"(?s)Word '(.*?)'\.\s+New ambiguity class: (\{.*?\})")


def forgets_too_little(stage: Sequence[str]) -> bool:
    """Whether a command line starts the tagger with hidden Markov models."""
    return stage[0] == "apertium-tagger" and "-g" in stage and not _OTHER.intersection(stage)


class Tagger:
    """The tagger, as a `Pipeline` is, with the same result for a text whatever came before it.

    Args:
        command: its command line.
        folder: where it runs.
    """

    def __init__(self, command: Sequence[str], folder: str) -> None:
        program, *rest = command
        self._command = [program, "-d", *rest]
        self._folder = folder
        self._fresh = self._start()
        self._bent: dict[bytes, Pipeline] = {}
        #: analyses that are known to bend, and by which set
        self._sets: dict[bytes, bytes] = {}

    def exchange(self, texts: Sequence[bytes], results: list[bytes], timeout: float) -> None:
        """See `Pipeline.exchange`."""
        for text in texts:
            units = [(found[1], found[2]) for found in _UNIT.finditer(text) if found[2]]
            first = self._first(units)
            if first in self._bent and self._again(first, text, results, timeout):
                continue
            self._fresh.exchange([text], results, timeout)
            if said := _sets(self._fresh.said()):
                self._learn(units, said)
                [own, *others] = {name for _, name in said}
                if others or not own or own in self._bent or len(self._bent) == MOST_BENT:
                    self._fresh.kill()
                else:
                    self._bent[own] = self._fresh
                self._fresh = self._start()

    def forget_errors(self) -> None:
        """Nothing to do: what it said is read after each text."""

    def close(self) -> None:
        """See `Pipeline.close`."""
        for pipeline in (self._fresh, *self._bent.values()):
            pipeline.close()

    def _start(self) -> Pipeline:
        return Pipeline([self._command], self._folder)

    def _first(self, units: Sequence[tuple[bytes, bytes]]) -> bytes:
        """The set that bends a text first, if it is known and no unknown word comes before it."""
        for _, analyses in units:
            if analyses.startswith(b"*"):
                return b""
            if analyses in self._sets:
                return self._sets[analyses]
        return b""

    def _again(self, name: bytes, text: bytes, results: list[bytes], timeout: float) -> bool:
        """Try a bent tagger; whether that was right, as what it says shows."""
        pipeline = self._bent[name]
        tried: list[bytes] = []
        pipeline.exchange([text], tried, timeout)
        said = [own for _, own in _sets(pipeline.said())]
        if set(said) != {name}:
            pipeline.kill()
            del self._bent[name]
        # another set before the known one is only told now
        if not said or said[0] != name:
            return False
        results += tried
        return True

    def _learn(
        self, units: Sequence[tuple[bytes, bytes]], said: Sequence[tuple[bytes, bytes]]
    ) -> None:
        for word, name in said:
            found = {analyses for surface, analyses in units if surface == word}
            if len(found) == 1 and name:
                self._sets[found.pop()] = name


def _sets(said: bytes) -> list[tuple[bytes, bytes]]:
    """The words and the sets that a tagger was bent by, in order; empty names if unclear."""
    return [(word, name) for word, name in _SAID.findall(said)] or ([(b"", b"")] if said else [])
