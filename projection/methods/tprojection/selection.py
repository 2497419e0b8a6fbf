"""How like in meaning a span and a candidate are, by a translation model: NMTScore.

    s(a, b) = 1/2 [ p(b | a) / p(b | b) + p(a | b) / p(a | a) ]

Vamvas and Sennrich (2022), "NMTScore: A Multilingual Analysis of Translation-based Text Similarity
Measures". p is 2 to the power of the mean log-probability of a token in nats, as the published code
has it: neither a perplexity in bits nor one in nats, so s is larger than either would give. The
order of the candidates of one direction does not depend on the base; the mean of two directions
does.

p(b | b) is what only a many-to-many model tells. Without it, a probability is divided by the
largest that any candidate of the span has in its direction: the two directions then weigh alike,
and spans whose words the model finds hard count as much as others in the joint choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spanferry.projection.services import PairScorer

#: Base of the probabilities.
BASE = 2.0


@dataclass(frozen=True, slots=True)
class Scorers:
    """The directions of a translation model; those that are not wanted are None.

    Args:
        forward: candidates given spans.
        backward: spans given candidates.
        same_target: candidates given themselves.
        same_source: spans given themselves.
    """

    forward: PairScorer | None = None
    backward: PairScorer | None = None
    same_target: PairScorer | None = None
    same_source: PairScorer | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a translation model says of a span and a candidate.

    Args:
        score: s; above 0, about 1 for translations of each other.
        level: the mean log-probability (nats) a token, over the directions, before it is divided.
    """

    score: float
    level: float


def compare(
    asked: Sequence[tuple[str, Sequence[str]]],
    scorers: Scorers,
    normalise: Literal["best", "self", "none"],
) -> list[list[Likeness | None]]:
    """Spans with their candidates; None for a pair that is too long for the model.

    Each pair of texts is scored once, in each direction, and each text with itself once.

    Args:
        asked: the text of a span and those of its candidates.
    """
    pairs = [(span, text) for span, texts in asked for text in texts]
    turned = [(text, span) for span, text in pairs]
    forward = _scored(scorers.forward, pairs)
    backward = _scored(scorers.backward, turned)
    same_target = _scored(scorers.same_target, [(text, text) for _, text in pairs])
    same_source = _scored(scorers.same_source, [(span, span) for span, _ in pairs])
    found: list[list[Likeness | None]] = []
    for span, texts in asked:
        sides = []  # of each direction the log-probabilities, and what they are measured against
        if scorers.forward is not None:
            logs = [forward[span, text] for text in texts]
            sides.append(
                (logs, _against(logs, [same_target.get((t, t)) for t in texts], normalise))
            )
        if scorers.backward is not None:
            logs = [backward[text, span] for text in texts]
            own = [same_source.get((span, span))] * len(texts)
            sides.append((logs, _against(logs, own, normalise)))
        found.append([_likeness([(a[k], b[k]) for a, b in sides]) for k in range(len(texts))])
    return found


def _scored(
    scorer: PairScorer | None, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    distinct = list(dict.fromkeys(pairs))
    if scorer is None or not distinct:
        return {}
    given, texts = zip(*distinct, strict=True)
    return dict(zip(distinct, scorer.score(given, texts), strict=True))


def _against(logs: Sequence[float], own: Sequence[float | None], normalise: str) -> list[float]:
    if normalise == "self":
        return [-math.inf if log is None else log for log in own]
    return [max(logs, default=0.0) if normalise == "best" else 0.0] * len(logs)


def _likeness(sides: Sequence[tuple[float, float]]) -> Likeness | None:
    """The mean over the directions."""
    if not all(math.isfinite(log) and math.isfinite(against) for log, against in sides):
        return None
    return Likeness(
        sum(BASE ** (log - against) for log, against in sides) / len(sides),
        sum(log for log, _ in sides) / len(sides),
    )
