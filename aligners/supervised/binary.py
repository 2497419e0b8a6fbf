"""Word alignment as binary labelling of sub-words (Latouche et al. 2024)."""

from __future__ import annotations

from spanferry.aligners.supervised.aligner import SupervisedAligner
from spanferry.aligners.supervised.heads import BinaryHead, Head
from spanferry.aligners.supervised.settings import BinarySettings


class BinaryAligner(SupervisedAligner[BinarySettings]):
    """Labels the words that translate a marked one; needs a checkpoint trained on gold links.

    The model reads the sentence with the word between two markers and the other sentence, and
    says of each sub-word of the latter how probably it translates the word; a word has the
    probability of its surest sub-word. Both directions are averaged; links above one half are
    given. From Latouche, Carbonneau and Swanson, "BinaryAlign: Word Alignment as Binary Sequence
    Labeling" (ACL 2024).

    Checkpoints with one logit (the published ones) and with two labels, of which the second means
    a link, are both read.
    """

    NAME = "binary"
    Settings = BinarySettings

    def head(self) -> Head:
        return BinaryHead()
