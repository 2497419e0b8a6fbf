"""The marks in a translation: each with what was done to it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from spanferry.data.markers.forms import BLANKS, Form, halves, pattern, plain_key

Kind = Literal["open", "close", "either"]
_ENTITIES = {"lt": "<", "gt": ">", "60": "<", "62": ">", "91": "[", "93": "]"}
_SINGLE = {"〈": "<", "‹": "<", "〉": ">", "›": ">", "\\": "/"}


@dataclass(frozen=True, slots=True)
class Token:
    """A mark in a translation.

    Args:
        start, end: its characters.
        kind: `either` where it does not tell whether it opens or closes.
        key: as `forms.plain_key` has it; empty in forms without keys.
        repairs: names of what had to be seen through, see `pairing.SURE`.
    """

    start: int
    end: int
    kind: Kind
    key: str
    repairs: tuple[str, ...] = ()


def find(text: str, form: Form, keys: Collection[str], *, plain: str = "") -> list[Token]:
    """The marks of a form in a translation, in order.

    Args:
        keys: those that were put in, as `plain_key` has them. A mark of these is looked for
            without its first or last sign too, where it is not there as a whole.
        plain: the source text; where it holds such signs itself, only whole marks count.
    """
    found = []
    for match in pattern(form).finditer(text):
        groups = match.groupdict()
        name = next(n for n in ("close", "open", "loose") if groups.get(n) is not None)
        key = groups.get(f"{name}_key") or ""
        repairs = _repairs(match[0], form, key, name)
        found.append(Token(*match.span(), _kind(form, name), plain_key(key), repairs))
    if form.keyed:
        found = _with_halves(text, form, keys, found, plain)
    return found


def _kind(form: Form, name: str) -> Kind:
    if form.symmetric or name == "loose":
        return "either"
    return "close" if name == "close" else "open"


def _with_halves(
    text: str, form: Form, keys: Collection[str], found: list[Token], plain: str
) -> list[Token]:
    """Marks that lost a sign, of those keys that lack a mark."""
    looser = halves(form)
    signs = {form.open.strip()[0], form.open.strip()[-1]}
    counts = Counter((token.key, token.kind) for token in found)
    kinds: tuple[Kind, ...] = ("open", "close")
    lacking = {
        (key, kind)
        for key in keys
        for kind in kinds
        if not counts[key, kind] and not counts[key, "either"]
    }
    if looser is None or not lacking or any(sign in plain for sign in signs):
        return found
    for match in looser.finditer(text):
        groups = match.groupdict()
        kind: Kind = "close" if groups["close"] is not None else "open"
        key = plain_key(groups.get(f"{kind}1_key") or groups.get(f"{kind}2_key") or "")
        free = all(match.end() <= t.start or t.end <= match.start() for t in found)
        if free and any(key == other for other, _ in lacking):
            # with the other half there, a slash too many or too few was not all that went wrong
            kind = kind if (key, kind) in lacking else "either"
            found.append(Token(match.start(), match.end(), kind, key, ("half_sign",)))
    return sorted(found, key=lambda token: token.start)


def _repairs(text: str, form: Form, key: str, name: str) -> tuple[str, ...]:
    """What differs between a mark as it stands and as it was put in."""
    wanted = form.marks(plain_key(key))[name == "close"].strip()
    if text == wanted:
        return ()
    found = []
    if "&" in text and ";" in text:
        found.append("entity")
        text = text.replace("&amp;", "&")
        for code, sign in _ENTITIES.items():
            text = text.replace(f"&{code};", sign).replace(f"&#{code};", sign)
    folded = unicodedata.normalize("NFKC", text)
    if folded != text:
        found.append("full_width")
    signs = "".join(_SINGLE.get(c, c) for c in folded)
    bare = re.sub(BLANKS, "", signs)
    if bare != signs and signs != wanted:
        found.append("blanks")
    if name == "loose":
        return (*found, "stray_slash")
    once = "".join(c for k, c in enumerate(bare) if not k or c != bare[k - 1] or c not in "<>[]")
    if once != bare:
        found.append("doubled")
    if once != "".join(wanted.split()):
        same = once.casefold() == "".join(wanted.split()).casefold()
        found.append("case" if same else "other_signs")
    return tuple(found)


def with_key(token: Token, key: str, repair: str) -> Token:
    """The token under another key."""
    return replace(token, key=key, repairs=(*token.repairs, repair))
