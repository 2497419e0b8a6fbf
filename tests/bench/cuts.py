"""Places where a sentence and its translation can both be cut, for reasons other than links.

A cut is a place in a sentence and the place in its translation such that nothing goes across: the
ends of the sentence, marks that both sides have in the same order, a conjunction that stands once
on either side, a labelled span whose neighbours are certain as well, and, where people linked the
words, words that are sure links of one another on both sides. Links only have a veto.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

ARTICLES = {
    "en": {"the", "a", "an"},
    "es": {"el", "la", "los", "las", "un", "una", "unos", "unas"},
    "de": {"der", "die", "das", "den", "dem", "ein", "eine", "einen", "einem", "einer"},
    "fr": {"le", "la", "les", "un", "une"},
}
#: Prepositions with an article inside.
WITH_ARTICLE = {"del", "al", "des", "zum", "zur", "im", "am", "vom", "beim", "ins"}
#: Words that end no clause: what follows them belongs to them.
_UNENDING = (
    "the a an of at on by to in for and or that this these those with from as but because i we you "
    "he she it they any some even de que en con y o pero por para el la los las un una sus su und "
    "oder aber daß dass der die das den dem des ein eine im zum zur à et ou mais car le les une ce "
    "cette ces leur son sa ne se which where when if after before qui où après wo"
)
UNENDING = set(_UNENDING.split())
#: Words after which no clause starts: what follows them belongs to them.
TITLES = {"mr", "mrs", "ms", "dr", "hon", "herr", "herrn", "frau", "monsieur", "madame", "$", "no"}
#: Rules whose cuts one voter is enough for.
CERTAIN = {"first", "last", "comma", "mark"}
#: A block holds a translation if so many words on either side are linked inside it.
LEAST_LINKED = 0.4
#: Conjunctions that open a clause, and what they are called on the other side.
OPENERS: dict[str, dict[str, set[str]]] = {
    "that": {"es": {"que"}, "de": {"daß", "dass"}, "fr": {"que"}},
    "because": {"es": {"porque"}, "de": {"weil", "denn"}, "fr": {"parce_que", "car"}},
    "but": {"es": {"pero", "sino"}, "de": {"aber", "sondern"}, "fr": {"mais"}},
    "and": {"es": {"y", "e"}, "de": {"und"}, "fr": {"et"}},
    "or": {"es": {"o", "u"}, "de": {"oder"}, "fr": {"ou"}},
    "if": {"es": {"si"}, "de": {"wenn", "ob", "falls"}, "fr": {"si"}},
    "when": {"es": {"cuando"}, "de": {"wenn", "als"}, "fr": {"quand", "lorsque"}},
    "although": {"es": {"aunque"}, "de": {"obwohl", "obgleich"}, "fr": {"bien_que"}},
    "though": {"es": {"aunque"}, "de": {"obwohl"}, "fr": set()},
    "while": {"es": {"mientras"}, "de": {"während"}, "fr": set()},
    "where": {"es": {"donde"}, "de": {"wo"}, "fr": {"où"}},
}
#: Conjunctions that keep the verb of a German clause on their side.
SUBORDINATE = {"that", "because", "if", "when", "although", "though", "while", "where"}
#: Verbs after which English leaves out "that".
SAYING = {"think", "believe", "say", "said", "hope", "know", "feel", "guess", "suppose", "agree"}
MARKS = {".": "stop", "!": "stop", "?": "stop", "…": "stop", ";": ";", ":": ":", ",": ",",
         "(": "(", ")": ")"}  # fmt: skip
ABBREVIATIONS = {"mr", "mrs", "ms", "dr", "st", "sr", "sra", "hr", "no", "vs", "etc", "m", "mme"}

Pairs = set[tuple[int, int]]


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A place between words in both texts, by the index of the word after it, and its reason."""

    source: int
    target: int
    rule: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Sentences:
    """A pair and what is known of it: links of several makers, hand-made ones, labelled spans."""

    source: list[str]
    target: list[str]
    language: str
    voters: list[Pairs]
    sure: Pairs
    spans: list[tuple[int, int, int, int]]

    def uncrossed(self, cut: Cut) -> bool:
        """No labelled span, no number, and of few voters a link, goes across the cut."""
        known = {(a, c) for a, _, c, _ in self.spans}
        known |= {(b - 1, d - 1) for _, b, _, d in self.spans}
        known |= {
            (s, t)
            for s, word in enumerate(self.source)
            for t, other in enumerate(self.target)
            if word == other and any(c.isdigit() for c in word)
            if self.source.count(word) == 1 == self.target.count(other)
        }
        if any((s < cut.source) != (t < cut.target) for s, t in known):
            return False
        if self.language == "de" and not self._verb_known(cut):
            return False
        calm = [
            all(
                (s < cut.source) == (t < cut.target)
                for s, t in links
                if is_word(self.source[s]) and is_word(self.target[t])
            )
            for links in self.voters
        ]
        return sum(calm) >= (1 if cut.rule in CERTAIN else len(calm) - (len(calm) > 2))

    def _verb_known(self, cut: Cut) -> bool:
        """A German verb at the end of what is after the cut is linked, so that it has a veto."""
        if cut.rule.removeprefix("at ") in SUBORDINATE | {"first", "last", "left out"}:
            return True
        ends = [k for _, k, _ in marks(self.target) if k > cut.target + 1]
        places = {_back(self.target, k) - 1 for k in (ends[0], ends[-1])} if ends else set()
        return all(any(t == place for _, t in self.voters[0]) for place in places)

    def only_each_other(self, source: int, target: int) -> bool:
        """All voters but one (or people, where they linked) link the words to one another alone."""
        found = [
            {(s, t) for s, t in links if s == source or t == target} == {(source, target)}
            for links in ([self.sure] if self.sure else self.voters)
        ]
        return sum(found) >= len(found) - (len(found) > 2)

    def linked_share(self, start: Cut, end: Cut) -> float:
        """Share of the words of a block that the best voter links inside it, of the worse side."""
        shares = [0.0]
        for links in self.voters:
            inside = [
                (s, t)
                for s, t in links
                if start.source <= s < end.source and start.target <= t < end.target
            ]
            words = sum(map(is_word, self.source[start.source : end.source]))
            others = sum(map(is_word, self.target[start.target : end.target]))
            ends = len({s for s, _ in inside}), len({t for _, t in inside})
            shares.append(min(ends[0] / max(words, 1), ends[1] / max(others, 1)))
        return max(shares)


