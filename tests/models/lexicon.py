"""The words of the artificial language pair: English ones, and the made-up ones for them.

Made-up words are drawn once from a fixed seed, all different, so the lexicon is always the same.
Every seventh noun and verb is two words in the target language.
"""

from __future__ import annotations

import random
from functools import cache


def _list(words: str) -> list[str]:
    return words.split()


NOUNS = _list("""
dog cat horse bird farmer teacher doctor baker sailor child friend brother sister house garden
street river bridge market school church castle harbour mountain forest island village kitchen
window table lamp book letter picture song story question train ship car road ticket coat hat ring
basket bottle cheese apple cake dinner storm summer party game company bank machine clock key
flower tree star lake gate wall king queen judge
""")

#: Base, past and present form.
VERBS = [
    tuple(line.split())
    for line in """
see saw sees
find found finds
buy bought buys
sell sold sells
break broke breaks
build built builds
bring brought brings
carry carried carries
open opened opens
paint painted paints
watch watched watches
follow followed follows
help helped helps
meet met meets
visit visited visits
love loved loves
remember remembered remembers
steal stole steals
lose lost loses
repair repaired repairs
choose chose chooses
count counted counts
leave left leaves
reach reached reaches
praise praised praises
thank thanked thanks
""".strip().splitlines()
]

ADJECTIVES = _list("""
red green blue white black old new young small big long short warm cold heavy cheap quiet happy
clean strange famous broken empty wooden round dark strong sweet
""")

ADVERBS = _list("often never always slowly quickly quietly secretly again finally probably")

TIMES = [
    "yesterday", "today", "tomorrow", "last week", "on Monday", "on Friday", "in the morning",
    "at night",
]  # fmt: skip

PREPOSITIONS = _list("in near behind under with without for from after before")

CONJUNCTIONS = ["because", "when", "although", "while", "and", "but"]

PRONOUNS = ["she", "he", "they", "we", "I", "you"]

COUNTS = ["two", "three", "four", "five", "seven", "ten"]

SAYING = ["said", "wrote", "knew", "thought"]

FIRST_NAMES = _list("""
Ana Maria John Peter Laura Tom Alice Victor Nina Oscar Helen Martin Clara David Eva Simon Julia
Frank Rosa Henry
""")

LAST_NAMES = _list("""
Brown Costa Keller Smith Weaver Moreno Clark Novak Silva Baker Winter Carver Hughes Lopez Wood
""")

#: Places have a spelling of their own in the target language, as Lisbon and Lisboa have.
PLACES = {
    "Lisbon": "Lizbona", "Cork": "Korke", "Vienna": "Viena", "Dublin": "Dublina",
    "Warsaw": "Varsova", "Athens": "Atena", "Geneva": "Zeneva", "Oslo": "Oslo", "Paris": "Parizo",
    "Bergen": "Bergena", "New York": "Nova Yorka", "Cape Town": "Kapa", "Porto": "Porto",
    "Havana": "Abana", "Seville": "Sevila", "Turin": "Torino", "Prague": "Praga", "Quito": "Kito",
}  # fmt: skip

#: Words of the grammar; the articles have no word in the target language.
OTHER = ["and", "of", "that", "not", "question"]

HOSTS = ["kivo.org", "www.tamber.net", "lumo.com/shop"]


def _word(rng: random.Random, syllables: int) -> str:
    return "".join(
        rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(syllables)
    )  # fmt: skip


@cache
def lexicon() -> dict[str, dict[str, str]]:
    """Target words by part of speech and English base form; no two alike."""
    rng = random.Random(20240229)
    used: set[str] = set()

    def fresh(syllables: int) -> str:
        while (word := _word(rng, syllables)) in used:
            pass
        used.add(word)
        return word

    def words(keys: list[str], doubled: bool = False) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, key in enumerate(keys):
            found[key] = fresh(rng.choice((2, 2, 3)))
            if doubled and number % 7 == 3:
                found[key] += " " + fresh(2)
        return found

    return {
        "noun": words(NOUNS, doubled=True),
        "verb": words([base for base, _, _ in VERBS], doubled=True),
        "adjective": words(ADJECTIVES),
        "adverb": words(ADVERBS),
        "time": words(TIMES),
        "preposition": words(PREPOSITIONS),
        "conjunction": words(CONJUNCTIONS),
        "pronoun": words(PRONOUNS),
        "count": words(COUNTS),
        "saying": words(SAYING),
        "other": words(OTHER),
    }
