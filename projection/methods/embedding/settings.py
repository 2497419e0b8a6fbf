"""Settings of the method `embedding`, with the weights that were fitted."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from spanferry.projection.methods.proposals import ProposalSettings

#: Weights of what is told of a candidate (`features.py`), by the name of the encoder and whether
#: there are links. Fitted on English-Spanish opinion targets (SemEval 2016, training part, the
#: first 800 pairs; 300 for `encoder`, Gemma 3 270M at layer 10), links of the aligner `embedded`.
WEIGHTS: Mapping[tuple[str, bool], Mapping[str, float]] = {
    ("embedded", True): {
        "cosine": 2.87, "rival": 3.68, "string": 0.96, "length": 0.0,
        "links": 0.98, "inside": 0.0, "pure": 0.0,
    },
    ("embedded", False): {
        "cosine": 23.77, "rival": 9.89, "string": 3.07, "length": 4.07,
        "links": 0.0, "inside": 0.0, "pure": 0.0,
    },
    ("encoder", True): {
        "cosine": 5.04, "rival": 0.0, "string": 0.03, "length": 0.0,
        "links": 0.99, "inside": 0.0, "pure": 0.0,
    },
    ("encoder", False): {
        "cosine": 23.98, "rival": 4.9, "string": 0.0, "length": 5.7,
        "links": 0.0, "inside": 0.0, "pure": 0.0,
    },
}  # fmt: skip


def _weight(text: str) -> float | None:
    return Field(
        None, ge=0, description=f"weight of {text}; null: as fitted, by the encoder; 0: not used"
    )


class EmbeddingSettings(ProposalSettings):
    """Settings of the method `embedding`.

    A candidate's score is the softmax, over the candidates of its span, of a weighted sum.
    """

    candidates: int = Field(24, ge=1, le=500, description="candidates of a span, the likeliest")
    reach: int = Field(
        3,
        ge=0,
        description="words that the middle of a candidate may lie from the aligned place; 0: only "
        "the candidates of the alignment",
    )
    use_links: bool = Field(
        True,
        description="let the links have a say in which candidate is the best; where a span has no "
        "links, they have none",
    )
    cosine_weight: float | None = _weight("the cosine of the vectors of span and candidate")
    rival_weight: float | None = _weight(
        "the candidate's highest cosine with another stretch of the source that begins and ends "
        "at most one word from where the span does, which counts against it"
    )
    string_weight: float | None = _weight(
        "the likeness of their spellings in Latin letters, 0 to 1"
    )
    links_weight: float | None = _weight("the alignment's log-probability of the candidate")
    inside_weight: float | None = _weight(
        "the share of the span's link mass that arrives in the candidate"
    )
    pure_weight: float | None = _weight(
        "the share of the candidate's link mass that comes from the span"
    )
    length_weight: float | None = _weight(
        "the difference in length (logarithm of the ratio of characters), which counts against it"
    )

    def weights(self, encoder: str, *, linked: bool) -> dict[str, float]:
        """The weights of `WEIGHTS` with those that the user gives.

        Args:
            encoder: the name in the encoder's `info`.
            linked: whether the span has links.
        """
        linked &= self.use_links
        fitted = WEIGHTS["embedded" if encoder.startswith("embedded") else "encoder", linked]
        given = {name: getattr(self, f"{name}_weight") for name in fitted}
        if not linked:
            given.update(dict.fromkeys(("links", "inside", "pure")))
        return {name: fitted[name] if given[name] is None else given[name] for name in fitted}
