"""One span on the page: where it is in the source, where gold and each method have it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from spanferry.flows.comparing.disagreements import Disagreement, kinds
from spanferry.flows.comparing.outcomes import Outcome
from spanferry.flows.comparing.page_text import Mark, marked, plain

_SIGNS = {"right": "✓", "wrong": "✗", "none": "–", "placed": "·"}
_KINDS = {True: "right", False: "wrong", None: "placed"}


def card(found: Disagreement, number: int, letters: Sequence[str]) -> str:
    """The `article` of a span.

    Args:
        number: of its gold set.
        letters: of the methods.
    """
    case, span = found.case, found.span
    item = case.item
    source = marked(item.text, [Mark(span.ranges(), "mark", "span")])
    gold = tuple(
        sorted(case.characters(wanted) for wanted in case.wanted if wanted[2] == span.label)
    )
    placed = [(k, one) for k, one in enumerate(found.outcomes) if one.place is not None]
    lanes = [Mark(one.ranges, "u", f"m{k} l{lane}") for lane, (k, one) in enumerate(placed)]
    # the lowest line is the outermost
    target = marked(item.translation, [*reversed(lanes), Mark(gold, "b", "gold")])
    rows = "".join(_rows(found, letters))
    language, other = item.language, item.target_language
    return (
        f"<article {_data(found, number)}>"
        f'<p class="where"><b>{plain(span.label)}</b> · {plain(case.id)}</p>'
        f'<p class="text source" dir="auto"{_lang(language)}>{source}</p>'
        f'<p class="text target" dir="auto"{_lang(other)}>{target}</p>'
        f'<div class="outcomes">{rows}</div></article>\n'
    )


def _data(found: Disagreement, number: int) -> str:
    outcomes = list(enumerate(found.outcomes))
    values = {
        "set": str(number),
        "label": found.span.label,
        "kind": kinds(found.outcomes),
        "right": " ".join(str(k) for k, one in outcomes if one.right),
        "wrong": " ".join(str(k) for k, one in outcomes if one.wrong),
        "missing": " ".join(str(k) for k, one in outcomes if one.place is None),
        "places": " ".join(map(str, found.places)),
    }
    return " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())


def _rows(found: Disagreement, letters: Sequence[str]) -> list[str]:
    """A row a place, the right ones first, the missing ones last: what it holds and whose it is."""
    groups: dict[tuple[int, str], list[int]] = {}
    for number, (place, one) in enumerate(zip(found.places, found.outcomes, strict=True)):
        groups.setdefault((place, one.reason), []).append(number)
    order = sorted(groups.values(), key=lambda group: _order(found.outcomes[group[0]]))
    return [_row(found, group, letters) for group in order]


def _order(one: Outcome) -> tuple[bool, bool, float]:
    return one.place is None, not one.right, -one.score


def _row(found: Disagreement, group: Sequence[int], letters: Sequence[str]) -> str:
    first = found.outcomes[group[0]]
    kind = "none" if first.place is None else _KINDS[first.right]
    if first.place is None:
        text = f"missing: {plain(first.reason)}"
    else:
        words = found.case.item.translation
        parts = " … ".join(plain(words[start:end]) for start, end in first.ranges)
        text = f"<bdi{_lang(found.case.item.target_language)}>{parts}</bdi>"
    who = "".join(_who(found.outcomes[k], k, letters[k]) for k in group)
    return (
        f'<div class="{kind}"><span class="sign" title="{kind}">{_SIGNS[kind]}</span>'
        f'<span>{text}</span><span class="who">{who}</span></div>'
    )


def _who(one: Outcome, number: int, letter: str) -> str:
    score = "" if one.place is None else f" {one.score:.2f}"
    return f'<span class="one">{chip(number, letter)}{score}</span>'


def chip(number: int, letter: str) -> str:
    """The sign of a method."""
    return f'<span class="chip m{number}">{escape(letter)}</span>'


def _lang(code: str) -> str:
    return f' lang="{escape(code)}"' if code else ""
