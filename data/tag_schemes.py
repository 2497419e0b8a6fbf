"""Which scheme a column of tags is written in, told from the tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spanferry.data.tags import OUTSIDE, Scheme

PREFIXES = frozenset("BILUESMW")
SEPARATORS = "-_.:"


def detect_scheme(sentences: Iterable[Sequence[str]]) -> Scheme:
    """The scheme that these tags are evidence for.

    - L- or U- next to B- or I- can only be `bilou`; E- or S- (or M-, W-) only `iobes`.
    - no tag has a prefix: `io` with bare labels.
    - I- but no B-: `iob1`, which reads pure IO files in the same way and allows the B- that may
      come later in the file.
    - else B- and I- are counted where a span starts: `iob2` when B- does it at least as often
      (a few I- out of place are flaws, for `repair` to judge), `iob1` when I- does.
    - nothing but O: `iob2`.

    >>> detect_scheme([["I-PER", "I-PER", "B-PER", "O"]])
    'iob1'
    """
    prefixes: set[str] = set()
    bare = prefixed = by_b = by_i = 0
    for tags in sentences:
        before = ""
        for tag in tags:
            if tag in OUTSIDE:
                before = ""
                continue
            prefix, _, label = tag.partition("-")
            if prefix not in PREFIXES:
                # `B_PER` has a prefix too, only not one that we read: better an error than a label
                has_prefix = tag[:1] in PREFIXES and tag[1:2] in SEPARATORS
                prefixed, bare = prefixed + has_prefix, bare + (not has_prefix)
                before = tag
                continue
            prefixed += 1
            prefixes.add(prefix)
            starts = before != label or not before
            by_b += starts and prefix == "B"
            by_i += starts and prefix == "I"
            before = label or tag
    if bare and not prefixed:
        return "io"
    if prefixes & set("LU"):
        return "bilou"
    if prefixes & set("ESMW"):
        return "iobes"
    return "iob1" if by_i > by_b else "iob2"