def is_word(token: str) -> bool:
    """The token is no bare mark."""
    return any(char.isalnum() or char in "%$€£&" for char in token)


def lower(token: str) -> str:
    """The word in the token, without marks around it."""
    return token.strip(".,;:!?¡¿()\"'«»“”-…").lower()


def marks(tokens: Sequence[str]) -> list[tuple[str, int, int]]:
    """Kind of each mark, the end of what is before it and the start of what is after it."""
    found = []
    for k, token in enumerate(tokens):
        if not is_word(token):
            if token in MARKS:
                found.append((MARKS[token], k, k + 1))
            continue
        if token[0] == "(":
            found.append(("(", k, k))
        tail = token.rstrip("\"'”»")
        kind = MARKS.get(tail[-1], "")
        if kind == "stop" and (lower(tail) in ABBREVIATIONS or "." in tail[:-1].rstrip(".!?")):
            continue
        if kind == "stop" and lower(tail).isdigit() and k + 1 < len(tokens):
            continue
        if kind:
            found.append((kind, k + 1, k + 1))
    opened = [k for k, mark in enumerate(found) if mark[0] == "("]
    return [m for k, m in enumerate(found) if m[0] != ")" or (opened and opened[0] < k)]


def matched_marks(pair: Sentences) -> Iterator[tuple[Cut, Cut]]:
    """End before and start after each mark that both sides have in the same order."""
    sides = [marks(pair.source), marks(pair.target)]
    strong = [[m for m in side if m[0] != ","] for side in sides]
    if [m[0] for m in strong[0]] != [m[0] for m in strong[1]]:
        return
    bounds: list[tuple[tuple[str, int, int], ...]] = list(zip(*strong, strict=True))
    last = (0, 0)
    for one, other in [*bounds, (("", 10**6, 0), ("", 10**6, 0))]:
        commas = [
            [m for m in side if m[0] == "," and low <= m[1] <= high[1]]
            for side, low, high in zip(sides, last, (one, other), strict=True)
        ]
        if len(commas[0]) == len(commas[1]):
            found = [
                (Cut(a[1], b[1], "comma"), Cut(a[2], b[2], "comma"))
                for a, b in zip(*commas, strict=True)
            ]
            high = [min(one[1], len(pair.source)), min(other[1], len(pair.target))]
            starts = [Cut(*last, ""), *(start for _, start in found)]
            ends = [*(end for end, _ in found), Cut(high[0], high[1], "")]
            parts = zip(starts, ends, strict=True)
            if all(pair.linked_share(*part) >= LEAST_LINKED for part in parts):
                yield from found
        if one[0]:
            yield Cut(one[1], other[1], "mark"), Cut(one[2], other[2], "mark")
        last = (one[2], other[2])


def openers(pair: Sentences) -> Iterator[tuple[Cut, Cut, Cut]]:
    """End before, start at and start after each conjunction that stands once on either side."""
    words = [[lower(token) for token in side] for side in (pair.source, pair.target)]
    for word, others in OPENERS.items():
        here = [k for k, token in enumerate(words[0]) if token == word]
        names = {name.split("_")[-1] for name in others[pair.language]}
        there = [k for k, token in enumerate(words[1]) if token in names]
        if len(here) != 1 or len(there) != 1:
            continue
        i, j = here[0], there[0]
        inner = words[1][j] == "aber" and j and is_word(pair.target[j - 1])
        if inner or not any((i, j) in links for links in pair.voters):
            continue
        compound = [n for n in others[pair.language] if "_" in n and n.endswith(words[1][j])]
        width = 2 if compound and words[1][j - 1] == compound[0].split("_")[0] else 1
        if compound and width == 1:
            continue
        before = Cut(_back(pair.source, i), _back(pair.target, j - width + 1), word)
        yield before, Cut(i, j - width + 1, f"at {word}"), Cut(i + 1, j + 1, word)


