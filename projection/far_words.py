"""Second places: words of a span whose counterparts stand apart from where it was put.

`left and [right arm]` may become `o braço esquerdo e o [direito]`: the noun stands once, and the
span is discontinuous. This is done for spans that are discontinuous in the source already, and for
others where the setting `split_spans` allows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from spanferry.projection.candidates import Part
from spanferry.projection.sentence import Sentence

#: Link mass from which a word has a counterpart, and the share of that word's mass which must come
#: from the span. Set by hand: no gold set has discontinuous spans.
LEAST_MASS, LEAST_SHARE = 0.5, 0.7


def far_places(part: Part, sentence: Sentence, taken: Sequence[range]) -> list[tuple[int, int]]:
    """Runs of target words, inclusive, that a placed part leaves out though they are its own.

    Args:
        taken: words of spans that do not overlap it in the source.
    """
    if part.chosen is None:
        return []
    first, last = (int(word) for word in part.pairs[part.chosen])
    own: dict[int, float] = {}
    for word in part.words:
        for t, mass in sentence.links.get(word, ()):
            own[t] = own.get(t, 0.0) + mass
    found: list[int] = []
    for word in part.words:
        links = sentence.links.get(word, ())
        if not sentence.source.content[word + 1] or not links:
            continue
        if any(first <= t <= last and mass >= LEAST_MASS / 2 for t, mass in links):
            continue
        t, mass = max(links, key=lambda link: (link[1], -link[0]))
        mine = own[t] / max(float(sentence.masses[t + 1]), 1e-9)
        free = not any(t in place for place in taken)
        if mass >= LEAST_MASS and mine >= LEAST_SHARE and free and sentence.target.content[t + 1]:
            found.append(t)
    runs: list[tuple[int, int]] = []
    for t in sorted(set(found)):
        if runs and t == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], t)
        else:
            runs.append((t, t))
    return runs
