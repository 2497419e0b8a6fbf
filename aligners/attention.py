"""Links that the translator itself gives, from the attention of its alignment heads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from spanferry.aligners.base import TextPair, WordPair
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link
from spanferry.data.records import Offsets

#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "1"
_DIGITS = 4


class AttentionAlignerSettings(BaseModel):
    """Settings of the aligner `attention`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_score: float = Field(
        0.2,
        gt=0,
        le=1,
        description="share of a target word's attention that makes a link",
    )


class AttentionAligner:
    """Word links from the translator's attention, at no extra cost (translate.links: true).

    The confidence of a link is the share of the target word's attention that the source word draws:
    summed over the sub-words of the source word, averaged over those of the target word. That is a
    link only for models with a head that was trained to align (guided alignment); an average of
    all heads of another model says little.

    A record whose translator gave no links (it was cut at an item that had to be kept, say) has
    none here, and its spans end as missing.
    """

    Settings = AttentionAlignerSettings

    def __init__(
        self,
        settings: AttentionAlignerSettings | None = None,
        *,
        source_language: str,
        target_language: str,
    ) -> None:
        self.settings = settings or AttentionAlignerSettings()

    @property
    def info(self) -> BackendInfo:
        """The links themselves come with the translation."""
        return BackendInfo("attention", ALGORITHM, licence="-", source="the translator")

    def setup(self) -> None:
        """Nothing to load."""

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Not possible: words alone carry no attention.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(
            "align.backend: attention takes its links from a translation that is made in the same "
            "build; pairs of texts need another aligner"
        )

    def align_texts(self, pairs: Sequence[TextPair]) -> list[tuple[Link, ...]]:
        """See `TextAligner.align_texts`."""
        return [self._align(pair) for pair in pairs]

    def _align(self, pair: TextPair) -> tuple[Link, ...]:
        shares: dict[tuple[int, int], float] = defaultdict(float)
        for start, end, first, last, score in pair.links or ():
            for target, part in _covered(pair.target_words, first, last):
                for source, _ in _covered(pair.source_words, start, end):
                    shares[source, target] += score * part
        return tuple(
            Link(source, target, round(min(1.0, share), _DIGITS))
            for (source, target), share in sorted(shares.items())
            if share >= self.settings.min_score
        )


def _covered(words: Sequence[Offsets], start: int, end: int) -> Iterator[tuple[int, float]]:
    """Words that a range touches, with the share of each that it covers."""
    place = bisect_right(words, start, key=lambda word: word[1])
    stop = bisect_left(words, end, key=lambda word: word[0])
    for number in range(place, stop):
        left, right = words[number]
        common = min(right, end) - max(left, start)
        if common > 0:
            yield number, common / (right - left)
