"""A text with placeholders for its items, and the items back in its translation, links included.

"Click <b>Save</b> now, @bob" -> "Click X1 Save X2 now, X3" -> "Clique em X1 Salvar X2 agora, X3"
-> "Clique em <b>Salvar</b> agora, @bob"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice

from spanferry.data.records import Offsets
from spanferry.translators.base import Alternative, CharLink, Translation
from spanferry.translators.edits import Change, Edits
from spanferry.translators.items import fold
from spanferry.translators.keep_find import Found, Sort
from spanferry.translators.protect import plain


@dataclass(frozen=True, slots=True)
class _Group:
    """What a placeholder stands for: items with nothing but white space between them.

    Args:
        text: what is put back.
        left, right: whether white space there is taken away in the translation.
    """

    text: str
    left: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it goes to the model.

    Args:
        edits: from the text to what the model gets.
        before, after: what was taken off the ends.
        letters: what the placeholders begin with.
        groups: what they stand for, from number 1.
        folded: words in plain letters, and as they were.
        inner: the first item that was not taken off the ends, and the last.
    """

    edits: Edits
    before: str
    after: str
    letters: str
    groups: tuple[_Group, ...]
    folded: tuple[tuple[str, str], ...]
    inner: Offsets

    def unmask(self, translation: Translation) -> Translation | None:
        """The translation with the items in it; None where a placeholder is not there just once.

        Links count in the text and in the result; one that touches a placeholder is one to all
        that it stands for. Alternatives that fail are left out.
        """
        if not self.edits:
            return translation
        edits = self._restored(translation.text or "")
        if edits is None:
            return None
        restored = ((a, self._restored(a.text)) for a in translation.alternatives)
        return replace(
            translation,
            text=edits.text,
            links=None if translation.links is None else self._links(translation.links, edits),
            alternatives=tuple(Alternative(e.text, a.score) for a, e in restored if e is not None),
            back=None,
        )

    def _links(self, links: Sequence[CharLink], target: Edits) -> tuple[CharLink, ...]:
        best: dict[tuple[int, int, int, int], float] = {}
        for a, b, c, d, score in links:
            source_range, target_range = self.edits.to_old(a, b), target.to_new(c, d)
            if source_range and target_range:
                place = (*source_range, *target_range)
                best[place] = max(score, best.get(place, 0.0))
        return tuple((*place, score) for place, score in best.items())

    def _restored(self, translation: str) -> Edits | None:
        if not translation.strip():
            return None
        # models write other scripts without blanks: "点击X1保存"
        pattern = rf"(?<![A-Za-z0-9]){self.letters}([0-9]+)(?![A-Za-z0-9])"
        matches = list(re.finditer(pattern, translation, re.IGNORECASE)) if self.groups else []
        if sorted(match[1] for match in matches) != sorted(
            str(number + 1) for number in range(len(self.groups))
        ):
            return None
        changes: list[Change] = []
        last = 0
        for match in matches:
            group = self.groups[int(match[1]) - 1]
            start, end = match.span()
            if group.left:
                start = max(last, len(translation[:start].rstrip()))
            if group.right:
                end += len(translation[end:]) - len(translation[end:].lstrip())
            changes.append((start, end, group.text))
            last = end
        changes += self._unfolded(translation, changes)
        changes.sort()
        end = len(translation)
        return Edits(translation, [(0, 0, self.before), *changes, (end, end, self.after)])

    def _unfolded(self, translation: str, taken: Sequence[Change]) -> list[Change]:
        """Words in plain letters get their marks back, each as often as the text has it."""
        changes: list[Change] = []
        for form, word in self.folded:
            pattern = rf"(?<![^\W_]){re.escape(form)}(?![^\W_])"
            for match in re.finditer(pattern, translation):
                start, end = match.span()
                if not any(a < end and start < b for a, b, _ in (*taken, *changes)):
                    changes.append((start, end, word))
                    break
        return changes


