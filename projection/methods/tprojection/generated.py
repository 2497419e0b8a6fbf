"""Candidates from a generator: the translation with the labels of the text goes in, spans come out.

The generator sees one sentence at a time where it is known which sentences translate one another,
as it was trained on sentences. What all of its beams wrote is pooled by label: every span of a
label may get each of the label's candidates, at each place where it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spanferry.data.records import Offsets, Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.edges import trim
from spanferry.projection.methods.ngrams import Candidate, Surroundings
from spanferry.projection.methods.proposals import Query
from spanferry.projection.methods.tprojection.find import occurrences
from spanferry.projection.methods.tprojection.form import in_order, parse, source_text, tag_names
from spanferry.projection.services import Generator


@dataclass(frozen=True, slots=True)
class Portion:
    """What the generator reads at a time.

    Args:
        within: the characters of the translation.
        spans: the source spans (fragments) that it is to find, in text order.
    """

    within: Offsets
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A candidate that was generated.

    Args:
        place: where it stands.
        share: the share of the outputs that it is in.
    """

    place: Candidate
    share: float


def portions(item: ProjectionInput) -> Iterator[Portion]:
    """The sentences of a translation with the spans of their sources; all of it if none is known.

    A span counts to the sentence in which it begins. One outside of all has the whole translation.
    """
    rest = in_order(item.spans)
    for start, end, first, last in sorted(item.segments):
        own = tuple(span for span in rest if start <= span.start < end)
        if own and first < last:
            rest = [span for span in rest if span not in own]
            yield Portion((first, last), own)
    if rest:
        yield Portion((0, len(item.translation)), tuple(rest))


class GeneratedCandidates:
    """Asks a generator.

    Args:
        tags: label to tag name, beside the usual ones.
        parts_of_words: see `find.occurrences`.
    """

    def __init__(
        self, generator: Generator, tags: Mapping[str, str], *, parts_of_words: bool
    ) -> None:
        self._generator, self._tags, self._parts = generator, tags, parts_of_words

    def find(self, queries: Sequence[Query], places: Sequence[Surroundings]) -> list[list[Written]]:
        """The candidates of each query of a batch, those nearest to the aligned place first."""
        asked: dict[str, int] = {}
        portion_of: dict[tuple[int, str, int, int], tuple[Portion, int]] = {}
        names_of: list[Mapping[str, str]] = []
        for record, item in {query.record: query.item for query in queries}.items():
            for portion in portions(item):
                names = tag_names((span.label for span in portion.spans), self._tags)
                labels = [span.label for span in portion.spans]
                text = source_text(item.translation[slice(*portion.within)], labels, names)
                number = asked.setdefault(text, len(asked))
                if number == len(names_of):
                    names_of.append(names)
                for span in portion.spans:
                    portion_of[record, span.id, span.start, span.end] = portion, number
        outputs = self._generator.generate(list(asked))
        pools = [
            _pool([text for text, _ in beams], names)
            for beams, names in zip(outputs, names_of, strict=True)
        ]
        found = []
        for query, place in zip(queries, places, strict=True):
            span = query.span
            portion, number = portion_of[query.record, span.id, span.start, span.end]
            pool = pools[number].get(span.label, {})
            found.append(self._placed(query, place, portion, pool))
        return found

    def _placed(
        self, query: Query, place: Surroundings, portion: Portion, pool: Mapping[str, float]
    ) -> list[Written]:
        item, span = query.item, query.span
        kept: dict[Offsets, Written] = {}
        for text, share in pool.items():
            for start, end in occurrences(text, item, portion.within, parts_of_words=self._parts):
                start, end = trim(
                    item.translation, start, end, covered=item.text[span.start : span.end],
                    opens_with_stop=True, language=item.target_language,
                )  # fmt: skip
                one = place.candidate(start, end)
                before = kept.get((one.start, one.end))
                if one.text.strip() and (before is None or before.share < share):
                    kept[one.start, one.end] = Written(one, share)
        return sorted(kept.values(), key=lambda written: -written.place.log)


def _pool(outputs: Sequence[str], names: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """For each label its candidates, in the order in which they were written, with their shares."""
    pool: dict[str, Counter[str]] = {}
    for output in outputs:
        for label, text in dict.fromkeys(parse(output, names)):
            pool.setdefault(label, Counter())[text] += 1
    return {
        label: {text: count / len(outputs) for text, count in texts.items()}
        for label, texts in pool.items()
    }