def _back(tokens: Sequence[str], place: int) -> int:
    while place and not is_word(tokens[place - 1]):
        place -= 1
    return place


def cuts(pair: Sentences) -> tuple[list[Cut], list[Cut]]:
    """Where clauses may start and end."""
    sides = (pair.source, pair.target)
    first = [next(k for k, token in enumerate(side) if is_word(token)) for side in sides]
    last = [_back(side, len(side)) for side in sides]
    starts, ends = [Cut(first[0], first[1], "first")], [Cut(last[0], last[1], "last")]
    stops = [sum(kind == "stop" and start < last[n] for kind, _, start in marks(side))
             for n, side in enumerate(sides)]  # fmt: skip
    if stops[0] != stops[1]:
        starts, ends = [], []
    for end, start in matched_marks(pair):
        ends.append(end)
        starts.append(start)
    for end, at, start in openers(pair):
        ends.append(end)
        starts += [at, start]
    strong = {(c.source, c.target) for c in starts + ends}
    for i in range(1, len(pair.source)):
        if lower(pair.source[i - 1]) in SAYING:
            starts += _left_out(pair, i)
    # German verbs come after the objects that English verbs come before
    for a, b, c, d in [] if pair.language == "de" else pair.spans:
        starts += _span_start(pair, a, c, strong)
        if b == len(pair.source) or d == len(pair.target):
            continue
        worded = is_word(pair.source[b]) and is_word(pair.target[d])
        if worded and pair.only_each_other(b, d):
            ends.append(Cut(b, d, "span"))
    if pair.sure:
        for i, j in sorted(pair.sure):
            if pair.only_each_other(i, j):
                starts += _linked_start(pair, i + 1, j + 1)
                if pair.only_each_other(i + 1, j + 1):
                    ends.append(Cut(i + 1, j + 1, "links"))
    fine = [[c for c in found if pair.uncrossed(c)] for found in (starts, ends)]
    return (
        [c for c in fine[0] if _opens(pair.source, c.source) and _opens(pair.target, c.target)],
        [c for c in fine[1] if _closes(pair.source, c.source) and _closes(pair.target, c.target)],
    )


def _left_out(pair: Sentences, i: int) -> Iterator[Cut]:
    """The start after a "that" that only the translation has."""
    places = [k for k, t in enumerate(pair.target) if lower(t) in OPENERS["that"][pair.language]]
    if len(places) != 1 or lower(pair.source[i]) == "that" or "that" in map(lower, pair.source):
        return
    j = places[0]
    verb = _back(pair.target, j) - 1
    bare = not any(t == j for links in pair.voters for _, t in links)
    if bare and any((i - 1, verb) in links for links in pair.voters):
        yield Cut(i, j + 1, "left out")


def _span_start(pair: Sentences, a: int, c: int, strong: set[tuple[int, int]]) -> Iterator[Cut]:
    """The start at a labelled span, with the article before it, on the side that has one."""
    i = a - 1 if a and lower(pair.source[a - 1]) in ARTICLES["en"] else a
    j = c - 1 if c and lower(pair.target[c - 1]) in ARTICLES[pair.language] else c
    held = i < a and j == c and c and lower(pair.target[c - 1]) in WITH_ARTICLE
    if held:
        return
    if (i, j) in strong or (i and j and pair.only_each_other(i - 1, j - 1)):
        yield Cut(i, j, "span" if (a - i) == (c - j) else "span, article")


def _linked_start(pair: Sentences, i: int, j: int) -> Iterator[Cut]:
    """The start after two words that are only each other's, if the next words are certain too."""
    if pair.only_each_other(i, j):
        yield Cut(i, j, "links")
        return
    bare = (
        not any(s == i for s, _ in pair.sure),
        not any(t == j for _, t in pair.sure),
    )
    if j < len(pair.target) and pair.target[j] in ARTICLES["fr"] and bare[1]:
        if pair.only_each_other(i, j + 1):
            yield Cut(i, j, "links, article")
    elif (
        i < len(pair.source)
        and pair.source[i] in ARTICLES["en"]
        and bare[0]
        and pair.only_each_other(i + 1, j)
    ):
        yield Cut(i, j, "links, article")


def _opens(tokens: Sequence[str], place: int) -> bool:
    titled = place and lower(tokens[place - 1]) in TITLES
    return place < len(tokens) and is_word(tokens[place]) and not titled


def _closes(tokens: Sequence[str], place: int) -> bool:
    word = tokens[place - 1].lower() if place else ""
    return is_word(word) and word not in UNENDING and not word.isdigit()


def balanced(tokens: Sequence[str]) -> bool:
    """Brackets and quotes among the words are closed."""
    text = " ".join(tokens)
    return text.count("(") == text.count(")") and sum(map(text.count, '"“”«»')) % 2 == 0
