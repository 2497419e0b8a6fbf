"""Word-level tags (parts of speech and the like) to every word of a translation.

Four kinds of evidence add up, word by word, and the tags are then chosen together:

1. **Links.** A link votes for the tag of its source word, with its score times its share of all
   that the source word is linked to. The votes of several witnesses (texts in several languages
   that say the same, or several aligners) add up. A word that is linked to one of the same
   spelling takes its tag.
2. **Types.** What the same word got elsewhere in the batch, then what words with its ending got.
   A type with enough votes has an entry in a tag dictionary, and tags outside of it lose most of
   what speaks for them.
3. **Unicode.** Punctuation, numbers and symbols get the tags that the source's have, and words of
   letters none that only these have.
4. **Neighbours.** A bigram model of tags, for words that nothing else is known of.

Everything is learnt within the batch: the same batch gives the same tags, and only tags that its
source words have. A larger batch knows more types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spanferry.projection.tag_evidence import TagEvidence
from spanferry.projection.tag_witness import TagTarget, Witness

__all__ = ["TagTarget", "Witness", "WordTag", "project_word_tags"]


class WordTag(NamedTuple):
    """The tag of a word, and the probability in [0, 1] that it is right, as far as we know."""

    tag: str
    score: float


def project_word_tags(targets: Sequence[TagTarget]) -> list[list[WordTag]]:
    """A tag for every word of every target; no words get tags where no witness has any word.

    Args:
        targets: the texts of one batch, all tagged in the same way.
    """
    names = sorted({tag for t in targets for w in t.witnesses for tag in w.tags})
    if not names:
        return [[] for _ in targets]
    batch = TagEvidence(targets, names)
    found = []
    for place, target in enumerate(targets):
        path, scores = batch.chain.decode(batch.evidence(place))
        pairs = zip(path.tolist(), scores.tolist(), strict=True)
        # sums of shares may exceed 1 by a rounding error
        tags = [WordTag(names[tag], min(score, 1.0)) for tag, score in pairs]
        assert len(tags) == len(target.words)
        found.append(tags)
    return found
