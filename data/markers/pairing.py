"""Which marks of a translation belong together, and what is done where one is lost."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from spanferry.data.markers.forms import plain_key
from spanferry.data.markers.insert import MarkedPart
from spanferry.data.markers.tokens import Token, with_key

#: How much a repair takes from the trust in a span, by its name. Set by hand: what only changes
#: how a mark is written costs next to nothing, what guesses where it was costs much.
SURE: dict[str, float] = {
    # how the mark is written: tokens.py
    "blanks": 1.0,
    "case": 1.0,
    "entity": 1.0,
    "full_width": 1.0,
    "doubled": 1.0,
    "other_signs": 0.95,
    "stray_slash": 0.9,
    "half_sign": 0.85,
    # what belongs to what: here
    "extra_mark": 0.9,
    "translated_key": 0.8,
    "duplicated": 0.7,
    "swapped": 0.6,
    "open_for_close": 0.85,
    "close_for_open": 0.85,
    "lost_close": 0.5,
    "lost_open": 0.5,
    # where it stands: strip.py and edges.py
    "glued": 0.95,
    "inside_word": 0.9,
    "punctuation_inside": 0.97,
    "punctuation_outside": 0.95,
    "article_inside": 0.95,
    "article_alone": 0.7,
    "blanks_inside": 1.0,
}
#: Why no place was found for a part.
REASONS = {
    "lost_marker": "neither of its marks came through",
    "half_marker": "one of its marks was lost, and nothing tells where it was",
    "empty_marker": "its marks came through with nothing between them",
}
#: What a span does not go over when one of its marks is lost.
_BOUNDARY = re.compile(r"[.,;:!?…。，、；：！？()\[\]«»\"“”|]")


@dataclass(frozen=True, slots=True)
class Pair:
    """The marks of a part.

    Args:
        start, end: the characters between them, in the translation as it came.
        repairs: names of what was done, see `SURE`.
    """

    start: int
    end: int
    repairs: tuple[str, ...]


def sureness(repairs: Collection[str]) -> float:
    """How far a place is to be trusted after these repairs, in (0, 1]."""
    return math.prod(SURE[name] for name in repairs)


def pair_keyed(text: str, tokens: Sequence[Token], parts: Sequence[MarkedPart]) -> list[Pair | str]:
    """For each part its marks, or a key of `REASONS`."""
    known = [plain_key(part.key) for part in parts]
    tokens = _named(tokens, known)
    found: list[Pair | str] = []
    for key, part in zip(known, parts, strict=True):
        own = [token for token in tokens if token.key == key]
        pairs, strays = _scan(own)
        full = [p for p in pairs if text[p.start : p.end].strip()]
        if full:
            found.append(_one(text, full, part, extra=len(full) < len(pairs) or bool(strays)))
        elif not strays:
            found.append("empty_marker" if pairs else "lost_marker")
        else:
            found.append(_mended(text, tokens, strays, part))
    return found


def pair_unkeyed(text: str, tokens: Sequence[Token], parts: Sequence[MarkedPart]) -> list[Pair]:
    """All pairs of marks, in order; which part each is of is not known yet."""
    longest = max(parts, key=lambda part: len(part.covered), default=None)
    if longest is None:
        return []
    found: list[Pair] = []
    pending: Token | None = None
    for token in tokens:
        kind = token.kind
        if kind == "either":
            kind = "close" if pending else "open"
        if kind == "close" and pending:
            found.append(Pair(pending.end, token.start, (*pending.repairs, *token.repairs)))
            pending = None
            continue
        lone = token if kind == "close" else pending
        if lone is not None:
            mended = _from_one(text, tokens, lone, longest, closes=kind == "close")
            found += [mended] if mended else []
        pending = token if kind == "open" else None
    if pending:
        mended = _from_one(text, tokens, pending, longest, closes=False)
        found += [mended] if mended else []
    return [pair for pair in found if text[pair.start : pair.end].strip()]


def _named(tokens: Sequence[Token], known: Sequence[str]) -> list[Token]:
    """Marks under keys that nobody put in get the keys that they can only be.

    The key of `<a>` is a word to a translator: `<un>personal</a>`.
    """
    found = list(tokens)
    kinds = {key: {token.kind for token in tokens if token.key == key} for key in known}
    for key, there in kinds.items():
        if len(there) != 1 or "either" in there:
            continue
        place = next(k for k, token in enumerate(found) if token.key == key)
        back = there == {"close"}
        way: Iterator[int] = iter(
            range(place - 1, -1, -1) if back else range(place + 1, len(found))
        )
        wanted = "open" if back else "close"
        other = next(
            (k for k in way if found[k].key not in kinds and found[k].kind == wanted), None
        )
        if other is not None:
            found[other] = with_key(found[other], key, "translated_key")
    strange = [token.key for token in found if token.key not in kinds]
    lost = [key for key in known if not any(token.key == key for token in found)]
    names = [key for key in dict.fromkeys(strange) if strange.count(key) == 2]
    if lost and len(names) == len(lost) == len(set(strange)):
        by_name = dict(zip(names, lost, strict=True))
        found = [
            with_key(t, by_name[t.key], "translated_key") if t.key in by_name else t for t in found
        ]
    return found


def _scan(tokens: Sequence[Token]) -> tuple[list[Pair], list[Token]]:
    """Pairs of opening and closing marks of one key, and the marks that are left."""
    pairs: list[Pair] = []
    strays: list[Token] = []
    pending: Token | None = None
    for number, token in enumerate(tokens):
        kind = token.kind
        if kind == "either":
            kind = "close" if pending else "open"
        if kind == "close" and pending:
            pairs.append(Pair(pending.end, token.start, (*pending.repairs, *token.repairs)))
            pending = None
        elif kind == "close":
            strays.append(token)
        elif pending and all(later.kind == "open" for later in tokens[number:]):
            repairs = (*pending.repairs, *token.repairs, "open_for_close")
            pairs.append(Pair(pending.end, token.start, repairs))
            pending = None
        else:
            strays += [pending] if pending else []
            pending = token
    return pairs, [*strays, *([pending] if pending else [])]


def _one(text: str, pairs: Sequence[Pair], part: MarkedPart, *, extra: bool) -> Pair:
    """One pair of those of a part: neighbours become one, else the likeliest by its length."""
    together = [pairs[0]]
    for before, after in pairwise(pairs):
        if not re.sub(r"\W", "", text[before.end : after.start]) and _blank(text, before, after):
            repairs = tuple(dict.fromkeys((*together[-1].repairs, *after.repairs)))
            together[-1] = Pair(together[-1].start, after.end, repairs)
        else:
            together.append(after)

    def unlike(pair: Pair) -> float:
        return abs(math.log((pair.end - pair.start + 1) / (len(part.covered) + 1)))

    best = min(together, key=unlike)
    more = ("duplicated",) if len(pairs) > 1 else ("extra_mark",) if extra else ()
    return replace(best, repairs=(*best.repairs, *more))


def _blank(text: str, before: Pair, after: Pair) -> bool:
    between = re.sub(r"[<\[(&＜［【]?[^\s<>]*[>\]);＞］】]", "", text[before.end : after.start])
    return not between.strip()


def _mended(
    text: str, tokens: Sequence[Token], strays: Sequence[Token], part: MarkedPart
) -> Pair | str:
    """A pair made of marks that are none."""
    first, last = strays[0], strays[-1]
    if len(strays) == 2 and text[first.end : last.start].strip():
        swapped = first.kind == "close" and last.kind == "open"
        if swapped or (first.kind, last.kind) == ("close", "close"):
            repairs = (*first.repairs, *last.repairs, "swapped" if swapped else "close_for_open")
            return Pair(first.end, last.start, repairs)
    if len(strays) == 1:
        mended = _from_one(text, tokens, first, part, closes=first.kind == "close")
        return mended or "half_marker"
    return "half_marker"


def _from_one(
    text: str, tokens: Sequence[Token], token: Token, part: MarkedPart, *, closes: bool
) -> Pair | None:
    """The stretch between a lone mark and the next boundary, where that can be all of it.

    It is taken as long as it has one word more than the source span at most, and no more than
    twice its characters; otherwise nothing tells where the span ends.
    """
    if closes:
        start = max((t.end for t in tokens if t.end <= token.start), default=0)
        found = [match.end() for match in _BOUNDARY.finditer(text, start, token.start)]
        start, end = max([start, *found]), token.start
    else:
        start = token.end
        end = min((t.start for t in tokens if t.start >= token.end), default=len(text))
        match = _BOUNDARY.search(text, start + 1, end)
        end = match.start() if match else end
    words = text[start:end].split()
    if not words or len(words) > len(part.covered.split()) + 1:
        return None
    if len("".join(words)) > 2 * len(part.covered) + 4:
        return None
    return Pair(start, end, (*token.repairs, "lost_open" if closes else "lost_close"))