def mask(
    text: str,
    items: Sequence[Found],
    wanted: Collection[int],
    *,
    attempt: int = 0,
    peel: bool = False,
) -> Masked:
    """Put placeholders for some items of a text, and for all that the model's vocabulary lacks.

    Markup at the start of a line or round the whole text is taken off, whether wanted or not; so
    are emoji and single tags at the ends that are.

    Args:
        wanted: places in the list of items.
        attempt: another number gives other placeholders.
        peel: markup round words gets no placeholder but is left out, see `keep_wrap`.
    """
    pairs = (Sort.OPEN, Sort.CLOSE) if peel else ()
    chosen = {
        place
        for place, item in enumerate(items)
        if (item.foreign or place in wanted) and item.sort not in pairs
    }
    first, last, low, high = _without_ends(text, items, chosen)
    changes: list[Change] = [(0, first, "")] if first else []
    groups: list[_Group] = []
    folded: list[tuple[str, str]] = []
    letters = _letters(text, attempt)
    place = low
    while place <= high:
        item = items[place]
        final = place
        word = text[item.start : item.end]
        if item.sort in pairs:
            changes.append((item.start, item.end, ""))
        elif place not in chosen:
            pass
        elif item.sort is Sort.FOLD:
            folded.append((fold(word), word))
            changes.append((item.start, item.end, fold(word)))
        elif item.sort is Sort.PLAIN:
            form = (
                plain(f"a{word}a")[1:-1] if len(word) == 1 else unicodedata.normalize("NFC", word)
            )
            changes.append((item.start, item.end, form))
        else:
            while final < high and _joins(text, items, final, chosen):
                final += 1
            change, group = _grouped(
                text, items[place], items[final], f"{letters}{len(groups) + 1}"
            )
            changes.append(change)
            groups.append(group)
        place = final + 1
    if last < len(text):
        changes.append((last, len(text), ""))
    return Masked(
        Edits(text, changes),
        text[:first],
        text[last:],
        letters,
        tuple(groups),
        tuple(folded),
        (low, high),
    )


def _without_ends(
    text: str, items: Sequence[Found], chosen: Collection[int]
) -> tuple[int, int, int, int]:
    """Where the text begins and ends without what is taken off, and the first and last item."""
    first, last, low, high = 0, len(text), 0, len(items) - 1

    def at_start(place: int) -> bool:
        return not text[first : items[place].start].strip()

    def at_end(place: int) -> bool:
        return not text[items[place].end : last].strip()

    def loose(place: int) -> bool:
        return items[place].sort in (Sort.MARK, Sort.LONE) and place in chosen

    while low <= high:
        if at_start(low) and (items[low].sort is Sort.PREFIX or loose(low)):
            first, low = _skip(text, items[low].end), low + 1
        elif at_end(high) and loose(high):
            last, high = len(text[: items[high].start].rstrip()), high - 1
        elif items[low].sort is Sort.OPEN and items[low].mate == high:
            if not (at_start(low) and at_end(high)):
                break
            first, low = _skip(text, items[low].end), low + 1
            last, high = len(text[: items[high].start].rstrip()), high - 1
        else:
            break
    return first, max(first, last), low, high


def _skip(text: str, place: int) -> int:
    return place + len(text[place:]) - len(text[place:].lstrip())


def _joins(text: str, items: Sequence[Found], place: int, chosen: Collection[int]) -> bool:
    """Whether an item and the next share a placeholder."""
    following = items[place + 1]
    return (
        place + 1 in chosen
        and following.sort not in (Sort.FOLD, Sort.PLAIN)
        and not text[items[place].end : following.start].strip()
    )


def _grouped(text: str, first: Found, last: Found, placeholder: str) -> tuple[Change, _Group]:
    before, after = text[: first.start][-1:], text[last.end : last.end + 1]
    # a placeholder is a word of its own for the model; what is put in for that is taken out again
    left, right = before.isalnum(), after.isalnum()
    change = (first.start, last.end, " " * left + placeholder + " " * right)
    return change, _Group(
        text[first.start : last.end],
        left or (first.sort is Sort.CLOSE and bool(before.strip())),
        right or (last.sort is Sort.OPEN and bool(after.strip())),
    )


def _letters(text: str, attempt: int) -> str:
    """X, Z, XX, ...: the beginnings whose words models copy best, but those that the text has.

    Not Q, which with a number is a quarter of the year.
    """
    lower = text.casefold()
    free = (
        letter * times
        for times in count(1)
        for letter in "XZ"
        if not re.search(rf"{letter * times}\d", lower, re.IGNORECASE)
    )
    return next(islice(free, attempt, None))
