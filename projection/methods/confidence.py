"""How sure a proposed place is: a calibrated probability that the span is exactly right.

A method's own score says how a place compares with the others that it saw, each in its own way. A
logistic model over it, over what the links say of the place, and over what the method tells besides
makes the probability (Platt, 1999, with several inputs). The weights are fitted on gold, method by
method: `confidence.json` here, or a file of the user's own (`spanferry compare --fit-confidence`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput

if TYPE_CHECKING:
    from spanferry.projection.methods.proposals import Proposal

_SHIPPED = Path(__file__).with_name("confidence.json")
#: Weights of a method that nobody has fitted: its score, and what the links say.
PLAIN = {"bias": -1.0, "score": 1.0, "inside": 2.0, "pure": 1.0}
#: Log-odds beyond these say nothing more.
_MOST = 8.0
#: Values beyond these count as these.
_FAR = 1e3


class Confidence:
    """The confidence model of a method.

    Args:
        weights: by the names of `features` and of what the method tells.
        revision: identifies them.
    """

    def __init__(self, weights: Mapping[str, float], revision: str) -> None:
        self.weights = dict(weights)
        self.revision = revision

    @classmethod
    def of(cls, method: str, path: str | None = None) -> Confidence:
        """The weights of a method, from a file or those that are shipped.

        Raises:
            ConfigError: the file cannot be read, or has no weights for the method.
        """
        known = read_weights(Path(path).expanduser() if path else _SHIPPED)
        if path and method not in known:
            raise ConfigError(
                f"project.confidence: {path} has no weights for {method!r}; it has some for: "
                + ", ".join(sorted(known))
            )
        weights = known.get(method, PLAIN)
        return cls(weights, fingerprint(weights=weights)[:12])

    def of_choice(
        self, item: ProjectionInput, span: Span, options: Sequence[Proposal], chosen: int
    ) -> float:
        """The probability that a place is exactly right, in (0, 1)."""
        return self.probability(features(item, span, options, chosen))

    def probability(self, values: Mapping[str, float]) -> float:
        """The same from the features; those without a weight do not count."""
        total = sum(
            weight * _finite(values.get(name, 0.0)) for name, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(
    item: ProjectionInput, span: Span, options: Sequence[Proposal], chosen: int
) -> dict[str, float]:
    """What the confidence of a place is computed from.

    `score`: log-odds of the method's score; `margin`: how much better it is than the next place;
    `alone`: 1 where there is no other; `inside`: the share of the link mass of the span's words
    that arrives in the place; `pure`: the share of the link mass of the place's words that comes
    from the span; `linked`: 1 where the span has links; `length`: how different the lengths are
    (logarithm of the ratio of characters).
    """
    place = options[chosen]
    others = [o.score for k, o in enumerate(options) if k != chosen]
    inside, pure, linked = _links(item, span, place.start, place.end)
    ratio = math.log((place.end - place.start + 1) / (span.end - span.start + 1))
    return {
        "bias": 1.0,
        "score": _log_odds(place.score),
        "margin": place.score - max(others, default=0.0),
        "alone": float(not others),
        "inside": inside,
        "pure": pure,
        "linked": linked,
        "length": abs(ratio),
        **place.told,
    }


def _finite(value: float) -> float:
    """A logarithm of nothing as the least number that counts: `0 * -inf` would be no number."""
    return max(-_FAR, min(_FAR, value)) if value == value else 0.0


def _log_odds(share: float) -> float:
    share = max(1e-9, min(1 - 1e-9, share))
    return max(-_MOST, min(_MOST, math.log(share) - math.log(1 - share)))


def _links(item: ProjectionInput, span: Span, start: int, end: int) -> tuple[float, float, float]:
    own = both = of_place = 0.0
    for source, target, mass in item.links:
        first, last = item.source_words[source]
        from_span = first < span.end and span.start < last
        first, last = item.target_words[target]
        in_place = first < end and start < last
        own += mass * from_span
        of_place += mass * in_place
        both += mass * (from_span and in_place)
    return (
        both / own if own else 0.0,
        both / of_place if of_place else 0.0,
        float(own > 0),
    )


@cache
def read_weights(path: Path) -> dict[str, dict[str, float]]:
    """The weights in a file, by method; the file is read once.

    Raises:
        ConfigError: it cannot be read or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(name): {str(key): float(value) for key, value in weights.items()}
            for name, weights in found["methods"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"project.confidence: {path} is no file of confidence weights: {error!r}"
        ) from None
