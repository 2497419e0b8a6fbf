"""A labelled corpus as examples for a text-to-text model: the form of T-Projection.

A record is cut into sentences, as the method reads them later; where a span reaches over a sentence
end, the two stay together.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spanferry.data import backends, samples
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.readers import READERS
from spanferry.data.readers.base import Reader
from spanferry.data.records import Offsets, Record, Span
from spanferry.data.sentences import split_sentences, trim
from spanferry.projection.methods.tprojection.form import in_order, source_text, target_text
from spanferry.translators.generation.training.train import Sizes

_LARGEST = 1 << 64
Example = tuple[str, str]


class LabelledText:
    """The records of a source that have spans.

    Args:
        settings: of a reader.
        key: of the configuration, for errors.
        seed: of the choice of records that are set apart.
        labels: all labels, in the order in which they first occur.
        records: how many there are in all; `unlabelled` of them have no spans.
        rejected: records that could not be read, where the settings say `on_error: reject`.
    """

    def __init__(self, settings: Any, key: str, seed: int) -> None:
        """Read the corpus once.

        Raises:
            ConfigError: there are no such files, or no record has spans.
            InputError: a record cannot be read.
        """
        self._settings, self._seed = settings, seed
        resolved = settings.model_copy(update={"path": samples.resolve(settings.path)})
        self._reader: Reader = backends.load("readers", settings.reader, READERS)(resolved)
        self._reader.setup()
        self.unlabelled = self.rejected = self.records = 0
        labels: dict[str, None] = {}
        self._hashes = array("Q")
        for record in self._read(count=True):
            labels.update(dict.fromkeys(span.label for span in in_order(record.spans)))
            self._hashes.append(self._hash(record.text))
        self.labels = tuple(labels)
        if not labels:
            raise ConfigError(
                f"{key}: none of {self.records} records has spans; the corpus must be labelled"
            )

    @property
    def digest(self) -> str:
        """A hash of all that its examples depend on but for the model."""
        return fingerprint(
            settings=self._settings.model_dump(mode="json", exclude={"path"}),
            content={name: self._reader.fingerprint(name) for name in self._reader.splits()},
        )

    def bound(self, share: float, most: int) -> int:
        """Records below it are set apart: about that share of all, `most` at most, one at least.

        It is one of the hashes of texts, so that all records with the same text are on one side.
        """
        hashes = np.unique(np.frombuffer(self._hashes, np.uint64))
        count = int(np.searchsorted(hashes, np.uint64(int(share * _LARGEST))))
        count = max(1, min(count, most))
        return int(hashes[count]) if count < len(hashes) else int(hashes[-1])

    def examples(
        self,
        names: Mapping[str, str],
        size: Sizes,
        longest: int,
        skipped: Counter[str],
        *,
        above: int = 0,
        below: int = _LARGEST,
    ) -> Iterator[Example]:
        """Inputs and outputs.

        Args:
            names: the tag's name of each label.
            size: counts sub-words.
            longest: sub-words of the longest input or output; longer ones are counted as skipped.
            skipped: counts what is left out, by reason.
            above, below: records whose text has a hash in [above, below).
        """
        for record in self._read():
            if above <= self._hash(record.text) < below:
                for start, end, spans in _portions(record):
                    text, labels = record.text[start:end], [span.label for span in spans]
                    words = [(span.label, record.text[span.start : span.end]) for span in spans]
                    pair = source_text(text, labels, names), target_text(words, names)
                    if max(size(pair)) > longest:
                        skipped["too_long"] += 1
                    else:
                        yield pair

    def _hash(self, text: str) -> int:
        digest = hashlib.blake2b(f"{self._seed}/{text}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little")

    def _read(self, *, count: bool = False) -> Iterator[Record]:
        for split in self._reader.splits():
            for item in self._reader.read(split):
                self.records += count
                if item.error is not None and self._settings.on_error == "stop":
                    raise item.error
                if item.record is None:
                    self.rejected += count
                elif not item.record.spans:
                    self.unlabelled += count
                else:
                    yield item.record


def _portions(record: Record) -> Iterator[tuple[int, int, Sequence[Span]]]:
    """Sentences with the spans (fragments) in them; those without any are left out."""
    text = record.text
    spans = [
        replace(span, start=start, end=end)
        for span in in_order(record.spans)
        for start, end in [trim(text, span.start, span.end)]
        if start < end
    ]
    ranges: list[Offsets] = [(span.start, span.end) for span in spans]
    for start, end in split_sentences(text, record.language, protected=ranges):
        own = [span for span in spans if start <= span.start and span.end <= end]
        if own:
            yield start, end, own
