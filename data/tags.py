"""Word tags (`B-PER`, `I-PER`, `O`) to spans of words and back.

The schemes:

| scheme | tags | a span starts at |
|---|---|---|
| `iob1` | B I O | I-; B- only where a span of the same type ends just before |
| `iob2` | B I O | B- |
| `bilou` | B I L U O | B- or U- (one word); L- is the last word |
| `iobes` | B I E S O | B- or S-; E- is the last word. M- is read as I-, W- as S- (BMES, BMEWO) |
| `io` | I O, or bare labels (`PER`) | a word of another type; neighbours of one type merge |

The label is what follows the first hyphen, so `B-creative-work` is a `creative-work`. `O` and `_`
are outside of every span.

Repairing follows the CoNLL-2000 evaluation (`conlleval`): an `I-` with nothing of its type before
it starts a span, and a span ends where the next one starts.

>>> tags_to_spans(["B-PER", "I-PER", "O", "I-LOC"], "iob2")
[TagSpan(first=0, last=1, label='PER'), TagSpan(first=3, last=3, label='LOC')]
>>> tags_to_spans(["B-PER", "I-PER", "O", "I-LOC"], "iob2", repair=False)
Traceback (most recent call last):
spanferry.data.tags.TagError: tag 4 ('I-LOC') continues nothing, after 'O' [bad_tag]
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple

from spanferry.data.errors import InputError
from spanferry.data.records import Offsets, Span

Scheme = Literal["iob1", "iob2", "bilou", "iobes", "io"]

OUTSIDE = frozenset({"O", "_"})
#: What each prefix does, by scheme: begin, inside, end, single.
KINDS: dict[Scheme, dict[str, str]] = {
    "iob1": {"B": "B", "I": "I"},
    "iob2": {"B": "B", "I": "I"},
    "bilou": {"B": "B", "I": "I", "L": "E", "U": "S"},
    "iobes": {"B": "B", "I": "I", "M": "I", "E": "E", "S": "S", "W": "S"},
    "io": {"I": "I"},
}
CLOSING_SCHEMES = frozenset({"bilou", "iobes"})
BARE_IN_IO = "BILUES"  # `B-PER` in an IO column is a wrong scheme, not a label called `B-PER`


class TagError(InputError):
    """A tag that cannot be read (`bad_tag`); `index` is its place in the sentence, from 0."""

    def __init__(self, detail: str, index: int) -> None:
        super().__init__("bad_tag", detail)
        self.index = index


class TagSpan(NamedTuple):
    """A span of words: indexes of the first and the last word, and the label."""

    first: int
    last: int
    label: str


def split_tag(tag: str, scheme: Scheme, bare_label: str | None = None) -> tuple[str, str]:
    """What a tag does (`B`, `I`, `E`, `S` or `O`) and its label.

    Args:
        tag: one tag.
        scheme: the scheme it is written in.
        bare_label: the label of tags that have none (`B`, `I`).

    Raises:
        InputError: `bad_tag`, when the scheme has no such tag.
    """
    if tag in OUTSIDE:
        return "O", ""
    prefix, hyphen, label = tag.partition("-")
    if scheme == "io" and not (prefix in KINDS["io"] and (hyphen or bare_label)):
        if hyphen and prefix in BARE_IN_IO:
            raise InputError("bad_tag", f"tag {tag!r} is not of the scheme 'io'")
        if not tag:
            raise InputError("bad_tag", "a tag is empty")
        return "I", tag
    kind = KINDS[scheme].get(prefix)
    if kind is None:
        known = ", ".join(f"{name}-" for name in KINDS[scheme])
        raise InputError("bad_tag", f"tag {tag!r} is not of the scheme {scheme!r} ({known}, O)")
    label = label or (bare_label or "" if not hyphen else "")
    if not label:
        raise InputError("bad_tag", f"tag {tag!r} has no label; `bare_label` can give one")
    return kind, label


def tags_to_spans(
    tags: Sequence[str],
    scheme: Scheme,
    *,
    repair: bool = True,
    bare_label: str | None = None,
) -> list[TagSpan]:
    """The spans that a sentence's tags stand for, in order.

    Args:
        tags: one a word.
        scheme: the scheme that they are written in.
        repair: read a tag out of sequence as `conlleval` does; if false it is an error.
        bare_label: the label of tags that have none (`B`, `I`).

    Raises:
        TagError: a tag that the scheme does not have, or, without `repair`, one that may not
            follow its predecessor. The text counts tags from 1.
    """
    spans: list[TagSpan] = []
    first, open_label = 0, ""  # the open span; no label: none is open
    closing = scheme in CLOSING_SCHEMES

    def flaw(index: int, what: str) -> None:
        if not repair:
            place = f"after {tags[index - 1]!r}" if index else "at the start"
            shown = repr(tags[index]) if index < len(tags) else "the end of the sentence"
            raise TagError(f"tag {index + 1} ({shown}) {what}, {place}", index)

    for index, tag in enumerate([*tags, "O"]):
        try:
            kind, label = split_tag(tag, scheme, bare_label)
        except InputError as error:
            raise TagError(error.detail, index) from None
        continues = kind in "IE" and open_label == label
        if open_label and not continues:
            if closing:
                flaw(index, f"leaves the span {open_label!r} without its last word")
            spans.append(TagSpan(first, index - 1, open_label))
        if scheme == "iob1" and kind == "B" and open_label != label:
            flaw(index, "is B- with no span of its type just before")
        if kind in "IE" and not continues and scheme not in ("iob1", "io"):
            flaw(index, "continues nothing")
        if not continues:
            first = index
        open_label = label
        if kind in "ES":
            spans.append(TagSpan(first, index, label))
            open_label = ""
    return spans


def flatten(
    tokens: Sequence[Offsets], spans: Sequence[Span]
) -> tuple[list[tuple[TagSpan, Span]], list[Span]]:
    """Choose spans that one layer of tags can hold.

    A span takes every word that it touches, so an edge inside a word moves outwards to the
    word's edge. Of spans that share a word the longest in characters wins (the outermost, of
    nested ones), then the one that starts first, then the one that is listed first; the others
    are left out whole, never cut. A discontinuous span counts from its start to its end.

    Args:
        tokens: offsets of the words, in order, without overlaps.
        spans: spans of the same text.

    Returns:
        The chosen spans with their words, in text order; and those left out, in the order
        given (also those that touch no word).
    """
    starts = [start for start, _ in tokens]
    ends = [end for _, end in tokens]
    taken = [False] * len(tokens)
    chosen: list[tuple[TagSpan, Span]] = []
    left_out: list[int] = []
    order = sorted(
        range(len(spans)),
        key=lambda index: (spans[index].start - spans[index].end, spans[index].start, index),
    )
    for index in order:
        span = spans[index]
        first, after = bisect_right(ends, span.start), bisect_left(starts, span.end)
        if first >= after or any(taken[first:after]):
            left_out.append(index)
            continue
        taken[first:after] = [True] * (after - first)
        chosen.append((TagSpan(first, after - 1, span.label), span))
    chosen.sort(key=lambda pair: pair[0].first)
    return chosen, [spans[index] for index in sorted(left_out)]


def spans_to_tags(tokens: Sequence[Offsets], spans: Sequence[Span]) -> list[str]:
    """IOB2 tags of the words; `flatten` says what happens to spans that overlap or cut words.

    >>> spans_to_tags([(0, 3), (4, 12), (13, 19)], [Span(0, 12, "PER")])
    ['B-PER', 'I-PER', 'O']
    """
    tags = ["O"] * len(tokens)
    for (first, last, label), _ in flatten(tokens, spans)[0]:
        tags[first] = f"B-{label}"
        tags[first + 1 : last + 1] = [f"I-{label}"] * (last - first)
    return tags
