"""What projection knows of words: stop words (spaCy's, and a few more) and punctuation."""

from __future__ import annotations

import unicodedata
from functools import cache

from spanferry.data.languages import base

#: Function words that spaCy's lists leave out: the articles of some languages, and of Korean the
#: particles and endings, which are words of their own to MeCab (its classes J, E, VCP and XSV).
_LEFT_OUT = {
    "ca": "l' d' n' s' m' t'",
    "it": "i all'",
    "ko": "은 는 이 가 을 를 의 에 에서 에게 께 께서 로 으로 와 과 랑 이랑 도 만 까지 부터 "
    "마저 조차 보다 처럼 마다 밖에 나 이나 라 고 라고 이라고 며 이며 든지 요 한테 로서 "
    "으로서 로써 으로써 만큼 뿐 다 지만 는데 은데 면 으면 아서 어서 니까 으니까 으며 "
    "므로 으므로 려고 으려고 도록 게 기 음 았 었 였 겠 시 으시 습니다 던 어 아 어야 "
    "아야 네요 어요 아요 에요 예요 죠 지 인 이다 입니다 하 했 한다 합니다 할 해 해야 "
    "하여 되 된다 됐 돼 적",
    "tr": "bir",
}

#: Punctuation (category P) that carries meaning, belongs to the word that it ends, or stands
#: between all words (the Tibetan tsheg, the Ethiopic word space).
_PART_OF_WORD = frozenset("#%&*/@\\_§¶†‡‰‱′″‴٪׳״་༌፡")
#: No punctuation beyond it: the planes that follow hold ideographs and tags.
_LAST_MARK = 0x20000


@cache
def stop_words(language: str) -> frozenset[str]:
    """Stop words of a BCP-47 language, in lower case; none for one that spaCy lacks."""
    import spacy

    code = base(language)
    try:
        defaults = spacy.util.get_lang_class(code).Defaults
    except ImportError:
        return frozenset()
    # the Chinese list holds punctuation marks too
    known = {word.lower() for word in defaults.stop_words if any(map(str.isalnum, word))}
    return frozenset(known.union(_LEFT_OUT.get(code, "").split()) if known else ())


def is_stop(text: str, start: int, end: int, language: str) -> bool:
    """Whether a word is a stop word, whatever marks it carries.

    >>> is_stop("l’été", 0, 2, "fr"), is_stop("the.", 0, 4, "en"), is_stop("L", 0, 1, "fr")
    (True, True, False)
    """
    known = stop_words(language)
    first, last = core(text, start, end)
    # an apostrophe at the edge is part of a stop word (`l'`, `'s`), but no part of the core
    whole = _lower(text[start:end]).replace("’", "'")
    return _lower(text[first:last]) in known or whole in known


def _lower(word: str) -> str:
    """Lower case; of the Turkish `İ`, Python makes `i` and a dot above it."""
    return word.replace("İ", "i").lower()


@cache
def edge_marks() -> frozenset[str]:
    """Characters that a span does not begin or end with by itself.

    The punctuation, quotation marks, ellipses and hyphens of `spacy.lang.char_classes`, and the
    punctuation (Unicode category P) of all scripts, be it full-width. Signs that carry meaning
    (`%`, `$`, `@`) are not among them; `#`, `&`, `*` and `_` are taken out for that reason.
    """
    from spacy.lang import char_classes as classes

    listed = [*classes.LIST_PUNCT, *classes.LIST_QUOTES, *classes.LIST_ELLIPSES]
    listed += classes.HYPHENS.split("|") if isinstance(classes.HYPHENS, str) else classes.HYPHENS
    marks = {mark.replace("\\", "") for mark in listed}
    marks = {mark for mark in marks if len(mark) == 1}
    marks |= {char for char in map(chr, range(_LAST_MARK)) if is_mark(char)}
    return frozenset(
        mark
        for mark in marks - frozenset("~<>")
        if _PART_OF_WORD.isdisjoint(mark + unicodedata.normalize("NFKC", mark))
    )


def is_mark(word: str) -> bool:
    """Whether a word consists of punctuation only (Unicode category P), as spaCy defines it."""
    return bool(word) and all(unicodedata.category(char)[0] == "P" for char in word)


def core(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a range without white space and marks at its edges; all of it if nothing is left.

    >>> core('of "sushi".', 3, 11)
    (4, 9)
    """
    marks = edge_marks()
    first, last = start, end
    while first < last and (text[first].isspace() or text[first] in marks):
        first += 1
    while last > first and (text[last - 1].isspace() or text[last - 1] in marks):
        last -= 1
    return (first, last) if first < last else (start, end)
