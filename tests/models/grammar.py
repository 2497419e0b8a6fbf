"""Sentences of the artificial language pair, built phrase by phrase in both languages at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from tests.models import lexicon as words
from tests.models.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Token:
    """A word of one side.

    Args:
        text: its letters.
        key: words of both sides with the same key are linked; None has no link.
        glue: `<` where no blank stands before it, `>` where none stands after it.
        name: kind and number of the name that it belongs to.
    """

    text: str
    key: int | None
    glue: str = ""
    name: tuple[str, int] | None = None


@dataclass(slots=True)
class Part:
    """A phrase in both languages."""

    source: list[Token] = field(default_factory=list)
    target: list[Token] = field(default_factory=list)


def put(source: Sequence[Part], target: Sequence[Part]) -> Part:
    """Phrases in one order for the source and in another for the target."""
    return Part(
        [token for part in source for token in part.source],
        [token for part in target for token in part.target],
    )


class Grammar:
    """Draws sentences; the same generator gives the same sentences."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.lexicon = lexicon()
        self._keys = count()

    def sentences(self) -> Part:
        """One sentence, or two; in a few of them a phrase is the placeholder X1, X2, ..."""
        part = self._sentence()
        if self._chance(0.06):
            second = self._sentence()
            part = put([part, second], [part, second])
        return part

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def _pick(self, *ways: tuple[float, Callable[[], Part]]) -> Part:
        [way] = self.rng.choices([way for _, way in ways], [weight for weight, _ in ways])
        return way()

    def _link(self, source: str, target: str, glue: str = "", name: str | None = None) -> Part:
        """Words that are linked, each with each."""
        key = next(self._keys)
        label = (name, key) if name else None
        return Part(
            [Token(word, key, glue, label) for word in source.split()],
            [Token(word, key, glue, label) for word in target.split()],
        )

    def _known(self, kind: str, word: str) -> Part:
        return self._link(word, self.lexicon[kind][word])

    # --- noun phrases

    def _noun_phrase(self, *, subject: bool = False) -> Part:
        part = self._pick(
            (5, self._common),
            (2.5, self._person),
            (1, self._place),
            (0.8, self._counted),
            (0.8 if subject else 0, lambda: self._known("pronoun", self._any(words.PRONOUNS))),
            (0.25, self._placeholder),
        )
        return self._marked(part) if self._chance(0.08) else part

    def _any(self, choices: Sequence[str]) -> str:
        return self.rng.choice(choices)

    def _noun(self, plural: bool) -> Part:
        noun = self._any(words.NOUNS)
        first, *rest = self.lexicon["noun"][noun].split()
        english = noun if not plural else _plural(noun)
        return self._link(english, " ".join([first + "ren" * plural, *rest]))

    def _described(self, plural: bool) -> Part:
        """Adjectives stand before the noun, in the target after it, with its plural ending."""
        noun = self._noun(plural)
        adjectives = [
            self._link(english, self.lexicon["adjective"][english] + "n" * plural)
            for english in self.rng.sample(words.ADJECTIVES, self.rng.choice((0, 0, 1, 1, 2)))
        ]
        return put([*adjectives, noun], [noun, *reversed(adjectives)])

    def _common(self) -> Part:
        plural = self._chance(0.3)
        article = Part([Token("the" if plural or self._chance(0.7) else "a", None)])
        phrase = self._described(plural)
        return put([article, phrase], [phrase])

    def _counted(self) -> Part:
        if self._chance(0.5):
            number = self._known("count", self._any(words.COUNTS))
        else:
            digits = str(self.rng.randint(11, 99))
            number = self._link(digits, digits)
        phrase = self._described(plural=True)
        return put([number, phrase], [phrase, number])

    def _person(self) -> Part:
        name = self._any(words.FIRST_NAMES)
        if self._chance(0.5):
            name += " " + self._any(words.LAST_NAMES)
        return self._copy(name, "PER")

    def _copy(self, text: str, name: str | None = None) -> Part:
        """Words that are the same in both languages, linked one by one."""
        parts = [self._link(word, word) for word in text.split()]
        part = put(parts, parts)
        label = (name, next(self._keys)) if name else None
        return Part(
            [replace(token, name=label) for token in part.source],
            [replace(token, name=label) for token in part.target],
        )

    def _place(self) -> Part:
        place = self._any(list(words.PLACES))
        return self._link(place, words.PLACES[place], name="LOC")

    def _placeholder(self) -> Part:
        return self._copy(f"X{self.rng.randint(1, 9)}")

    def _marked(self, part: Part) -> Part:
        """A phrase in brackets or in a tag; both come through."""
        left, right = self._any(["[ ]", "[ ]", "( )", "<a> </a>", "<b> </b>", '" "']).split()
        before, after = self._link(left, left, ">"), self._link(right, right, "<")
        return put([before, part, after], [before, part, after])

    def _possessed(self) -> Part:
        """`the garden of Ana` -> garden Ana of."""
        owned, owner = self._common(), self._noun_phrase()
        of = self._known("other", "of")
        return put([owned, of, owner], [owned, owner, of])

    def _place_phrase(self) -> Part:
        phrase = self._noun_phrase()
        preposition = self._known("preposition", self._any(words.PREPOSITIONS))
        return put([preposition, phrase], [phrase, preposition])

    # --- clauses

    def _verb(self) -> Part:
        base, past, present = self.rng.choice(words.VERBS)
        *front, last = self.lexicon["verb"][base].split()
        kind = self.rng.random()
        if kind < 0.15:
            verb = self._link(f"did {base}", " ".join([*front, last + "ta"]))
            denial = self._known("other", "not")
            did, see = verb.source
            return Part([did, *denial.source, see], [*denial.target, *verb.target])
        if kind < 0.25:
            return self._link(f"will {base}", " ".join([*front, last + "so"]))
        if kind < 0.7:
            return self._link(past, " ".join([*front, last + "ta"]))
        return self._link(present, " ".join([*front, last]))

    def _clause(self) -> Part:
        """Subject, verb, object, place -> subject, place, object, adverb, verb."""
        subject, verb = self._noun_phrase(subject=True), self._verb()
        patient = self._pick((5, self._noun_phrase), (1, self._possessed), (0.15, self._address))
        place = self._place_phrase() if self._chance(0.35) else Part()
        adverb = Part()
        if self._chance(0.15):
            adverb = self._known("adverb", self._any(words.ADVERBS))
        return put([subject, adverb, verb, patient, place], [subject, place, patient, adverb, verb])

    def _address(self) -> Part:
        host = self._any(words.HOSTS)
        return self._copy(f"https://{host}/{self.rng.randint(10, 99)}")

    def _sentence(self) -> Part:
        body = self._pick(
            (6, self._clause), (1.2, self._timed), (1, self._complex), (0.6, self._reported)
        )
        if self._chance(0.08):
            mark = self._link("?", "?", "<")
            # the question word of the target belongs to the question mark
            ask = Token(self.lexicon["other"]["question"], mark.source[0].key)
            body = Part(body.source, [*body.target, ask])
        else:
            stop = self.rng.choices([".", "!"], [12, 1])[0]
            mark = self._link(stop, stop, "<")
        body = Part(_capital(body.source), _capital(body.target))
        return put([body, mark], [body, mark])

    def _timed(self) -> Part:
        """The time stands first, with a comma now and then; in the target it always has none."""
        time = self._known("time", self._any(words.TIMES))
        clause = self._clause()
        comma = Part([Token(",", None, "<")]) if self._chance(0.4) else Part()
        return put([time, comma, clause], [time, clause])

    def _complex(self) -> Part:
        """The subordinate clause comes first in the target."""
        main, other = self._clause(), self._clause()
        conjunction = self._known("conjunction", self._any(words.CONJUNCTIONS))
        comma = self._link(",", ",", "<")
        return put([main, comma, conjunction, other], [other, conjunction, comma, main])

    def _reported(self) -> Part:
        """Ana said that ... -> Ana said that: ..., with or without quotes."""
        speaker = self._person()
        saying = self._known("saying", self._any(words.SAYING))
        clause = self._clause()
        if self._chance(0.5):
            that = self._known("other", "that")
            return put([speaker, saying, that, clause], [speaker, clause, that, saying])
        left, right = self._link('"', '"', ">"), self._link('"', '"', "<")
        comma = Part([Token(",", None, "<")])
        return put(
            [speaker, saying, comma, left, clause, right],
            [speaker, left, clause, right, saying],
        )


def _plural(noun: str) -> str:
    if noun.endswith(("ch", "sh", "s", "x")):
        return noun + "es"
    if noun.endswith("f"):
        return noun[:-1] + "ves"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return {"child": "children", "bread": "breads"}.get(noun, noun + "s")


def _capital(tokens: list[Token]) -> list[Token]:
    """The first letter of a sentence is a capital, behind a quote or a bracket too."""
    for place, token in enumerate(tokens):
        if token.text[0].isalpha():
            big = replace(token, text=token.text[0].upper() + token.text[1:])
            return [*tokens[:place], big, *tokens[place + 1 :]]
        if ">" not in token.glue:
            break
    return tokens
