"""A text with replacements, and where each range of either side lies on the other.

"see https://x.org now" with (4, 17, "X1") -> "see X1 now"; "X1" and any part of it <-> the URL
"""

from __future__ import annotations

from collections.abc import Iterable

from spanferry.data.records import Offsets

#: Start and end in the old text, and what stands there in the new one.
Change = tuple[int, int, str]


class Edits:
    """The outcome of changes to a text.

    Args:
        old: the text before.
        changes: in order, none overlapping another.

    Attributes:
        text: the text after.
    """

    def __init__(self, old: str, changes: Iterable[Change]) -> None:
        out: list[str] = []
        self._ranges: list[tuple[int, int, int, int]] = []
        place = length = 0
        for start, end, new in changes:
            out += [old[place:start], new]
            length += start - place
            self._ranges.append((start, end, length, length + len(new)))
            place, length = end, length + len(new)
        self.text = "".join([*out, old[place:]]) if self._ranges else old

    def __bool__(self) -> bool:
        """Whether anything was changed."""
        return bool(self._ranges)

    def to_new(self, start: int, end: int) -> Offsets | None:
        """A range of the old text in the new one; one that touches a change takes it in whole.

        None where nothing of it is left.
        """
        return _mapped(self._ranges, start, end)

    def to_old(self, start: int, end: int) -> Offsets | None:
        """A range of the new text in the old one, likewise."""
        return _mapped([(c, d, a, b) for a, b, c, d in self._ranges], start, end)


def _mapped(ranges: list[tuple[int, int, int, int]], start: int, end: int) -> Offsets | None:
    first, last = start, end
    for a, b, c, d in ranges:
        if a == b:  # nothing stood here: what comes after it moves, what ends here does not
            if a <= start:
                first = start + d - b
            if a < end:
                last = end + d - b
            continue
        if b <= start:
            first = start + d - b
        elif a <= start:
            first = c
        if b <= end:
            last = end + d - b
        elif a < end:
            last = d
    return (first, last) if first < last else None
