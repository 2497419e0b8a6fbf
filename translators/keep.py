"""Translation in which nothing is damaged that must not be translated: a ladder of three steps.

An item (see `keep_find`) is an address, code, markup, a placeholder, a number, an emoji, or
letters that the model lacks. Each text is first translated as it stands, which is enough for most;
where an item is damaged, its items are hidden behind placeholders, and markup is put round its
words anew; where that fails too, the text is cut at its items, so that none is ever lost:

    "Mail x@y.org now"  ->  "Escreva x-y.org agora"  (damaged)
    "Mail X1 now"       ->  "Escreva X1 agora"       ->  "Escreva x@y.org agora"
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce
from itertools import islice

from spanferry.data.errors import AccountingError
from spanferry.translators.base import Translation, Usage
from spanferry.translators.keep_check import failures
from spanferry.translators.keep_find import Found, Sort, find
from spanferry.translators.keep_mask import Masked, mask
from spanferry.translators.keep_patterns import may_have_items
from spanferry.translators.keep_weave import add_usage, stretches, weave
from spanferry.translators.keep_wrap import Bare, misplaced, untranslated, unwrap, wrap
from spanferry.translators.protect import MOST_PLACEHOLDERS

#: Items that are hidden together with one that was damaged; numbers mostly do well.
_FRAGILE = frozenset({Sort.WORD, Sort.OPEN, Sort.CLOSE, Sort.LONE, Sort.MARK})
#: Raised when the same model gives other translations than before because of this part.
KEEP_VERSION = "1"

Translate = Callable[[Sequence[str]], list[Translation]]


class Step(Enum):
    """How the items of a text came through: which step of the ladder gave the translation.

    `COPIED`: the text is nothing but items. `AS_IS`: it went in as it stands, but for markup round
    the whole of it and for letters that the model lacks. `WRAPPED`: without its markup, which was
    put round its words again. `MASKED`: with placeholders. `WOVEN`: cut at its items.
    """

    COPIED = "copied"
    AS_IS = "as_is"
    WRAPPED = "wrapped"
    MASKED = "masked"
    WOVEN = "woven"


@dataclass(slots=True)
class _Text:
    """A text with items on its way through the ladder."""

    place: int
    text: str
    items: list[Found]
    masked: Masked
    usage: Usage | None = None
    failed: set[int] = field(default_factory=set)
    hidden: bool = False
    settled: bool = False


def keep_items(
    texts: Sequence[str],
    translate: Translate,
    *,
    expressible: Callable[[str], bool] | None = None,
    tell: Callable[[int, Step], None] | None = None,
) -> list[Translation]:
    """Translate texts so that their items come through unharmed.

    `translate` is called at most three times, each time with all texts that need it. Links always
    count in the text as given and in the translation as returned. Usage is summed over the steps.
    An error of the model in the first step is final. Alternatives are those that hold all items;
    a text that was cut has none.

    Args:
        texts: one sentence each.
        translate: the bare model; as many results as it gets texts.
        expressible: whether the model's vocabulary has a character; None: it has all.
        tell: called with the place of each text that has items, and the step that it took.

    Raises:
        AccountingError: `translate` gave another number of results than it got texts.
    """
    told = tell or _nobody
    known = None if expressible is None else _Known(expressible)
    sources = list(texts)
    waiting: list[_Text] = []
    tables: list[_Text] = []
    strange: list[_Text] = []  # with markup that the model cannot read: the second step at once
    done: dict[int, Translation] = {}
    for place, text in enumerate(texts):
        if not may_have_items(text) and (known is None or known.all(text)):
            continue
        items = find(text, known)
        if not items:
            continue
        if not _words_outside(text, items):
            done[place] = Translation(text, links=((0, len(text), 0, len(text), 1.0),))
            told(place, Step.COPIED)
        elif any(text[item.start : item.end] == "|" for item in items):
            # words must not go from one cell of a table to another, which no check would see
            tables.append(_Text(place, text, items, mask(text, items, ())))
        elif any(item.sort is Sort.OPEN and item.foreign for item in items):
            strange.append(_Text(place, text, items, mask(text, items, ())))
            strange[-1].failed = _with_fragile(items, ())
        else:
            waiting.append(_Text(place, text, items, mask(text, items, ())))
            sources[place] = waiting[-1].masked.edits.text
    apart = {*done, *(item.place for item in (*tables, *strange))}
    rest = [place for place in range(len(texts)) if place not in apart]
    done.update(zip(rest, _translated([sources[p] for p in rest], translate), strict=True))
    waiting = [item for item in waiting if not _settled(item, done[item.place], done, told)]
    waiting += strange
    _hide(waiting, translate, done, told)
    left = [*tables, *(item for item in waiting if not item.settled)]
    _weave_all(left, translate, done, told)
    return [done[place] for place in range(len(texts))]


def _settled(
    item: _Text,
    result: Translation,
    done: dict[int, Translation],
    told: Callable[[int, Step], None],
    step: Step = Step.AS_IS,
) -> bool:
    """Whether a result, entered in `done`, is the last word on a text."""
    usage = item.usage = add_usage(item.usage, result.usage)
    if result.error or result.text is None:
        # the model may still manage the stretches of a text with placeholders
        if step is Step.AS_IS:
            told(item.place, step)
        return step is Step.AS_IS
    whole = item.masked.unmask(result)
    if whole is None or whole.text is None:
        item.failed = set(range(len(item.items)))
        return False
    failed = failures(item.text, item.items, whole.text)
    wrong = step is Step.AS_IS and (
        misplaced(item.text, item.items, whole) or untranslated(item.text, item.items, whole.text)
    )
    if failed or wrong or not whole.text.strip():
        item.failed = _with_fragile(item.items, failed)
        return False
    good = [a for a in whole.alternatives if not failures(item.text, item.items, a.text)]
    if whole is not result or usage is not whole.usage or len(good) < len(whole.alternatives):
        whole = replace(whole, alternatives=tuple(good), usage=usage)
    done[item.place] = whole
    told(item.place, Step.MASKED if item.masked.groups else step)
    return True


def _with_fragile(items: Sequence[Found], failed: Collection[int]) -> set[int]:
    return {*failed, *(place for place, item in enumerate(items) if item.sort in _FRAGILE)}


def _hide(
    waiting: Sequence[_Text],
    translate: Translate,
    done: dict[int, Translation],
    told: Callable[[int, Step], None],
) -> None:
    """The second step: all that is tried for a text goes into one call."""
    requests: list[str] = []
    bares: list[Bare | None] = []
    for item in waiting:
        first = done.get(item.place)
        before = item.masked.edits.text if first else ""
        linked = first is not None and first.links is not None
        bares.append(unwrap(item.text, item.items, item.failed, linked=linked))
        requests += bares[-1].requests if bares[-1] else ()
        item.masked = mask(item.text, item.items, item.failed, attempt=1)
        fits = len(item.masked.groups) <= MOST_PLACEHOLDERS
        item.hidden = fits and item.masked.edits.text != before
        requests += [item.masked.edits.text] if item.hidden else []
    results = iter(_translated(requests, translate))
    for item, bare in zip(waiting, bares, strict=True):
        if bare is not None:
            own = list(islice(results, len(bare.requests)))
            item.usage = reduce(add_usage, (result.usage for result in own), item.usage)
            whole = wrap(item.text, item.items, bare, own)
            if whole is not None and not failures(item.text, item.items, whole.text or ""):
                done[item.place] = whole
                told(item.place, Step.WRAPPED)
                item.settled = True
        if item.hidden:
            result = next(results)
            if item.settled:
                item.usage = add_usage(item.usage, result.usage)
            else:
                item.settled = _settled(item, result, done, told, Step.MASKED)
        if item.settled:
            done[item.place] = replace(done[item.place], usage=item.usage)


def _weave_all(
    left: Sequence[_Text],
    translate: Translate,
    done: dict[int, Translation],
    told: Callable[[int, Step], None],
) -> None:
    parts = [stretches(item.text, item.items) for item in left]
    wanted = list(dict.fromkeys(p.masked.edits.text for own in parts for p in own))
    known = dict(zip(wanted, _translated(wanted, translate), strict=True))
    for item, own in zip(left, parts, strict=True):
        results: list[Translation] = []
        for part in own:
            result = known[part.masked.edits.text]
            results.append(result)
            if result.usage is not None:  # a stretch that came more than once was paid once
                known[part.masked.edits.text] = replace(result, usage=None)
        whole = weave(item.text, item.items, own, results)
        done[item.place] = replace(whole, usage=add_usage(item.usage, whole.usage))
        told(item.place, Step.WOVEN)


def _translated(texts: Sequence[str], translate: Translate) -> list[Translation]:
    if not texts:
        return []
    results = translate(texts)
    if len(results) != len(texts):
        raise AccountingError(
            f"a translation model got {len(texts)} texts and gave back {len(results)}"
        )
    return results


def _words_outside(text: str, items: Sequence[Found]) -> bool:
    """Whether there is anything to translate; words in plain letters are."""
    place = 0
    for item in items:
        if item.sort in (Sort.FOLD, Sort.PLAIN):
            continue
        if any(c.isalpha() for c in text[place : item.start]):
            return True
        place = item.end
    return any(c.isalpha() for c in text[place:])


def _nobody(place: int, step: Step) -> None:
    return


class _Known:
    """Which characters the vocabulary has; each is asked for once."""

    def __init__(self, expressible: Callable[[str], bool]) -> None:
        self._expressible = expressible
        self._yes: set[str] = set()
        self._no: set[str] = set()

    def __call__(self, character: str) -> bool:
        if character in self._yes:
            return True
        if character in self._no:
            return False
        known = character.isspace() or self._expressible(character)
        (self._yes if known else self._no).add(character)
        return known

    def all(self, text: str) -> bool:
        return self._yes.issuperset(text) or all(self(character) for character in set(text))
