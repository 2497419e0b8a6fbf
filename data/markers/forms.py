"""How marks look: templates, and patterns that also know what translators make of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FormName = Literal["brackets", "xml", "tags", "numbered"]
#: Marks before and after a span. `{a}` is a letter (a, b, ..., z, aa, ...), `{1}` a number: they
#: tell the spans apart. `brackets` is EasyProject's form, `xml` LabelPigeon's, `numbered` xMEN's;
#: `tags` are XML tags that no translator takes for a word, as it does with the `a` of `<a>`.
FORMS: dict[str, tuple[str, str]] = {
    "brackets": ("[", "]"),
    "xml": ("<{a}>", "</{a}>"),
    "tags": ("<s{1}>", "</s{1}>"),
    "numbered": ("[{1}] ", " [/{1}]"),
}
_KEYS = {"{a}": r"[^\W\d_]{1,12}", "{1}": r"\d{1,4}"}
#: What translators write in place of a character.
_ALIKE = {
    "<": r"(?:[<＜〈‹]|&(?:amp;)?(?:lt|\#60);)",
    ">": r"(?:[>＞〉›]|&(?:amp;)?(?:gt|\#62);)",
    "[": r"(?:[\[［【〔「『《⟦]|&(?:amp;)?\#91;)",
    "]": r"(?:[\]］】〕」』》⟧]|&(?:amp;)?\#93;)",
    "(": r"[(（]",
    ")": r"[)）]",
    "{": r"[{｛]",
    "}": r"[}｝]",
    "/": r"[/／\\]",
    '"': '["“”„‟″«»＂]',
}
#: What may stand inside of a mark: white space, and what takes no width.
BLANKS = r"[\s\u200b-\u200d\u2060\ufeff]*"
#: Of these, two for one are a slip of the translator.
_DELIMITERS = frozenset("<>[]")


class Template(BaseModel):
    """Marks of the user's own: `{open: "⟦{1}:", close: "⟧"}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    open: str = Field(
        description="stands before a span; {a} in it becomes a letter and {1} a number, one for "
        "each span"
    )
    close: str = Field(description="stands after it")

    @model_validator(mode="after")
    def _check(self) -> Template:
        for name, value in (("open", self.open), ("close", self.close)):
            if not value.strip() or not _literal(value).strip():
                raise ValueError(f"{name}: a mark needs a sign of its own (got {value!r})")
            if sum(value.count(key) for key in _KEYS) > 1:
                raise ValueError(f"{name}: one of {{a}} and {{1}}, once (got {value!r})")
            if any(c.isalnum() for c in _literal(value)) and not _signs(value):
                raise ValueError(f"{name}: letters alone would be translated (got {value!r})")
        if {k for k in _KEYS if k in self.close} - {k for k in _KEYS if k in self.open}:
            raise ValueError("close: has a letter or number that open has not")
        return self


@dataclass(frozen=True, slots=True)
class Form:
    """A way to mark spans.

    Args:
        name: of `FORMS`, or `own`.
        open, close: templates; see `FORMS`.
    """

    name: str
    open: str
    close: str

    @property
    def keyed(self) -> bool:
        """Whether marks tell which span they are of, at their beginning and at their end."""
        return any(key in self.open and key in self.close for key in _KEYS)

    @property
    def symmetric(self) -> bool:
        """Whether the same sign opens and closes."""
        return self.open.strip() == self.close.strip()

    def key(self, number: int) -> str:
        """The key of a span, counted from 0; empty where marks have none."""
        if "{a}" in self.open:
            return letters(number)
        return str(number + 1) if "{1}" in self.open else ""

    def marks(self, key: str) -> tuple[str, str]:
        """What stands before and after a span."""
        return _filled(self.open, key), _filled(self.close, key)

    def occurs(self, text: str) -> bool:
        """Whether a text holds something that would be taken for a mark."""
        return pattern(self).search(text) is not None


def form(wanted: str | Template) -> Form:
    """The form of a setting."""
    if isinstance(wanted, Template):
        return Form("own", wanted.open, wanted.close)
    return Form(wanted, *FORMS[wanted])


def fitting(wanted: Form, text: str) -> Form | None:
    """That form, or where the text holds what looks like its marks, another one with keys.

    None where the text holds marks of all forms.

    >>> fitting(form("xml"), "if a <b> c").name
    'numbered'
    """
    others = [form(name) for name in ("tags", "numbered", "xml")]
    others += [Form("spare", "⟦{1}⟧", "⟦/{1}⟧"), Form("spare", "{{{1}}}", "{{/{1}}}")]
    return next((one for one in (wanted, *others) if not one.occurs(text)), None)


def letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ...

    >>> [letters(n) for n in (0, 25, 26, 27, 701, 702)]
    ['a', 'z', 'aa', 'ab', 'zz', 'aaa']
    """
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("a") + rest) + found
    return found


def plain_key(key: str) -> str:
    """A key as it is compared: lower case, in plain digits and letters, without leading zeros."""
    return unicodedata.normalize("NFKC", key).casefold().lstrip("0")


@cache
def pattern(wanted: Form) -> re.Pattern[str]:
    """Finds the marks of a form, damaged ones too: groups `close`, `open`, `loose` and their keys.

    `loose`: an opening mark with a stray slash (`<a/>`), which may be either.
    """
    parts = [("open", _tolerant(wanted.open, "open"))]
    if not wanted.symmetric:
        parts.insert(0, ("close", _tolerant(wanted.close, "close")))
        if wanted.keyed and "/" in wanted.close:
            # the slash may have gone behind the key: before the last sign
            strayed = wanted.open.strip()
            strayed = f"{strayed[:-1]}/{strayed[-1]}"
            parts.append(("loose", _tolerant(strayed, "loose")))
    return re.compile("|".join(f"(?P<{name}>{text})" for name, text in parts), re.IGNORECASE)


@cache
def halves(wanted: Form) -> re.Pattern[str] | None:
    """Finds keyed marks that lost their first or last sign: `/a>`, `</a`; None for other forms."""
    both = (wanted.close.strip(), wanted.open.strip())
    if not wanted.keyed or any(not (s[0] in _DELIMITERS and s[-1] in _DELIMITERS) for s in both):
        return None
    parts = []
    for name, sign in zip(("close", "open"), both, strict=True):
        head, tail = _tolerant(sign[:-1], f"{name}1"), _tolerant(sign[1:], f"{name}2")
        # a key that comes first must not be the end of a word
        apart = r"(?<!\w)" if sign[1] == "{" else ""
        parts.append(f"(?P<{name}>{head}(?!\\w)|{apart}{tail})")
    return re.compile("|".join(parts), re.IGNORECASE)


def _tolerant(template: str, group: str) -> str:
    out: list[str] = []
    for piece in re.split(r"(\{a\}|\{1\}|\s+)", template.strip()):
        if piece in _KEYS:
            out.append(f"(?P<{group}_key>{_KEYS[piece]})")
        elif piece.strip():
            for run in re.findall(r"[^\W\d_]+|.", piece):
                # letters before a key may be spelt in another script
                known = r"[^\W\d_]{1,3}" if run.isalpha() else _ALIKE.get(run, re.escape(run))
                out.append(f"{known}{{1,2}}" if run in _DELIMITERS else known)
    return BLANKS.join(out)


def _filled(template: str, key: str) -> str:
    for name in _KEYS:
        template = template.replace(name, key)
    return template


def _literal(template: str) -> str:
    return _filled(template, "")


def _signs(template: str) -> bool:
    return any(not c.isalnum() and not c.isspace() for c in _literal(template))
