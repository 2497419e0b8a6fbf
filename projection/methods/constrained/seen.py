"""What a marker would cost at many places of an output, asked of a decoder in one of two ways.

`logits`: the output is forced once, and the marker is watched at every position: one row. The
library computes such a row position by position, and holds the logits of the vocabulary for it.

`prefixes`: for each place what stands before it is forced with the marker behind: a row a place,
but all of them in a single pass of the decoder over all positions at once, without logits. More
arithmetic, far fewer steps one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spanferry.projection.services import ForcedDecoder

Scoring = Literal["logits", "prefixes"]
#: By place: the log-probabilities (nats) of what stands before it, and of the marker there.
Seen = dict[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a marker.

    Args:
        source: the text that is translated.
        tokens: the output.
        marker: a sub-word.
        places: the numbers of the output's sub-words that it could stand before.
    """

    source: str
    tokens: tuple[str, ...]
    marker: str
    places: tuple[int, ...]


def look(
    decoder: ForcedDecoder, asked: Sequence[Ask], scoring: Scoring
) -> list[tuple[Seen | None, int]]:
    """For each question what is seen, and the rows that it took; None: too long for the model."""
    return _logits(decoder, asked) if scoring == "logits" else _prefixes(decoder, asked)


def _logits(decoder: ForcedDecoder, asked: Sequence[Ask]) -> list[tuple[Seen | None, int]]:
    done: list[tuple[Seen | None, int]] = [(None, 1)] * len(asked)
    for marker in dict.fromkeys(one.marker for one in asked):
        numbers = [n for n, one in enumerate(asked) if one.marker == marker]
        found = decoder.force(
            [asked[n].source for n in numbers], [asked[n].tokens for n in numbers], [marker]
        )
        for n, forced in zip(numbers, found, strict=True):
            if forced is not None:
                before = [0.0, *forced.own.cumsum().tolist()]
                costs = forced.watched[:, 0].tolist()
                done[n] = ({place: (before[place], costs[place]) for place in asked[n].places}, 1)
    return done


def _prefixes(decoder: ForcedDecoder, asked: Sequence[Ask]) -> list[tuple[Seen | None, int]]:
    places = [(one, place) for one in asked for place in one.places]
    found = iter(
        decoder.force(
            [one.source for one, _ in places],
            [(*one.tokens[:place], one.marker) for one, place in places],
        )
    )
    done: list[tuple[Seen | None, int]] = []
    for one in asked:
        seen: Seen = {}
        for place in one.places:
            forced = next(found)
            if forced is not None:
                seen[place] = (float(forced.own[:place].sum()), float(forced.own[place]))
        whole = len(seen) == len(one.places)
        done.append((seen if whole else None, len(one.places)))
    return done
